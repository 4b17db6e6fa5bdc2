"""``/changes``: issues that got worse or better, with owners and rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from pardot.catalog.entities import Tier
from pardot.models import Campaign, Form, List, Task
from pardot.pipeline.after_sync import finish
from pardot.v1.changes import ChangesOut
from tests.pardot.asset_api import Ask, ask, assert_documented, cookies, exempt, names, super_user, user
from tests.pardot.audit_factories import READ, make, mark_read
from tests.pardot.score_factories import member

__all__ = ["ask", "cookies", "super_user", "user"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def sync(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that ends a sync on a day of June. The sync has read ``READ`` without activities."""

    def sync_on(day: int) -> None:
        now = datetime(2026, 6, day, 12, tzinfo=UTC)
        monkeypatch.setattr(timezone, "now", lambda: now)
        mark_read(*(name for name in READ if name != "activities"), until=now)
        finish(Tier.SET_UP, now)

    return sync_on


def form(name: str, **values: Any) -> int:
    return make(Form, name=name, **values)


def mailing_list(name: str) -> int:
    return make(List, name=name, updated_at=datetime(2026, 6, 1, tzinfo=UTC))


def test_there_is_nothing_to_compare_with_on_the_first_day(ask: Ask, sync: Any) -> None:
    form("Contact us")
    sync(5)
    answer = ask("changes")
    assert_documented(ChangesOut, answer)
    assert (answer["day"], answer["since"], answer["worse"], answer["better"]) == ("2026-06-05", None, [], [])


def test_the_answer_lists_worse_and_better_issues_with_owners_and_rows(ask: Ask, sync: Any) -> None:
    member("Ada Example", "forms")
    form("Kept")
    mailing_list("Teachers")
    deleted, fixed = form("Deleted"), mailing_list("")
    sync(5)
    Form.objects.filter(pk=deleted).delete()
    for name in ("One", "Two", "Three"):
        form(name)
    List.objects.filter(pk=fixed).update(name="Students")
    sync(8)
    answer = ask("changes")
    assert_documented(ChangesOut, answer)
    assert (answer["since"], answer["score_before"] >= answer["score"]) == ("2026-06-05", True)
    (worse,), (better,) = answer["worse"], answer["better"]
    assert (worse["key"], worse["owners"]) == ("forms_no_campaign", ["Ada Example"])
    assert (worse["before"], worse["after"], worse["change"]) == (2, 4, 2)
    assert (worse["new"], worse["fixed"], worse["oldest"]) == (3, 1, "2026-06-05")
    rows = ask("assets/forms", flag=worse["flag"], new_since=answer["since"], exempt="false")
    assert sorted(names(rows)) == ["One", "Three", "Two"]
    assert (better["key"], better["owners"], better["change"], better["fixed"]) == ("lists_unnamed", [], -1, 1)
    assert worse["harm"] > 0 > better["harm"]


def test_an_issue_with_new_assets_but_an_unchanged_count_is_listed_under_other_rows(ask: Ask, sync: Any) -> None:
    old = form("Old")
    sync(5)
    Form.objects.filter(pk=old).delete()
    form("New")
    sync(6)
    answer = ask("changes")
    assert (answer["worse"], answer["better"]) == ([], [])
    (other,) = answer["other_rows"]
    assert (other["key"], other["change"], other["new"], other["fixed"]) == ("forms_no_campaign", 0, 1, 1)


def test_an_exempt_asset_counts_neither_as_new_nor_as_fixed(ask: Ask, sync: Any) -> None:
    form("Old")
    sync(5)
    exempt("forms", "forms_no_campaign", form("Partner"))
    sync(6)
    assert ask("changes")["worse"] == []
    exempt("forms", "forms_no_campaign", Form.objects.get(name="Old").pk)
    (better,) = ask("changes")["better"]
    assert (better["change"], better["fixed"]) == (-1, 0)


def test_each_listed_issue_has_the_day_of_its_earliest_finding_that_is_not_exempt(ask: Ask, sync: Any) -> None:
    exempt("forms", "forms_no_campaign", form("Partner"))
    sync(4)
    form("Old")
    sync(5)
    form("New")
    sync(6)
    oldest = {each["key"]: each["oldest"] for each in ask("issues")["issues"]}
    assert (oldest["forms_no_campaign"], oldest["lists_unnamed"]) == ("2026-06-05", None)


def test_a_task_is_settled_when_its_issue_is_fixed(ask: Ask, sync: Any) -> None:
    fixed, not_fixed = form("Fixed"), form("Not fixed")
    mailing_list("")
    sync(5)
    of = {"asset_type": "forms", "issue": "forms_no_campaign"}
    tasks: dict[str, dict[str, Any]] = {
        "Asset fixed": {**of, "asset_id": fixed},
        "Asset not fixed": {**of, "asset_id": not_fixed},
        "Issue fixed": {"issue": "lists_unnamed"},
        "Issue not fixed": {"issue": "forms_no_campaign"},
        "No data": {"issue": "forms_dormant"},
        "No issue": {},
        "Done": {"issue": "lists_unnamed", "status": "done"},
    }
    for title, values in tasks.items():
        Task.objects.create(title=title, **values)
    assert {task["title"] for task in ask("tasks")["tasks"] if task["is_settled"]} == set()
    Form.objects.filter(pk=fixed).update(campaign_id=make(Campaign, name="Spring"))
    List.objects.update(name="Teachers")
    sync(6)
    assert {task["title"] for task in ask("tasks")["tasks"] if task["is_settled"]} == {"Asset fixed", "Issue fixed"}


def test_an_issue_without_data_on_one_of_the_days_is_left_out(ask: Ask, sync: Any) -> None:
    form("Idle")
    sync(5)
    now = timezone.now() + timedelta(days=1)
    mark_read("activities", until=now)
    sync(6)
    assert [each["key"] for each in ask("changes")["worse"]] == [], "dormant has had data only since today"


@pytest.mark.parametrize(
    ("since", "expected"), [("2026-06-05", "2026-06-04"), ("2026-06-30", "2026-06-06"), (None, "2026-06-06")]
)
def test_today_is_compared_with_the_last_earlier_snapshot_up_to_the_given_day(
    ask: Ask, sync: Any, since: str | None, expected: str
) -> None:
    for day in (4, 6, 9):
        form(f"Of day {day}")
        sync(day)
    answer = ask("changes", **({"since": since} if since else {}))
    assert answer["since"] == expected
    assert answer["worse"][0]["new"] == (2 if expected == "2026-06-04" else 1)


def test_an_invalid_day_is_refused(ask: Ask) -> None:
    ask("changes", status=422, since="Friday")


def test_the_most_harmful_issue_is_first(ask: Ask, sync: Any) -> None:
    mailing_list("Named")
    form("Named")
    sync(5)
    for _ in range(9):
        mailing_list("")
    form("New")
    sync(6)
    worse = ask("changes")["worse"]
    own = [each["key"] for each in worse if each["key"] in {"lists_unnamed", "forms_no_campaign"}]
    assert own == ["lists_unnamed", "forms_no_campaign"]
    assert [each["harm"] for each in worse] == sorted((each["harm"] for each in worse), reverse=True)


def test_the_number_of_queries_does_not_grow(super_user: Any, sync: Any, django_assert_max_num_queries: Any) -> None:
    for day in (4, 6):
        for number in range(10):
            exempt("forms", "forms_no_campaign", form(f"{day} {number}"))
        sync(day)
    # caller, summaries, exemptions (counts, ids), team, configuration, snapshot, ledger of findings
    with django_assert_max_num_queries(9):
        assert super_user.get("/api/v1/pardot/changes").status_code == 200
