"""One request works on many assets, chosen by ids or by a table's filters.

A refused request changes nothing.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pardot.audits.run import run_audits
from pardot.models import Exemption, Form, Task
from pardot.selectors.chosen import MOST_CHOSEN
from tests.pardot.team import records
from tests.pardot.team.browser import Browser

NO_CAMPAIGN = {"issue": "forms_no_campaign", "reason": "Test forms."}


def make_audited_forms(*forms: dict[str, Any]) -> list[Form]:
    """Make forms, by default in no campaign, and audit them."""
    rows = [records.form(**{"name": f"Form {number}", "campaign_id": None, **one}) for number, one in enumerate(forms)]
    records.mark_read("forms", "campaigns")
    run_audits()
    return rows


def day(offset: int) -> str:
    return str(timezone.localdate() + timedelta(days=offset))


# -- tasks ------------------------------------------------------------------------------------------------------------


def test_one_request_makes_a_task_for_each_asset_and_another_removes_the_tasks(browser: Browser) -> None:
    records.member("Ada")
    forms = [records.form(f"Form {number}") for number in range(40)]
    values = {"title": "Give it a campaign", "assignee": "ada", "due_date": day(3), "issue": "forms_no_campaign"}
    with CaptureQueriesContext(connection) as captured:
        answer = browser.ask("post", "assets/forms/tasks", {"ids": [one.id for one in forms], **values}, expect=201)
    assert len(captured) < 25, "no query for each asset"
    assert answer["left_out"] == 0
    tasks = {task["id"]: task for task in browser.get("tasks?limit=100")["tasks"]}
    assert sorted(tasks) == sorted(answer["ids"])
    assert {(task["asset_id"], task["title"]) for task in tasks.values()} == {
        (one.id, f"Give it a campaign: {one.name}") for one in forms
    }
    common = ("assignee", "due_date", "issue", "area", "asset_type", "status", "created_by")
    assert {tuple(task[name] for name in common) for task in tasks.values()} == {
        ("Ada", day(3), "forms_no_campaign", "forms", "forms", "open", "Ines Example")
    }
    assert browser.ask("post", "tasks/remove", {"ids": answer["ids"]}) == {"removed": 40}
    assert browser.ask("post", "tasks/remove", {"ids": answer["ids"]}) == {"removed": 0}


def test_one_task_for_all_assets_lists_them_and_gets_no_issue(browser: Browser) -> None:
    forms = [records.form(name) for name in ("Contact us", None)]
    body = {"ids": [one.id for one in forms], "title": "Look at these", "description": "By May.", "for_each": False,
            "issue": "forms_dormant"}  # fmt: skip
    [pk] = browser.ask("post", "assets/forms/tasks", body, expect=201)["ids"]
    task = Task.objects.get(pk=pk)
    assert task.description.splitlines()[:3] == ["By May.", "", f"Contact us (Pardot ID {forms[0].id})"]
    assert f"(Pardot ID {forms[1].id})" in task.description
    assert (task.area, task.asset_id, task.issue) == ("forms", None, "")


def test_a_list_of_assets_that_is_too_long_for_the_description_is_cut(browser: Browser) -> None:
    forms = [records.form("F" * 300) for _ in range(60)]
    body = {"ids": [one.id for one in forms], "title": "Look at these", "for_each": False}
    [pk] = browser.ask("post", "assets/forms/tasks", body, expect=201)["ids"]
    description = Task.objects.get(pk=pk).description
    assert len(description) <= 10_000
    shown = description.count("Pardot ID")
    assert description.endswith(f"… and {60 - shown} more")
    browser.ask("patch", f"tasks/{pk}", {"description": description})


def test_a_description_without_room_for_the_list_of_assets_is_refused(browser: Browser) -> None:
    forms = [records.form(f"Form {number}") for number in range(3)]
    body = {"ids": [one.id for one in forms], "title": "Look at these", "for_each": False}
    for length in (9_983, 10_000):
        refused = browser.ask("post", "assets/forms/tasks", {**body, "description": "D" * length}, expect=422)
        assert refused["errors"][0]["loc"] == ["body", "description"]
        assert "at most 9,982 characters" in refused["message"]
    [pk] = browser.ask("post", "assets/forms/tasks", {**body, "description": "D" * 9_982}, expect=201)["ids"]
    assert Task.objects.get(pk=pk).description == f"{'D' * 9_982}\n\n… and 3 more"


def test_a_title_with_a_long_name_is_cut(browser: Browser) -> None:
    form = records.form("F" * 300)
    answer = browser.ask("post", "assets/forms/tasks", {"ids": [form.id], "title": "Look at"}, expect=201)
    assert Task.objects.get(pk=answer["ids"][0]).title == f"Look at: {'F' * 300}"[:200]


# -- exemptions -------------------------------------------------------------------------------------------------------


def test_one_request_exempts_the_assets_with_the_issue_and_another_removes_the_exemptions(browser: Browser) -> None:
    first, second, known, ended, fine = make_audited_forms({}, {}, {}, {}, {"campaign_id": records.campaign().id})
    Exemption.objects.create(asset_type="forms", asset_id=known.id, issue="forms_no_campaign", reason="Before.")
    Exemption.objects.create(
        asset_type="forms", asset_id=ended.id, issue="forms_no_campaign", reason="Once.", until=day(-1)
    )
    chosen = [one.id for one in (first, second, known, ended, fine)]
    answer = browser.ask("post", "assets/forms/exemptions", {"ids": chosen, **NO_CAMPAIGN, "until": day(9)}, expect=201)
    assert answer["left_out"] == 2
    exempt = {row["asset_id"]: row for row in browser.get("exemptions")["exemptions"]}
    assert {asset: row["reason"] for asset, row in exempt.items()} == {
        first.id: "Test forms.", second.id: "Test forms.", ended.id: "Test forms.", known.id: "Before."
    }  # fmt: skip
    assert (exempt[first.id]["until"], exempt[first.id]["created_by"]) == (day(9), "Ines Example")
    assert browser.get("health-score")["issue_counts"]["forms_no_campaign"] == 0

    assert browser.ask("post", "exemptions/remove", {"ids": answer["ids"]}) == {"removed": 3}
    assert browser.get("health-score")["issue_counts"]["forms_no_campaign"] == 3


def test_matching_chooses_the_assets_that_the_table_shows_with_the_same_filters(browser: Browser) -> None:
    make_audited_forms(
        {"name": "Summer form"}, {"name": "Winter form"}, {"name": "Summer fest", "campaign_id": records.campaign().id}
    )
    query = "flag=no_campaign&q=summer"
    count = browser.get(f"assets/forms?{query}")["count"]
    assert count == 1
    for what, more in (("tasks", {"title": "Look at"}), ("exemptions", NO_CAMPAIGN)):
        body = {"matching": count, **more}
        assert len(browser.ask("post", f"assets/forms/{what}?{query}", body, expect=201)["ids"]) == 1
    assert Task.objects.get().asset_name == "Summer form"


def test_matching_chooses_the_campaigns_of_the_given_folder(browser: Browser) -> None:
    records.campaign("In a folder", folder_id=7)
    records.campaign("Elsewhere", folder_id=8)
    body = {"matching": 1, "title": "Look at"}
    browser.ask("post", "campaigns/tasks?folder_id=7", body, expect=201)
    assert Task.objects.get().asset_name == "In a folder"


# -- refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "values", "message"),
    [
        ("", {"ids": []}, "Nothing is chosen"),
        ("", {}, "Give either ids or matching"),
        ("", {"ids": [1], "matching": 1}, "Give either ids or matching"),
        ("", {"ids": [987654]}, "There is no asset 987654 among the forms that were synced. Load the table again"),
        ("", {"ids": [*range(1, MOST_CHOSEN + 2)]}, "At most 2,000 assets can be chosen at once. Choose fewer"),
        ("", {"matching": MOST_CHOSEN + 1}, "At most 2,000 assets can be chosen at once. Choose fewer"),
        ("", {"matching": 7}, "2 forms match now, not 7. Load the table again, then choose"),
        ("flag=lost", {"matching": 2}, "There is no flag 'lost' here"),
        ("prefix=a", {"matching": 2}, "Only tags have prefixes"),
    ],
)
def test_an_invalid_choice_is_refused_with_the_reason(
    browser: Browser, query: str, values: dict[str, Any], message: str
) -> None:
    make_audited_forms({}, {})
    for what, more in (("tasks", {"title": "Look at"}), ("exemptions", NO_CAMPAIGN)):
        assert message in browser.refused("post", f"assets/forms/{what}?{query}", {**values, **more})
    assert not Task.objects.exists()
    assert not Exemption.objects.exists()


@pytest.mark.parametrize(
    ("what", "values", "field"),
    [
        ("tasks", {"title": " "}, "title"),
        ("tasks", {"title": "Look", "assignee": "Nobody Known"}, "assignee"),
        ("tasks", {"title": "Look", "issue": "lists_stale"}, "issue"),
        ("tasks", {"title": "Look", "issue": "forms_lost"}, "issue"),
        ("exemptions", {**NO_CAMPAIGN, "issue": "lists_stale"}, "issue"),
        ("exemptions", {**NO_CAMPAIGN, "issue": "forms_lost"}, "issue"),
        ("exemptions", {**NO_CAMPAIGN, "reason": " "}, "reason"),
        ("exemptions", {**NO_CAMPAIGN, "until": day(-1)}, "until"),
    ],
)
def test_values_that_are_refused_for_one_asset_are_refused_for_many(
    browser: Browser, what: str, values: dict[str, Any], field: str
) -> None:
    forms = make_audited_forms({}, {})
    body = {"ids": [one.id for one in forms], **values}
    refused = browser.ask("post", f"assets/forms/{what}", body, expect=422)
    assert field in refused["errors"][0]["loc"]
    assert not refused["detail"].endswith("..")
    assert not Task.objects.exists()
    assert not Exemption.objects.exists()


def test_exempting_assets_without_the_issue_is_refused_with_the_reason(browser: Browser) -> None:
    [form] = make_audited_forms({"campaign_id": records.campaign().id})
    refused = browser.refused("post", "assets/forms/exemptions", {"ids": [form.id], **NO_CAMPAIGN})
    assert "None of these assets has forms_no_campaign, or all that have it are exempt already" in refused


@pytest.mark.parametrize("what", ["tasks", "exemptions"])
def test_removing_no_rows_or_too_many_is_refused(browser: Browser, what: str) -> None:
    for ids, message in (([], "Nothing is chosen"), ([*range(1, MOST_CHOSEN + 2)], "At most 2,000")):
        assert message in str(browser.ask("post", f"{what}/remove", {"ids": ids}, expect=422)["errors"])


# -- issues -----------------------------------------------------------------------------------------------------------


def test_each_of_several_issues_gets_a_task_unless_the_issue_has_an_open_task(browser: Browser) -> None:
    records.member("Ada", areas=["forms"])
    browser.ask("post", "issues/forms_dormant/create-task", {}, expect=201)
    keys = ["forms_dormant", "forms_errors", "tags_unused"]
    answer = browser.ask("post", "issues/create-tasks", {"issues": keys, "due_date": day(2)}, expect=201)
    assert answer["left_out"] == 1
    tasks = Task.objects.filter(pk__in=answer["ids"])
    assert {(task.issue, task.assignee and task.assignee.name, str(task.due_date)) for task in tasks} == {
        ("forms_errors", "Ada", day(2)), ("tags_unused", None, day(2))
    }  # fmt: skip


@pytest.mark.parametrize("values", [{"issues": []}, {"issues": ["forms_errors", "forms_lost"]}])
def test_an_empty_list_or_an_unknown_issue_makes_no_task(browser: Browser, values: dict[str, Any]) -> None:
    browser.refused("post", "issues/create-tasks", values)
    assert not Task.objects.exists()
