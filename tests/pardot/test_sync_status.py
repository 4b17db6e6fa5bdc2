"""``/sync/status``: stale, partial and missing data, running syncs, and the API calls left for the day."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError
from django.test import Client
from django.utils import timezone

from pardot.catalog.entities import ALL, LOCK, Tier, select_tier_entities
from pardot.models import PardotQuota
from pardot.status.entities import load_camp_status
from pardot.status.steps import count_sync_steps
from sf.ingest import runs
from sf.ingest.lease import hold_lease, is_running
from sf.models import SyncConfig, SyncRun
from tests.api.conftest import anonymous, super_user, user  # noqa: F401 - fixtures
from tests.api.cookies import CookieMaker
from tests.pardot.remote import Pardot, camp_sync
from tests.pardot.score_factories import finish_sync, form, mark_read
from tests.plans import analyze, plan_of

# ruff: noqa: F811 - fixtures that are imported

pytestmark = pytest.mark.django_db
with_commits = pytest.mark.django_db(transaction=True)
"""For tests that run a sync, which commits."""

URL = "/api/v1/pardot/sync/status"
DAILY, EVERYTHING = len(select_tier_entities(Tier.SET_UP)), len(ALL)
"""The numbers of entities that a daily sync and a survey read."""


@pytest.fixture
def cookies(settings: Any) -> CookieMaker:
    """Use the tests' keys, even after the simulator has set its own."""
    maker = CookieMaker()
    settings.SSO_COOKIE_NAME = "oxa"
    settings.SSO_SIGNATURE_PUBLIC_KEY = maker.public_pem
    settings.SSO_ENCRYPTION_PRIVATE_KEY = maker.encryption_key
    return maker


def status(client: Client) -> dict[str, Any]:
    answer = client.get(URL)
    assert answer.status_code == 200
    body: dict[str, Any] = answer.json()
    return body


def entities(client: Client) -> dict[str, dict[str, Any]]:
    return {entity["name"]: entity for entity in status(client)["entities"]}


def make_run(
    name: str, state: str = "done", mode: str = "full", *, ago: timedelta = timedelta(0), **more: Any
) -> SyncRun:
    began = timezone.now() - ago
    ended = None if state == "running" else began
    return SyncRun.objects.create(object=name, state=state, mode=mode, started=began, ended=ended, **more)


def test_every_entity_is_shown_as_never_synced_before_the_first_sync(super_user: Client) -> None:
    body = status(super_user)
    assert [entity["name"] for entity in body["entities"]] == [entity.name for entity in ALL]
    assert (body["tier"], body["quota"], body["running"], body["sync_enabled"]) == (0, None, [], True)
    for entity in body["entities"]:
        assert entity["freshness"] == "never"
        assert (entity["last_sync"], entity["count"], entity["state"], entity["age_seconds"]) == (None,) * 4


@with_commits
def test_a_sync_sets_the_time_the_mode_and_the_count_of_its_entities(
    pardot: Pardot, cookies: CookieMaker, super_user: Client
) -> None:
    pardot.settings(daily_max=25_000, daily_used=99)
    camp_sync()
    body = status(super_user)
    assert body["tier"] == 1
    quota = PardotQuota.objects.get()
    assert (body["quota"]["maximum"], body["quota"]["left"]) == (25_000, 25_000 - quota.used)
    by_name = {entity["name"]: entity for entity in body["entities"]}
    forms = by_name["forms"]
    assert (forms["count"], forms["mode"], forms["state"], forms["freshness"]) == (
        len(pardot.ids("forms")), "full", "done", "fresh",
    )  # fmt: skip
    assert forms["age_seconds"] < 60
    assert forms["withheld"] is False
    assert datetime.fromisoformat(forms["complete_until"]) < datetime.fromisoformat(forms["last_sync"])
    assert by_name["sf_health"]["count"] == 1
    assert by_name["prospects"]["freshness"] == "never"


@with_commits
def test_a_sample_is_partial(pardot: Pardot, cookies: CookieMaker, super_user: Client) -> None:
    camp_sync("--scout")
    body = status(super_user)
    prospects = next(entity for entity in body["entities"] if entity["name"] == "prospects")
    assert (body["tier"], prospects["freshness"], prospects["mode"]) == (2, "partial", "sample")
    assert prospects["count"] > 0
    assert prospects["complete_until"] is None


@with_commits
def test_withheld_rows_and_failures_are_reported(pardot: Pardot, cookies: CookieMaker, super_user: Client) -> None:
    camp_sync("--entities", "lists,forms")
    pardot.fail(109, times=10_000)
    with pytest.raises(CommandError):
        camp_sync("--entities", "forms")
    mark_read("lists", withheld=True)
    body = entities(super_user)
    assert (body["forms"]["state"], body["forms"]["freshness"]) == ("failed", "fresh")
    assert "code 109" in body["forms"]["message"]
    assert (body["forms"]["problem"], body["lists"]["problem"]) == ("failed", None)
    assert body["forms"]["failed_at"] > body["forms"]["last_sync"]
    assert body["lists"]["failed_at"] is None
    assert body["forms"]["last_sync"] is not None
    assert body["lists"]["withheld"] is True


@with_commits
def test_deletes_that_the_guard_held_back_are_counted_and_can_be_accepted(
    pardot: Pardot, cookies: CookieMaker, super_user: Client
) -> None:
    camp_sync("--entities", "tagged_objects,redirects")
    ids = {path: pardot.ids(path) for path in ("tagged-objects", "custom-redirects")}
    share = len(ids["tagged-objects"]) // 4
    for record in ids["tagged-objects"][:share]:
        pardot.purge("tagged-objects", record)
    for record in ids["custom-redirects"]:
        pardot.purge("custom-redirects", record)
    with pytest.raises(CommandError):
        camp_sync("--entities", "tagged_objects,redirects")
    body, every = entities(super_user), len(ids["custom-redirects"])
    assert {body[name]["problem"] for name in ("tagged_objects", "custom_redirects")} == {"deletes"}
    assert body["tagged_objects"]["deletes"] == {
        "missing": share,
        "of": len(ids["tagged-objects"]),
        "parts": {"tagged_objects": share},
    }
    assert body["custom_redirects"]["deletes"] == {"missing": every, "of": every, "parts": {"custom_redirects": every}}
    accepted = f"tagged_objects={share},custom_redirects={every}"
    camp_sync("--entities", "tagged_objects,custom_redirects", "--allow-deletes", accepted)
    body = entities(super_user)
    assert [body[name]["problem"] for name in ("tagged_objects", "custom_redirects")] == [None, None]
    assert (body["tagged_objects"]["deletes"], body["custom_redirects"]["count"]) == (None, 0)


@pytest.mark.parametrize(
    ("state", "cause", "problem"),
    [
        ("paused", "limit", "quota"),
        ("skipped", "limit", "quota"),
        ("skipped", "busy", None),
        ("paused", "switch", "switched_off"),
        ("failed", "lasting", "refused"),
        ("failed", "", "failed"),
        ("running", "", "interrupted"),
        ("done", "", None),
    ],
)
def test_the_problem_says_why_the_last_run_did_not_end_well(
    super_user: Client, state: str, cause: str, problem: str | None
) -> None:
    make_run("forms", ago=timedelta(hours=3))
    mark_read("forms")
    make_run("forms", state, ago=timedelta(hours=1), cause=cause)
    body = entities(super_user)["forms"]
    assert body["problem"] == problem
    assert (body["failed_at"] is None) is (problem is None)


@pytest.mark.parametrize(
    ("name", "days", "freshness"),
    [("forms", 1, "fresh"), ("forms", 3, "old"), ("prospects", 7, "fresh"), ("prospects", 9, "old")],
)
def test_daily_entities_are_old_sooner_than_weekly_ones(
    super_user: Client, name: str, days: int, freshness: str
) -> None:
    ago = timedelta(days=days)
    make_run(name, ago=ago)
    mark_read(name, until=timezone.now() - ago)
    assert entities(super_user)[name]["freshness"] == freshness


def test_an_entity_of_two_parts_is_as_old_as_its_older_part(super_user: Client) -> None:
    make_run("lead_category_scores", ago=timedelta(days=3))
    mark_read("lead_category_scores", until=timezone.now() - timedelta(days=3), rows=5)
    assert entities(super_user)["scoring_categories"]["freshness"] == "never"
    make_run("contact_category_scores", "failed", ago=timedelta(days=2))
    make_run("contact_category_scores", ago=timedelta(days=9))
    mark_read("contact_category_scores", until=timezone.now() - timedelta(days=9), rows=7)
    scores = entities(super_user)["scoring_categories"]
    assert (scores["count"], scores["state"], scores["freshness"]) == (12, "failed", "old")
    assert scores["age_seconds"] // 86_400 == 9


def test_activities_say_since_when_they_are_complete(super_user: Client) -> None:
    since = timezone.now().replace(microsecond=0) - timedelta(days=400)
    mark_read("activities", until=timezone.now(), complete_since=since)
    assert datetime.fromisoformat(entities(super_user)["activities"]["complete_since"]) == since


def test_running_syncs_are_reported_and_killed_ones_are_not(super_user: Client) -> None:
    make_run("forms", ago=timedelta(hours=2))
    make_run("forms", "running", rows_read=17, api_calls=3)
    body = status(super_user)
    assert body["running"] == []
    forms = next(entity for entity in body["entities"] if entity["name"] == "forms")
    assert forms["state"] == "interrupted"
    assert forms["age_seconds"] // 3600 == 2
    with hold_lease(LOCK):
        body = status(super_user)
    (running,) = body["running"]
    assert (running["entity"], running["rows_read"], running["api_calls"]) == ("forms", 17, 3)
    assert body["steps"] is None, "the run began before the command that has the lease"
    assert next(entity for entity in body["entities"] if entity["name"] == "forms")["state"] == "running"


@with_commits
@pytest.mark.parametrize(
    ("arguments", "steps"),
    [
        ((), [(step, DAILY) for step in range(1, DAILY + 1)]),
        (("--entities", "lists,forms"), [(1, 2), (2, 2)]),
        (("--scout",), [*((step, DAILY) for step in range(1, DAILY + 1)), (DAILY + 1, DAILY + 1)]),
        (("--survey",), [*((step, EVERYTHING) for step in range(1, EVERYTHING + 1)), (EVERYTHING, EVERYTHING), None]),
    ],
    ids=["daily", "some", "scout", "survey"],
)
def test_a_running_sync_reports_its_step_and_the_number_of_steps(
    pardot: Pardot, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], steps: list[object]
) -> None:
    """A survey's last entity has two parts, so two runs report the same step.

    The last run of a survey, the orphan check, reports no step.
    """
    reported: list[object] = []

    def begin_run(*args: Any, **options: Any) -> SyncRun:
        run = real_begin_run(*args, **options)
        reported.append(count_sync_steps(load_camp_status()))
        return run

    real_begin_run = runs.begin_run
    monkeypatch.setattr(runs, "begin_run", begin_run)
    camp_sync(*arguments)
    assert reported == steps


def test_the_lease_of_another_command_does_not_mean_that_camp_sync_runs(db: None) -> None:
    with hold_lease("sync_all"):
        assert not is_running(LOCK)
        assert is_running("sync_all")
    assert not is_running("sync_all")


def test_skipped_runs_change_neither_state_nor_age(super_user: Client) -> None:
    make_run("forms", ago=timedelta(hours=5))
    make_run("forms", "skipped")
    forms = entities(super_user)["forms"]
    assert (forms["state"], forms["age_seconds"] // 3600) == ("done", 5)


def test_the_kill_switch_shows(super_user: Client) -> None:
    SyncConfig.objects.create(sync_enabled=False)
    assert status(super_user)["sync_enabled"] is False


def test_rows_are_not_counted_and_queries_do_not_grow(super_user: Client, django_assert_max_num_queries: Any) -> None:
    mark_read("forms")
    finish_sync()
    form()
    for _ in range(50):
        make_run("forms")
        make_run("lists", "failed")
    with django_assert_max_num_queries(
        9
    ) as captured:  # caller, states, lock, runs, sample, switch, quota, activity, rights
        assert entities(super_user)["forms"]["count"] == 0, "as of the last sync"
    assert not [query for query in captured.captured_queries if "pardot_form" in query["sql"]]


def test_the_runs_are_found_by_their_index(db: None) -> None:
    SyncRun.objects.bulk_create(SyncRun(object=f"object {number % 40}", state="done") for number in range(3_000))
    from pardot.status import entities as entity_status

    analyze(SyncRun)
    plan = plan_of(entity_status._LATEST, [["object 1", "object 2"]])
    assert "sync_run_object_started" in plan
    assert "Seq Scan on sf_syncrun" not in plan
