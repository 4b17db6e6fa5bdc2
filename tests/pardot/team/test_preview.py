"""``admin/config-preview``: the effect of new settings before they are saved."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from pardot.domain.days import get_today
from pardot.models import AuditSummary, ConfigurationChange, ConfiguredValue, Finding, Form, List
from pardot.pipeline.after_sync import finish
from tests.pardot.audit_factories import READ, SUCCESS, audit, make, make_activities, mark_read
from tests.pardot.score_factories import exempt, member, snapshot, weigh
from tests.pardot.team.browser import Browser

PARTS = ("overall", "by_area", "by_person")


@pytest.fixture
def camp(db: None) -> None:
    """Make ten forms, two of them exempt, and three lists.

    One form was submitted 20 days ago.
    """
    now = timezone.now()
    weigh(forms_no_campaign=5, forms_dormant=2, lists_stale=10, lists_stale_1y=20)
    forms = [make(Form, name="Contact us") for _ in range(10)]
    make_activities(SUCCESS, now - timedelta(days=20), form_id=forms[0])
    for months in (1, 7, 14):
        make(List, name="Teachers", updated_at=now - timedelta(days=31 * months))
    exempt(forms[1])
    exempt(forms[2], "forms_dormant")
    member("Ada Example", "forms", "lists")
    mark_read(*READ, until=now)
    audit(now)
    finish(None, now)


def preview(browser: Browser, **values: Any) -> Any:
    return browser.ask("post", "admin/config-preview", {"values": values})


CHANGES: list[dict[str, Any]] = [
    {"score_weights": {"forms_no_campaign": 1, "lists_stale": 3}},
    {"grade_thresholds": [{"grade": "ok", "minimum": 40}, {"grade": "no", "minimum": 0}]},
    {"activity_lookback_days": 10},
    {"list_stale_months": 13, "list_stale_severe_months": 20},
    {"activity_lookback_days": 10, "list_stale_severe_months": 18, "score_weights": {"forms_dormant": 4}},
]


@pytest.mark.parametrize("values", CHANGES, ids="+".join)
def test_the_preview_equals_the_effect_of_saving(browser: Browser, camp: None, values: dict[str, Any]) -> None:
    before = browser.get("health-score")
    answer = preview(browser, **values)
    assert browser.get("health-score") == before, "a preview changes nothing"
    for key, value in reversed(values.items()):
        browser.ask("put", f"admin/config/{key}", {"value": value})
    saved = browser.get("health-score")
    assert [answer["overall"][name] for name in ("before", "grade_before")] == [before["overall"], before["grade"]]
    assert [answer["overall"][name] for name in ("after", "grade_after")] == [saved["overall"], saved["grade"]]
    for part, name in (("by_area", "area"), ("by_person", "name")):
        previewed_rows = {row[name]: (row["after"], row["grade_after"]) for row in answer[part]}
        assert previewed_rows == {row[name]: (row["score"], row["grade"]) for row in saved[part]}
    counts = {**before["issue_counts"], **{row["issue"]: row["after"] for row in answer["issues"]}}
    assert counts == saved["issue_counts"]
    assert answer["overall"]["before"] != answer["overall"]["after"] or "grade_thresholds" in values


def test_a_preview_writes_nothing(browser: Browser, camp: None) -> None:
    tables = (AuditSummary, ConfiguredValue, ConfigurationChange, Finding, Form, List)
    before = [list(table.objects.order_by("pk").values()) for table in tables]
    preview(browser, activity_lookback_days=10, score_weights={"forms_errors": 3})
    assert [list(table.objects.order_by("pk").values()) for table in tables] == before


def test_earlier_days_are_scored_and_graded_by_the_new_values(browser: Browser, camp: None) -> None:
    """Ten days ago, four forms cost 5 points each, which made a score of 80.

    With a weight of 10, the score is 60, which is a B by the new grades.
    """
    day = get_today()
    kept = {"health_score": 80, "area_scores": {"forms": 80, "tags": None}, "forms": 10, "tags": 5}
    snapshot(day - timedelta(days=10), **kept, issue_counts={"forms_no_campaign": 4, "gone": 7, "lists_stale": None})
    snapshot(day - timedelta(days=45), health_score=50)
    snapshot(day - timedelta(days=3))
    answer = preview(
        browser,
        score_weights={"forms_no_campaign": 10},
        grade_thresholds=[{"grade": "B", "minimum": 50}, {"grade": "C", "minimum": 0}],
    )
    assert answer["days"] == [
        {
            "day": str(day - timedelta(days=10)),
            "before": 80, "after": 60, "grade_before": "B", "grade_after": "B",
        }
    ]  # fmt: skip
    assert answer["limits"] == []


def test_the_preview_says_what_it_cannot_compute(browser: Browser, camp: None) -> None:
    snapshot(get_today() - timedelta(days=1), health_score=80)
    answer = preview(browser, list_stale_months=3)
    assert answer["days"] == []
    assert "earlier days cannot be counted again" in answer["limits"][0]
    both = preview(browser, list_stale_months=3, score_weights={"lists_stale": 1})
    assert len(both["days"]) == 1
    assert "counts that were stored on each day" in both["limits"][1]
    mark_read("activities", until=timezone.now(), since=timezone.now() - timedelta(days=35))
    answer = preview(browser, activity_lookback_days=60)
    assert "do not cover a look-back of 60 days" in answer["limits"][1]
    assert {"issue": "forms_dormant", "area": "forms", "before": 8, "after": None} in answer["issues"]
    mark_read("activities", until=timezone.now(), since=timezone.now())
    assert "do not cover a look-back of 1 day." in preview(browser, activity_lookback_days=1)["limits"][1]


@pytest.mark.parametrize(
    ("values", "where", "message"),
    [
        ({"score_weights": {"forms_errors": -1}}, ["score_weights", "forms_errors"], "Must be 0 or more"),
        ({"activity_lookback_days": None}, ["activity_lookback_days"], "Must be a whole number"),
        ({"grade_thresholds": [{"grade": "A", "minimum": 5}]}, ["grade_thresholds"], "must be 0"),
        ({"list_stale_months": 12}, ["list_stale_months"], "must be higher than “Age of stale lists” (12 months)"),
        ({"nothing": 1}, [], "There is no configuration 'nothing'"),
        ({}, [], "Must not be empty"),
    ],
)
def test_values_that_could_not_be_saved_are_refused(
    browser: Browser, camp: None, values: dict[str, Any], where: list[str], message: str
) -> None:
    answer = browser.ask("post", "admin/config-preview", {"values": values}, expect=422)
    (error,) = answer["errors"]
    assert error["loc"] == ["body", "values", *where]
    assert message in error["message"]
