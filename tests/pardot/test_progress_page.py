"""``/pardot/progress/``: the figures of the one-page report."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pardot.models import DailySnapshot, Form, List
from pardot.reports.progress_page import load_progress_page
from tests.pardot.score_factories import NOW, TODAY, campaign, finish_sync, form, mailing_list, mark_read, member, weigh

pytestmark = pytest.mark.django_db
FIRST = TODAY - timedelta(days=45)


@pytest.fixture
def camp(db: None) -> None:
    """45 days ago five forms had no campaign; now two of them have one, and a list has lost its name."""
    weigh(forms_no_campaign=5, lists_unnamed=8)
    member("Ada Example", "forms")
    forms = [form() for _ in range(5)]
    mailing = mailing_list()
    mark_read("campaigns", "forms", "lists", until=NOW)
    finish_sync(now=NOW)
    DailySnapshot.objects.update(day=FIRST)
    Form.objects.filter(pk__in=forms[:2]).update(campaign_id=campaign())
    List.objects.filter(pk=mailing).update(name="")
    finish_sync(now=NOW)


def test_the_page_compares_areas_and_issues_then_and_now(camp: None) -> None:
    """Forms lost 5 × 5 = 25 points, and now lose 3 × 5 = 15. Lists lost none, and now lose 8."""
    page = load_progress_page(None, NOW)
    assert (page.since, page.days) == (FIRST, 45)
    areas = {row.label: (row.before, row.after, row.change, row.owners) for row in page.areas}
    assert areas["Forms"] == (75, 85, 10, "Ada Example")
    assert areas["Lists"] == (100, 92, -8, "")
    assert [(row.title, row.before, row.after) for row in page.improved] == [("Forms in no campaign", "5", "3")]
    assert [(row.title, row.before, row.after) for row in page.worsened] == [("Lists without a name", "0", "1")]
    assert page.change == (page.facts.card.overall or 0) - (
        page.facts.first.health_score or 0 if page.facts.first else 0
    )


def test_the_page_begins_with_the_first_snapshot_on_or_after_the_given_day(camp: None) -> None:
    assert load_progress_page(FIRST - timedelta(days=9), NOW).since == FIRST
    assert load_progress_page(FIRST + timedelta(days=1), NOW).since == TODAY
    assert load_progress_page(TODAY + timedelta(days=1), NOW).since is None
