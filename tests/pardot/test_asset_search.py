"""Search for assets by all words in any order, and suggestions."""

from __future__ import annotations

import pytest

from pardot.models import (
    Campaign,
    Folder,
    Form,
    ListEmail,
    Tag,
    TaggedObject,
)
from tests.pardot.asset_api import Ask, ask, audit_now, cookies, names, super_user, user
from tests.pardot.audit_factories import make

__all__ = ["ask", "cookies", "super_user", "user"]

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("summer nursing", ["2023 Summer Institute: Nursing"]),
        ("NURS summ", ["2023 Summer Institute: Nursing"]),
        ("fisica", ["Física, otoño"]),
        ("física OTONO", ["Física, otoño"]),
        ("precalculo", ["Precálculo"]),
        ("org chem", ["Organic Chemistry"]),
        ("fall chem", ["Organic Chemistry"]),  # found by the folder
        ("promo fisica", ["Física, otoño"]),  # found by the tag
        ("pre algebra", ["Precálculo"]),  # found by the campaign
        ("st. johns", ["St. John's_open house"]),
        ("saint john's house", ["St. John's_open house"]),
        ("ganic", ["Organic Chemistry"]),  # found in the middle of a word
        ("chem summer", []),
        ("\x1c", []),  # no word, though more than white space for pydantic
    ],
)
def test_each_word_of_a_search_may_match_the_name_the_campaign_the_folder_or_a_tag(
    ask: Ask, q: str, expected: list[str]
) -> None:
    campaign = make(Campaign, name="Álgebra 2024")
    make(Form, name="2023 Summer Institute: Nursing")
    make(Form, name="Organic Chemistry", folder_id=make(Folder, name="Fall"))
    make(Form, name="Precálculo", campaign_id=campaign)
    make(Form, name="St. John's_open house")
    fisica = make(Form, name="Física, otoño")
    tag = make(Tag, name="Promo: spring")
    make(TaggedObject, tag_id=tag, object_type="Form", object_id=fisica)
    make(TaggedObject, tag_id=tag, object_type="Prospect", object_id=fisica + 1)
    audit_now()
    assert names(ask("assets/forms", q=q)) == expected


@pytest.mark.parametrize(
    ("q", "suggestion"),
    [
        ("sumer nursng", "summer nursing"),
        ("fisika", "fisica"),
        ("nursing", None),  # has matches
        ("summer fisica", None),  # each word has matches, but no asset has both
        ("zzzzzzz", None),  # resembles no word
    ],
)
def test_a_search_without_matches_suggests_words_that_have_matches(ask: Ask, q: str, suggestion: str | None) -> None:
    make(ListEmail, name="Mail 1", subject="Summer Institute: Nursing")
    make(ListEmail, name="Mail 2", subject="Física")
    make(Tag, name="summer nursing")
    make(Campaign, name="Summer, Nursing, Física")
    audit_now()
    assert ask("assets/list_emails", q=q)["did_you_mean"] == suggestion
    if "fisi" not in q:
        assert ask("tags", q=q)["did_you_mean"] == suggestion
    if q != "summer fisica":
        assert ask("campaigns", q=q)["did_you_mean"] == suggestion


def test_a_suggestion_has_matches_under_the_same_filters(ask: Ask) -> None:
    make(Form, name="Nursing", campaign_id=make(Campaign, name="Any"))
    audit_now()
    assert ask("assets/forms", q="nursng")["did_you_mean"] == "nursing"
    assert ask("assets/forms", q="nursng", flag="no_campaign")["did_you_mean"] is None
