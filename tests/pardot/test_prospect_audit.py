"""The audit of prospects equals figures worked out by hand, and a naive count on random sets."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pardot.audits.inputs import load_audit_inputs
from pardot.audits.prospects import AUDIT
from pardot.domain.areas import Area
from pardot.models import AuditSummary, Prospect, ProspectEngagement
from pardot.pipeline.after_change import change_value
from tests.pardot.prospect_rows import crm_id, make_engagement, mark_read, prospect

pytestmark = pytest.mark.django_db

FIFTEEN, EIGHTEEN = "003Hs00004AbCdE", "003Hs00004AbCdEIAX"


def run_audit() -> AuditSummary:
    AUDIT.run(load_audit_inputs())
    return AuditSummary.objects.get(pk=Area.PROSPECTS)


def test_the_figures_equal_those_worked_out_by_hand() -> None:
    mark_read("prospects", "activities")
    lead = prospect(salesforce_lead_id=crm_id("00Q"), salesforce_id=crm_id("00Q"), score=250, grade="A+")
    both = prospect(salesforce_lead_id=FIFTEEN, salesforce_contact_id=EIGHTEEN, score=100, grade="A+", opted_out=True)
    prospect(salesforce_contact_id="[[Unknown]]", score=99, adoption_json='{"Books": []}')
    prospect(salesforce_id=FIFTEEN, salesforce_account_id="001", score=0, grade=" ", adoption_json="Blank")
    stuck = prospect(score=100, email=None, adoption_json="{}")
    prospect(score=None, email="", salesforce_lead_id="", adoption_json=" Blank ", is_deleted=False)
    prospect(is_deleted=True, score=999, salesforce_lead_id="bad", adoption_json="{}", opted_out=True, grade="F")
    make_engagement(lead, 3)
    make_engagement(both, 1)

    summary = run_audit()
    figures = summary.figures
    assert (summary.is_complete, summary.items, figures["total"], figures["deleted"]) == (True, 6, 6, 1)
    assert (figures["linked"], figures["as_lead"], figures["as_contact"], figures["unlinked"]) == (4, 2, 2, 2)
    assert (figures["link_rate"], figures["unlinked_pct"]) == (66.7, 33.3)
    assert (figures["with_email"], figures["opted_out"]) == (4, 1)
    assert (figures["bad_lead_ids"], figures["bad_contact_ids"]) == (0, 1)
    assert (figures["bad_salesforce_ids"], figures["bad_account_ids"]) == (0, 1)
    assert (figures["adoption_stuck"], figures["adoption_stuck_high_score"]) == (2, 1)
    assert figures["adoption_stuck_sample"][0] == stuck.pk
    assert (figures["scored"], figures["avg_score"], figures["top_score"]) == (5, 109.8, 250)
    assert figures["grade_distribution"] == {"A+": 2, "none": 4}
    assert figures["active_30d"] == 2


def test_the_audit_divides_nothing_by_zero_without_prospects() -> None:
    mark_read("prospects")
    summary = run_audit()
    assert (summary.is_complete, summary.items) == (True, 0)
    assert (summary.figures["link_rate"], summary.figures["unlinked_pct"]) == (None, 0)
    assert (summary.figures["avg_score"], summary.figures["top_score"]) == (None, None)


def test_the_audit_is_not_complete_before_all_prospects_were_read() -> None:
    prospect(score=5)
    summary = run_audit()
    assert (summary.is_complete, summary.figures["total"]) == (False, 1)


@pytest.mark.parametrize("ago", [None, timedelta(days=9)])
def test_the_count_of_active_prospects_is_null_without_a_recent_read(ago: timedelta | None) -> None:
    mark_read("prospects")
    if ago:
        mark_read("activities", ago=ago)
    make_engagement(prospect(), 4)
    assert run_audit().figures["active_30d"] is None


def test_the_count_of_active_prospects_is_null_with_less_than_30_days_of_activities() -> None:
    mark_read("prospects")
    mark_read("activities", since=timezone.now() - timedelta(days=29))
    make_engagement(prospect(), 4)
    assert run_audit().figures["active_30d"] is None


def test_the_configured_look_back_does_not_decide_whether_activity_of_prospects_is_known() -> None:
    mark_read("prospects")
    mark_read("activities", since=timezone.now() - timedelta(days=45))
    make_engagement(prospect(), 4)
    change_value("activity_lookback_days", 90, by="")
    summary = run_audit()
    assert (summary.figures["active_30d"], summary.activity_until is None) == (1, False)


# -- against a naive count --------------------------------------------------------------------------------------------

letters = st.text("abcXYZ019", min_size=14, max_size=19)
ids = st.one_of(
    st.sampled_from([None, "", " ", "null", "n/a", FIFTEEN, EIGHTEEN, f"{FIFTEEN}\n", f"{FIFTEEN[:-1]}ü", "0" * 17]),
    letters,
    letters.map(lambda text: f"{text[:-1]}-"),
)
prospects = st.fixed_dictionaries(
    {
        "email": st.sampled_from([None, "", "a@camp.example", "A@camp.example"]),
        "score": st.none() | st.integers(-20, 300),
        "grade": st.sampled_from([None, "", "  ", "A", "B+", "F"]),
        "salesforce_id": ids,
        "salesforce_lead_id": ids,
        "salesforce_contact_id": ids,
        "salesforce_account_id": ids,
        "opted_out": st.sampled_from([None, True, False]),
        "is_deleted": st.sampled_from([None, False, False, True]),
        "adoption_json": st.sampled_from([None, "", " ", "Blank", "Blank ", "blank", "{}", "null"]),
    }
)


@pytest.mark.slow
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(prospects, max_size=12), active=st.sets(st.integers(1, 12)))
def test_random_prospects_give_the_same_figures_as_a_naive_count(rows: list[dict[str, Any]], active: set[int]) -> None:
    Prospect.objects.all().delete()
    ProspectEngagement.objects.all().delete()
    mark_read("prospects", "activities")
    Prospect.objects.bulk_create(Prospect(id=place, **row) for place, row in enumerate(rows, 1))
    ProspectEngagement.objects.bulk_create(
        ProspectEngagement(prospect_id=number, activity_count=1, last_activity=timezone.now()) for number in active
    )
    figures = run_audit().figures
    expected = naive(rows, active)
    assert {name: figures[name] for name in expected} == expected


def naive(rows: list[dict[str, Any]], active: set[int]) -> dict[str, Any]:
    numbered = [(place, row) for place, row in enumerate(rows, 1) if not row["is_deleted"]]
    live = [row for _, row in numbered]
    linked = [row for row in live if row["salesforce_id"] or row["salesforce_lead_id"] or row["salesforce_contact_id"]]
    stuck = [row for row in live if (row["adoption_json"] or "").strip() not in {"", "Blank"}]
    scores = [row["score"] for row in live if row["score"] is not None]
    bad = {
        f"bad_{name}_ids": sum(is_bad(row[f"salesforce_{name}_id"]) for row in live)
        for name in ("lead", "contact", "account")
    }
    bad_leads = [place for place, row in numbered if is_bad(row["salesforce_lead_id"])]
    return bad | {
        "total": len(live),
        "deleted": len(rows) - len(live),
        "linked": len(linked),
        "as_lead": sum(bool(row["salesforce_lead_id"]) for row in live),
        "as_contact": sum(bool(row["salesforce_contact_id"]) for row in live),
        "unlinked": len(live) - len(linked),
        "with_email": sum(bool(row["email"]) for row in live),
        "opted_out": sum(row["opted_out"] is True for row in live),
        "bad_salesforce_ids": sum(is_bad(row["salesforce_id"]) for row in live),
        "bad_lead_sample": bad_leads,
        "adoption_stuck": len(stuck),
        "adoption_stuck_high_score": sum((row["score"] or 0) >= 100 for row in stuck),
        "link_rate": tenth(100 * len(linked), len(live)),
        "unlinked_pct": tenth(100 * (len(live) - len(linked)), len(live)) or 0,
        "scored": len(scores),
        "avg_score": tenth(sum(scores), len(scores)),
        "top_score": max(scores, default=None),
        "grade_distribution": dict(Counter((row["grade"] or "").strip() or "none" for row in live)),
        "active_30d": sum(place in active for place, _ in numbered),
    }


def is_bad(value: str | None) -> bool:
    return bool(value) and not re.fullmatch(r"[0-9A-Za-z]{15}|[0-9A-Za-z]{18}", value or "")


def tenth(total: int, of: int) -> float | None:
    """Return ``total / of`` to one decimal place, with a half rounded away from zero, as PostgreSQL does."""
    return float((Decimal(total) / of).quantize(Decimal("0.1"), ROUND_HALF_UP)) if of else None
