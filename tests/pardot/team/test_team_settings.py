"""``admin/team``: the whole team is read and replaced; members who stay keep their tasks."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from pardot.models import Task, TeamMember
from tests.api.cookies import UUID
from tests.pardot.team import records
from tests.pardot.team.browser import Browser

OTHER = "7c1d9f04-0000-4000-8000-0000000050d0"


def names(browser: Browser) -> list[str]:
    return [member["name"] for member in browser.get("admin/team")["team"]]


def test_a_team_is_made_and_read(browser: Browser) -> None:
    assert browser.get("admin/team") == {"team": []}
    team = [
        {"name": " Ada ", "role": "Forms", "areas": ["forms", "landing_pages", "forms"], "label": "A",
         "accounts_uuid": UUID.upper(), "email": " ada@camp.example "},
        {"name": "Ben", "gets_messages": False},
    ]  # fmt: skip
    made = browser.ask("put", "admin/team", {"team": team})["team"]
    first, second = made
    assert first == {
        "id": first["id"], "name": "Ada", "role": "Forms", "areas": ["forms", "landing_pages"], "label": "A",
        "order": 0, "accounts_uuid": UUID, "email": "ada@camp.example", "gets_messages": True, "open_tasks": 0,
    }  # fmt: skip
    assert (second["order"], second["areas"], second["accounts_uuid"]) == (1, [], None)
    assert (second["email"], second["gets_messages"]) == ("", False)
    assert browser.get("admin/team")["team"] == made


def test_a_renamed_member_keeps_the_tasks_and_a_removed_members_tasks_are_unassigned(browser: Browser) -> None:
    ada, ben, cleo = (records.member(name, order=order) for order, name in enumerate(("Ada", "Ben", "Cleo")))
    for member in (ada, ben, cleo):
        Task.objects.create(title=f"{member.name}'s", assignee=member)
    swapped = [{"id": ben.pk, "name": "Ada"}, {"id": ada.pk, "name": "ben"}]
    made = browser.ask("put", "admin/team", {"team": swapped})["team"]
    assert [(member["id"], member["name"], member["open_tasks"]) for member in made] == [
        (ben.pk, "Ada", 1), (ada.pk, "ben", 1),
    ]  # fmt: skip
    owners = {task["title"]: task["assignee"] for task in browser.get("tasks")["tasks"]}
    assert owners == {"Ada's": "ben", "Ben's": "Ada", "Cleo's": None}


def test_two_members_can_swap_their_accounts_in_one_request(browser: Browser) -> None:
    ada, ben = records.member("Ada", accounts_uuid=UUID), records.member("Ben", accounts_uuid=OTHER)
    team = [{"id": ada.pk, "name": "Ada", "accounts_uuid": OTHER}, {"id": ben.pk, "name": "Ben", "accounts_uuid": UUID}]
    browser.ask("put", "admin/team", {"team": team})
    accounts = {member.name: str(member.accounts_uuid) for member in TeamMember.objects.all()}
    assert accounts == {"Ada": OTHER, "Ben": UUID}


def test_members_have_the_order_of_the_list_unless_an_order_is_given(browser: Browser) -> None:
    browser.ask("put", "admin/team", {"team": [{"name": "Ada", "order": 9}, {"name": "Ben"}, {"name": "Cleo"}]})
    assert names(browser) == ["Ben", "Cleo", "Ada"]


@pytest.mark.parametrize(
    ("team", "message"),
    [
        ([{"name": "Cleo"}, {"name": "cLEO "}], "“cLEO” is in the team twice"),
        ([{"name": "İ"}, {"name": "i"}], "“i” is in the team twice"),
        ([{"name": "Cleo", "accounts_uuid": UUID}, {"name": "Dan", "accounts_uuid": UUID}], f"the account {UUID}"),
        ([{"name": "Cleo", "id": 987654}], "no team member has the id 987654"),
        ([{"name": "Cleo", "areas": ["forms", "pages"]}], "there is no area 'pages'. Known: campaigns, forms"),
        ([{"name": "Cleo", "areas": [["forms"]]}], "there is no area ['forms']"),
        ([{"name": "  "}], "name"),
        ([{}], "name"),
        ([{"name": "a\0b"}], "NUL"),
        ([{"name": "x" * 101}], "name"),
        ([{"name": "Cleo", "accounts_uuid": "ines"}], "accounts_uuid"),
        ([{"name": "Cleo", "email": "cleo"}], "this is not an email address"),
        ([{"name": "Cleo", "order": 40_000}], "order"),
        ([{"name": "Cleo", "order": "1"}], "order"),
        ([{"name": "Cleo", "open_tasks": 1}], "open_tasks"),
        ("everybody", "team"),
    ],
)
def test_wrong_values_are_named_and_change_no_member(browser: Browser, team: Any, message: str) -> None:
    Task.objects.create(title="Hers", assignee=records.member("Ada"))
    assert message in browser.refused("put", "admin/team", {"team": team})
    assert names(browser) == ["Ada"]
    assert Task.objects.get().assignee is not None


def test_two_members_with_one_id_are_refused(browser: Browser) -> None:
    ada = records.member("Ada")
    team = [{"id": ada.pk, "name": "Ada"}, {"id": ada.pk, "name": "Ben"}]
    assert f"two members have the id {ada.pk}" in browser.refused("put", "admin/team", {"team": team})


def test_each_error_names_the_place_of_the_value(browser: Browser) -> None:
    team = [{"name": "Ada"}, {"name": "Ben", "id": 3}, {"name": "ADA"}]
    errors = browser.ask("put", "admin/team", {"team": team}, expect=422)["errors"]
    assert [error["loc"] for error in errors] == [["body", "team", 2, "name"], ["body", "team", 1, "id"]]


def test_the_health_score_lists_a_new_member_at_once_by_person_and_as_an_owner(browser: Browser) -> None:
    browser.ask("put", "admin/team", {"team": [{"name": "Ada", "areas": ["forms"]}]})
    score = browser.get("health-score")
    assert [person["name"] for person in score["by_person"]] == ["Ada"]
    assert next(area for area in score["by_area"] if area["area"] == "forms")["owners"] == ["Ada"]


def test_settings_tasks_exemptions_and_notes_are_for_super_users(user: Client) -> None:
    for path in ("admin/team", "admin/config", "tasks", "exemptions", "notes"):
        assert user.get(f"/api/v1/pardot/{path}").status_code == 403
        assert Client().get(f"/api/v1/pardot/{path}").status_code == 401


def test_a_team_that_another_user_has_changed_since_is_not_replaced(browser: Browser) -> None:
    records.member("Ada", areas=["forms"])
    was = browser.get("admin/team")["team"]
    wanted = {"team": [{"id": was[0]["id"], "name": "Ada", "role": "Editor"}], "was": was}
    browser.ask("put", "admin/team", {"team": [{"id": was[0]["id"], "name": "Ada"}, {"name": "Ben"}]})
    assert browser.ask("put", "admin/team", wanted, expect=409)["type"] == "value_changed"
    assert names(browser) == ["Ada", "Ben"]
    wanted["was"] = browser.get("admin/team")["team"]
    assert browser.ask("put", "admin/team", wanted)["team"][0]["role"] == "Editor"
    assert names(browser) == ["Ada"]
