"""On random rows the audits of assets give the same flags and counts as ``naive_audits.py``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.db import models, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pardot.models import (
    AuditSummary,
    Campaign,
    CampaignMemberCount,
    CustomRedirect,
    Form,
    LandingPage,
    List,
    ListEmail,
    Tag,
    TaggedObject,
    VisitorActivity,
)
from tests.pardot.audit_factories import NOW, READ, SINCE, UNTIL, audit, mark_read
from tests.pardot.naive_audits import World, naive_counts, naive_flags

pytestmark = pytest.mark.django_db

MODELS: dict[str, type[models.Model]] = {
    "campaigns": Campaign, "forms": Form, "landing_pages": LandingPage, "lists": List, "list_emails": ListEmail,
    "custom_redirects": CustomRedirect, "tags": Tag,
}  # fmt: skip
SF_IDS = ("701Hs0000012AbCIAU", "701Hs0000012aBcIAU", "701Hs0000012XyZIAU")
BLANKS = (None, "", " ", "\t")
TEXTS = (
    *BLANKS, "Hello", "Hello: you", "A test.", "TEST", "Contest page", "Copy of Hello (2)", "old_hello-2019",
    "Ünïcode 学校", "http://example.org/hello?a=1", "https://www.example.edu", "x" * 300,
)  # fmt: skip
PREFIXES = ("", " ", "Topic", "topic", "Topic ", "Region", "a b", "vip", "x1")
SEPARATORS = ("", ":", ": ", "-", "_", "|", "/", "-:")


def draw_campaign_id(random: Random) -> int | None:
    """Draw a campaign id; campaigns with ids from 11 on do not exist."""
    some: list[int | None] = [None, 0, *range(1, 14)]
    return random.choice(some)


def bulk(model: type[models.Model], rows: Sequence[dict[str, Any]]) -> None:
    model._default_manager.bulk_create(model(**row) for row in rows)


def draw(random: Random, field: models.Field[Any, Any]) -> Any:
    """Draw a value for a column that Pardot sends. For a nullable column it is sometimes None."""
    if field.null and random.random() < 0.2:
        return None
    match field:
        case models.TextField():
            return random.choice(TEXTS[not field.null :])
        case models.BooleanField():
            return random.random() < 0.5
        case models.IntegerField():
            return random.choice([0, *range(1, 14), 100])
        case models.DateTimeField():
            return stamp(random) or NOW
        case models.DateField():
            return (stamp(random) or NOW).date()
    raise NotImplementedError(f"{field}: draw values of a {type(field).__name__} here")


def bulk_assets(random: Random, model: type[models.Model], rows: Sequence[dict[str, Any]]) -> None:
    """Create the rows, and draw the columns that they lack: a flag may depend on any column of Pardot."""
    sent = [field for field in model._meta.concrete_fields if field.editable and not field.generated]
    bulk(model, [{field.name: draw(random, field) for field in sent if field.name not in row} | row for row in rows])


def fill(random: Random) -> None:
    """Create at most a few hundred rows. Every condition of the audits may occur in them."""
    shorts = [sf_id[:15] for sf_id in SF_IDS]
    campaigns = [{"id": pk, "salesforce_id": random.choice([*BLANKS, *SF_IDS, *shorts])} for pk in range(1, 11)]
    bulk_assets(random, Campaign, campaigns)
    bulk(CampaignMemberCount, [{"id": sf_id, "leads": 0, "contacts": 0, **members(random)} for sf_id in SF_IDS[:2]])
    for model in (Form, LandingPage, CustomRedirect):
        pages = [{"id": pk, "campaign_id": draw_campaign_id(random)} for pk in range(1, random.randrange(2, 9))]
        bulk_assets(random, model, pages)
    bulk_assets(random, ListEmail, [{"id": pk, "campaign_id": draw_campaign_id(random)} for pk in range(1, 6)])
    bulk_assets(random, List, [{"id": pk, **stamps(random)} for pk in range(1, 12)])
    fill_tags(random)
    bulk(VisitorActivity, [{"id": pk, **activity(random)} for pk in range(1, random.choice([2, 20, 120]))])


def members(random: Random) -> dict[str, int]:
    total = random.choice([0, 1, 9, 10, 20, 21, 100])
    return {"members": total, "responded": min(total, random.randrange(7))}


def stamp(random: Random) -> datetime | None:
    about = random.choice([None, NOW, NOW.replace(year=2025), NOW.replace(year=2025, month=12)])
    return about and about + timedelta(days=random.randrange(-3, 4), seconds=random.randrange(-2, 3))


def stamps(random: Random) -> dict[str, Any]:
    return {"created_at": stamp(random), "updated_at": stamp(random)}


def fill_tags(random: Random) -> None:
    def name() -> str | None:
        parts = (random.choice(PREFIXES), random.choice(SEPARATORS), random.choice(["", "one", "two-three"]))
        return random.choice([None, *["".join(parts)] * 9])

    tags = [{"id": pk, "name": name(), "object_count": random.choice([None, 0, 0, 1, 5])} for pk in range(1, 15)]
    bulk_assets(random, Tag, tags)
    kinds = ("Prospect", "prospect", "PROSPECT", "Form", "Landing Page", None)
    bulk(
        TaggedObject,
        [
            {"id": pk, "tag_id": random.randrange(1, 17), "object_type": random.choice(kinds), "object_id": pk}
            for pk in range(1, random.randrange(2, 25))
        ],
    )


def activity(random: Random) -> dict[str, Any]:
    about = random.choice([SINCE, SINCE, UNTIL, UNTIL - timedelta(days=random.randrange(40))])
    moment = about + timedelta(hours=random.randrange(-30, 31), seconds=random.randrange(-1, 2))
    columns = ("form_id", "landing_page_id", "custom_redirect_id", "campaign_id", "form_handler_id", "list_email_id")
    return {
        "type": random.choice([1, 2, 3, 4, 6, 13, 14, 20, 21]),
        "created_at": random.choice([moment, about]),
        **{column: random.randrange(1, 9) for column in columns if random.random() < 0.4},
    }


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 2**32),
    unread=st.sets(st.sampled_from(READ), max_size=2) | st.just(set()),
    age=st.sampled_from([timedelta(0)] * 4 + [timedelta(days=7, hours=12), timedelta(days=6, hours=12)]),
    since=st.sampled_from([None] * 3 + [SINCE, SINCE + timedelta(seconds=1), SINCE - timedelta(days=9)]),
)
def test_the_audits_give_the_flags_and_counts_of_the_naive_audits(
    seed: int, unread: set[str], age: timedelta, since: Any
) -> None:
    with transaction.atomic():
        fill(Random(seed))
        mark_read(*(name for name in READ if name not in unread), since=since)
        if "activities" not in unread:
            mark_read("activities", until=UNTIL - age, since=since)
        audit()
        world = World(NOW)
        expected = naive_flags(world)
        for area, model in MODELS.items():
            actual = {pk: set(flags) for pk, flags in model._default_manager.values_list("pk", "flags")}
            assert actual == expected[area], area
        counts = dict(AuditSummary.objects.exclude(area="prospects").values_list("area", "counts"))
        assert counts == naive_counts(world, expected)
        transaction.set_rollback(True)
