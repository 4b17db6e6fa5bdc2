"""*Refresh data*, *Accept deletions* and *Run survey* need permission. Each runs outside the request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from api.models import SuperUser
from pardot.catalog.entities import ALL
from pardot.models import PardotQuota, Task
from sf.ingest.lease import hold_lease
from sf.ingest.scheduled import WORK
from sf.ingest.switch import switch_off, switch_on
from sf.models import OperatorAction, SyncRun
from tests.api.conftest import super_user  # noqa: F401 - a fixture
from tests.pardot.team.browser import ROOT, Browser

# ruff: noqa: F811 - the fixture

pytestmark = pytest.mark.django_db

REFRESH = "sync/refresh"


@pytest.fixture
def browser(super_user: Client) -> Iterator[Browser]:
    """A Super User who may refresh. The worker's lease is held, so a request starts no process itself."""
    SuperUser.objects.update(may_start_jobs=True, name="Ines Example")
    with hold_lease(WORK):
        yield Browser(super_user)


def hold_back_deletions(*names: str) -> None:
    for name in names:
        message = f"{name}: 33 of 118 cached records would be deleted: run again with --allow-deletes {name}=33"
        SyncRun.objects.create(object=name, state=SyncRun.State.FAILED, ended=timezone.now(), message=message)


@pytest.mark.parametrize(
    ("path", "body"), [(REFRESH, {}), ("sync/accept-deletions", {"entities": ["forms"]}), ("sync/survey", {})]
)
def test_no_job_is_started_without_the_permission(super_user: Client, path: str, body: dict[str, Any]) -> None:
    hold_back_deletions("forms")
    browser = Browser(super_user)
    assert browser.get("sync/status")["may_refresh"] is False
    assert "may refresh data" in browser.ask("post", path, body, expect=403)["message"]
    assert not OperatorAction.objects.exists()


def test_only_deletions_that_are_held_back_can_be_accepted(browser: Browser) -> None:
    hold_back_deletions("forms", "lists")
    assert "held back for landing pages" in browser.refused(
        "post", "sync/accept-deletions", {"entities": ["forms", "landing_pages"]}
    )
    browser.refused("post", "sync/accept-deletions", {"entities": []})
    assert "More records of forms are missing by now" in browser.refused(
        "post", "sync/accept-deletions", {"entities": ["forms", "lists"], "seen": {"forms": 32, "lists": 33}}
    )
    assert not OperatorAction.objects.exists()
    browser.ask("post", "sync/accept-deletions", {"entities": ["forms", "lists"], "seen": {"forms": 33}}, expect=202)
    action = OperatorAction.objects.get()
    assert action.command == "camp_sync --entities lists,forms --allow-deletes lists=33,forms=33"
    assert (action.label, action.requested_by) == ("Accept deletions of lists, forms", "Ines Example")


def test_the_deletions_of_all_entities_can_be_accepted_at_once(browser: Browser) -> None:
    parts = [name for entity in ALL for name in entity.parts]
    hold_back_deletions(*parts)
    browser.ask("post", "sync/accept-deletions", {"entities": [entity.name for entity in ALL]}, expect=202)
    accepted = OperatorAction.objects.get().command.rpartition(" ")[2].split(",")
    assert accepted == [f"{name}=33" for name in parts]


def test_a_survey_shows_its_calls_and_the_calls_left_before_it_is_started(browser: Browser) -> None:
    PardotQuota.objects.create(id=PardotQuota.ONLY_ID, used=77, maximum=25_000, told_at=timezone.now())
    estimate = browser.get("sync/survey")
    assert estimate["calls"] > 0
    assert (estimate["at_least"], estimate["quota"]["left"]) == (True, 24_923)
    browser.ask("post", "sync/survey", {}, expect=202)
    assert OperatorAction.objects.get().command == "camp_sync --survey"


@pytest.mark.parametrize("body", ["[]", '""', "0", "false", "[1]", '"forms"'])
def test_a_body_that_is_not_a_json_object_starts_no_sync_and_creates_no_task(browser: Browser, body: str) -> None:
    headers = {"X-CSRFToken": browser.token}
    for path in (REFRESH, "tasks"):
        answer = browser.client.post(f"{ROOT}{path}", body, content_type="application/json", headers=headers)
        assert (answer.status_code, answer.json()["errors"][0]["loc"]) == (422, ["body"])
    assert not OperatorAction.objects.exists()
    assert not Task.objects.exists()


def test_a_request_is_left_for_the_worker_and_shown_with_its_author(browser: Browser) -> None:
    answer = browser.ask("post", REFRESH, {}, expect=202)
    assert "left for the worker on" in answer["message"]
    action = OperatorAction.objects.get()
    assert (action.command, action.requested_by) == ("camp_sync", "Ines Example")
    status = browser.get("sync/status")
    assert status["may_refresh"] is True
    assert [(each["label"], each["by"], each["state"]) for each in status["activity"]] == [
        ("Refresh Pardot data", "Ines Example", "waiting")
    ]


@pytest.mark.parametrize(
    ("names", "command"),
    [
        (["lps", "forms"], "camp_sync --entities forms,landing_pages"),
        (["assets", "forms"], None),
    ],
)
def test_names_aliases_and_groups_are_accepted(browser: Browser, names: list[str], command: str | None) -> None:
    browser.ask("post", REFRESH, {"entities": names}, expect=202)
    action = OperatorAction.objects.get()
    assert action.command == command or (command is None and "list_emails" in action.command)
    assert len(action.label) <= 120


def test_the_refusal_of_an_unknown_name_lists_the_known_names(browser: Browser) -> None:
    message = browser.refused("post", REFRESH, {"entities": ["from"]})
    assert "unknown entity 'from'. Known: campaigns, " in message
    assert not OperatorAction.objects.exists()


def conflict(browser: Browser) -> str:
    answer: dict[str, Any] = browser.ask("post", REFRESH, {}, expect=409)
    assert answer["type"] == "sync_not_started"
    return str(answer["message"])


def test_the_status_names_the_users_who_may_start_syncs(browser: Browser) -> None:
    SuperUser.objects.create(accounts_uuid=uuid4(), name="Zoe Example", may_start_jobs=True)
    SuperUser.objects.create(accounts_uuid=uuid4(), name="Gone Example", may_start_jobs=True, active=False)
    SuperUser.objects.create(accounts_uuid=uuid4(), name="Ben Example")
    assert "Zoe Example" in (names := browser.get("sync/status")["who_may_refresh"])
    assert not {"Gone Example", "Ben Example"} & set(names)


def test_a_sync_that_would_only_be_skipped_is_not_started(browser: Browser) -> None:
    assert browser.get("sync/status")["is_locked"] is False
    with hold_lease("camp_sync"):
        assert browser.get("sync/status")["is_locked"] is True
        assert "another sync is under way" in conflict(browser)
    switch_off(by="ines", reason="the org moves", until=None)
    assert "the org moves" in conflict(browser)
    switch_on(by="ines")
    browser.ask("post", REFRESH, {}, expect=202)
    assert "requested before" in conflict(browser)
    assert OperatorAction.objects.count() == 1
