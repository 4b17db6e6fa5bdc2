"""Nothing is lost or deleted when a read fails, returns too few rows or ends early."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from math import ceil
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError

from pardot.catalog import entities
from pardot.catalog.complete_reads import complete_reads
from pardot.models import CampaignMemberCount, Form, OrphanRecord, Prospect, TaggedObject, VisitorActivity
from pardot.sync.slices import SLICES
from sf.models import SyncRun
from tests.pardot.remote import Pardot, assert_equal, camp_sync, copied, last_run
from tests.sf.processes import Start, kill, wait_for
from tests.simulated import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_interrupted_read_resumes_where_it_stopped(pardot: Pardot, start: Start, settings: Any) -> None:
    pardot.settings(delay_seconds=0.05)
    process = start("camp_sync", "--entities", "activities", PARDOT_PAGE_SIZE="50")
    wait_for(lambda: pardot.calls() >= 10)
    kill(process)
    assert not VisitorActivity.objects.exists()
    pardot.settings(delay_seconds=0)
    staged = staged_rows("activities")
    assert staged >= 50

    settings.PARDOT_PAGE_SIZE = 50
    assert calls_of(pardot, "activities") <= calls_for_the_rest(pardot, "visitor-activities", staged)
    assert_equal(pardot, entities.ACTIVITIES)
    assert [run.state for run in SyncRun.objects.filter(object="activities")] == ["done", "interrupted"]
    assert last_run("activities").mode == "incremental", "changes in the meantime are read in the same run"


def staged_rows(name: str) -> int:
    """Return the number of rows staged for the next run."""
    waiting = SyncRun.objects.filter(object=name).exclude(resume_state=None).values_list("resume_state", flat=True)
    [state] = waiting
    return int((state or {})["rows"])


def calls_of(pardot: Pardot, name: str) -> int:
    pardot.forget_calls()
    camp_sync("--entities", name)
    return pardot.calls()


def calls_for_the_rest(pardot: Pardot, path: str, staged: int) -> int:
    """Return the largest number of calls that the rest of a read needs.

    These are the missing pages, one call per slice, one for later changes, and one for the quota.
    """
    return ceil((len(pardot.rows(path)) - staged) / settings.PARDOT_PAGE_SIZE) + SLICES + 2


@pytest.mark.parametrize("code", [9999, 1, 110])
def test_an_unknown_code_keeps_the_rows_that_were_read(
    pardot: Pardot, simulator: Simulator, settings: Any, code: int
) -> None:
    settings.PARDOT_PAGE_SIZE = 50
    simulator.fail("error", path="objects/visitor-activities", skip=6, times=None, errorCode=str(code), status=400)
    with pytest.raises(CommandError, match=f"code {code} to GET visitor-activities"):
        camp_sync("--entities", "activities")
    staged = staged_rows("activities")
    assert staged >= 50
    simulator.post("/reset", {"faults": True})
    assert calls_of(pardot, "activities") <= calls_for_the_rest(pardot, "visitor-activities", staged)
    assert_equal(pardot, entities.ACTIVITIES)


def test_a_known_refusal_restarts_the_read(pardot: Pardot, simulator: Simulator, settings: Any) -> None:
    settings.PARDOT_PAGE_SIZE = 50
    simulator.fail("error", path="objects/visitor-activities", skip=6, times=None, errorCode="61")
    with pytest.raises(CommandError):
        camp_sync("--entities", "activities")
    assert last_run("activities").resume_state is None
    simulator.post("/reset", {"faults": True})
    camp_sync("--entities", "activities")
    assert_equal(pardot, entities.ACTIVITIES)


def test_a_pause_keeps_the_rows_that_were_read(pardot: Pardot, settings: Any) -> None:
    settings.PARDOT_PAGE_SIZE = 50
    pardot.settings(daily_max=30, daily_used=0)
    output = camp_sync("--entities", "activities")
    assert "paused: Pardot API usage is" in output
    assert "What was read is kept; the next run continues with it" in output
    staged = staged_rows("activities")
    assert staged >= 50
    pardot.settings(daily_max=50_000)
    assert calls_of(pardot, "activities") <= calls_for_the_rest(pardot, "visitor-activities", staged)
    assert_equal(pardot, entities.ACTIVITIES)


def pause_prospects(pardot: Pardot, settings: Any) -> int:
    """Stop the read of prospects in the middle, and return the number of staged rows."""
    settings.PARDOT_PAGE_SIZE = 10
    pardot.settings(daily_max=20, daily_used=0)
    assert "prospects: paused: Pardot" in camp_sync("--entities", "prospects"), "by SFAPI or, a moment later, by Pardot"
    pardot.settings(daily_max=50_000)
    staged = staged_rows("prospects")
    assert staged >= 50
    return staged


def test_a_paused_read_that_cannot_be_resumed_keeps_nothing_and_says_so(pardot: Pardot, settings: Any) -> None:
    settings.PARDOT_PAGE_SIZE = 10
    pardot.settings(daily_max=5, daily_used=0)
    output = camp_sync("--entities", "tagged_objects")
    assert "(PARDOT_PAUSE_THRESHOLD). Nothing was changed; the next run starts over" in output
    paused = last_run("tagged_objects")
    assert (paused.state, paused.resume_state) == (SyncRun.State.PAUSED, None)
    assert not TaggedObject.objects.exists()


def test_a_paused_read_is_resumed_after_a_sample(pardot: Pardot, settings: Any) -> None:
    staged = pause_prospects(pardot, settings)
    camp_sync("--scout")
    assert last_run("prospects").mode == SyncRun.Mode.SAMPLE
    assert calls_of(pardot, "prospects") <= calls_for_the_rest(pardot, "prospects", staged)
    assert last_run("prospects").mode == SyncRun.Mode.INCREMENTAL, "the changes since the pause are read after the rest"
    assert_equal(pardot, entities.PROSPECTS)


def test_a_paused_read_is_resumed_after_weeks(pardot: Pardot, settings: Any) -> None:
    """A paused read that can be resumed never expires: it continues after its last staged id."""
    pause_prospects(pardot, settings)
    paused = last_run("prospects")
    state = paused.resume_state or {}
    began = datetime.fromisoformat(state["began"]) - timedelta(days=20)
    paused.resume_state = {**state, "began": began.isoformat()}
    paused.save()
    camp_sync("--entities", "prospects")
    assert last_run("prospects").mode == SyncRun.Mode.INCREMENTAL, "the changes since the pause are read after the rest"
    assert_equal(pardot, entities.PROSPECTS)


@pytest.mark.parametrize("times", [1, 3])
def test_pages_with_too_few_rows_are_completed(pardot: Pardot, simulator: Simulator, settings: Any, times: int) -> None:
    camp_sync("--entities", "tagged_objects,prospects")
    settings.PARDOT_PAGE_SIZE = 40
    simulator.fail("truncate_rows", path="objects/(tagged-objects|prospects)", times=times, skip=2, fraction=0.5)
    camp_sync("--entities", "tagged_objects,prospects", "--full")
    assert_equal(pardot, entities.TAGGED_OBJECTS, entities.PROSPECTS)
    assert last_run("prospects").soft_deleted == last_run("tagged_objects").soft_deleted == 0


def test_a_last_page_with_too_few_rows_deletes_nothing(pardot: Pardot, simulator: Simulator) -> None:
    camp_sync("--entities", "forms")
    simulator.fail("truncate_rows", path="objects/forms", times=1, fraction=0.3)
    camp_sync("--entities", "forms")
    assert_equal(pardot, entities.FORMS)
    assert last_run("forms").soft_deleted == 0


@pytest.mark.parametrize("fault", [{"kind": "status", "status": 503}, {"kind": "drop"}, {"kind": "truncate"}])
def test_a_read_that_fails_half_way_changes_nothing(
    pardot: Pardot, simulator: Simulator, settings: Any, fault: dict[str, Any]
) -> None:
    camp_sync("--entities", "forms,prospects")
    before = copied(entities.FORMS), copied(entities.PROSPECTS)
    settings.PARDOT_PAGE_SIZE = 20
    pardot.purge("forms", pardot.ids("forms")[0])
    pardot.edit("prospects", pardot.ids("prospects")[0], score=77)
    kind = fault.pop("kind")
    simulator.fail(kind, path="objects/(forms|prospects).*nextPageToken", times=None, **fault)
    with pytest.raises(CommandError, match=r"failed: forms, prospects"):
        camp_sync("--entities", "forms,prospects", "--full")
    assert (copied(entities.FORMS), copied(entities.PROSPECTS)) == before
    simulator.post("/reset", {"faults": True})
    camp_sync("--entities", "forms,prospects")
    assert_equal(pardot, entities.FORMS, entities.PROSPECTS)


def test_an_answer_without_rows_deletes_nothing_unless_all_deletions_are_allowed(pardot: Pardot) -> None:
    camp_sync("--entities", "redirects")
    before = copied(entities.CUSTOM_REDIRECTS)
    for record in pardot.ids("custom-redirects"):
        pardot.purge("custom-redirects", record)
    with pytest.raises(CommandError, match="Pardot sent no records, but"):
        camp_sync("--entities", "redirects")
    assert copied(entities.CUSTOM_REDIRECTS) == before
    with pytest.raises(CommandError, match="Pardot sent no records, but"):
        camp_sync("--entities", "redirects", "--allow-deletes", f"custom_redirects={len(before) - 1}")
    assert copied(entities.CUSTOM_REDIRECTS) == before
    camp_sync("--entities", "redirects", "--allow-deletes", f"custom_redirects={len(before)}")
    assert copied(entities.CUSTOM_REDIRECTS) == {}


def test_counts_of_members_are_emptied_when_all_deletions_are_allowed(pardot: Pardot, simulator: Simulator) -> None:
    camp_sync("--entities", "member_counts")
    counts = CampaignMemberCount.objects.count()
    for record in simulator.ids("CampaignMember"):
        simulator.do("purge", "CampaignMember", record)
    accepted = f"campaign_member_counts={counts}"
    with pytest.raises(CommandError, match=f"Salesforce sent no records, but .* --allow-deletes {accepted}"):
        camp_sync("--entities", "member_counts")
    assert CampaignMemberCount.objects.count() == counts
    camp_sync("--entities", "member_counts", "--allow-deletes", accepted)
    assert not CampaignMemberCount.objects.exists()


def test_a_mass_deletion_is_held_back_until_it_is_allowed(pardot: Pardot) -> None:
    camp_sync("--entities", "tagged_objects")
    ids = pardot.ids("tagged-objects")
    for record in ids[: len(ids) // 4]:
        pardot.purge("tagged-objects", record)
    with pytest.raises(CommandError, match=f"run again with --allow-deletes tagged_objects={len(ids) // 4}"):
        camp_sync("--entities", "tagged_objects")
    assert TaggedObject.objects.count() == len(ids)
    camp_sync("--entities", "tagged_objects", "--allow-deletes")
    assert_equal(pardot, entities.TAGGED_OBJECTS)


def test_rows_that_pardot_withholds_are_reported_and_deleted_only_when_allowed(pardot: Pardot) -> None:
    camp_sync("--entities", "forms")
    hidden = pardot.ids("forms")[:2]
    pardot.post("/withhold", {"path": "forms", "ids": hidden})
    assert "withheld rows that the API user may not see" in camp_sync("--entities", "forms")
    assert Form.objects.filter(pk__in=hidden).count() == 2
    assert complete_reads()["forms"].withheld
    camp_sync("--entities", "forms", "--allow-deletes")
    assert not Form.objects.filter(pk__in=hidden).exists()


def test_a_sample_reports_withheld_rows(pardot: Pardot) -> None:
    pardot.post("/withhold", {"path": "prospects", "ids": pardot.ids("prospects")[:2]})
    assert "the sample lacks them" in camp_sync("--scout")
    assert last_run("prospects").state == "done"


def test_withheld_rows_count_as_withheld_until_a_full_read_finds_them(pardot: Pardot) -> None:
    hidden = pardot.ids("prospects")[:2]
    pardot.post("/withhold", {"path": "prospects", "ids": hidden})
    for _ in range(2):
        camp_sync("--entities", "prospects")
        assert complete_reads()["prospects"].withheld
    assert last_run("prospects").mode == "incremental"
    pardot.post("/withhold", {"path": "prospects", "ids": hidden, "withheld": False})
    camp_sync("--entities", "prospects", "--full")
    assert not complete_reads()["prospects"].withheld
    assert_equal(pardot, entities.PROSPECTS)


def test_whole_pages_of_withheld_rows_are_skipped(pardot: Pardot, settings: Any) -> None:
    settings.PARDOT_PAGE_SIZE = 10
    hidden = sorted(pardot.ids("prospects"))[15:45]
    pardot.post("/withhold", {"path": "prospects", "ids": hidden})
    camp_sync("--entities", "prospects")
    shown = {row["id"] for row in pardot.rows("prospects")} - set(hidden)
    assert set(Prospect.objects.values_list("pk", flat=True)) == shown


@pytest.mark.parametrize(("ceiling", "page_size"), [(100, 50), (130, 50), (70, 1000)])
def test_a_read_of_more_rows_than_the_ceiling_is_complete(
    pardot: Pardot, settings: Any, ceiling: int, page_size: int
) -> None:
    """The ceiling is the number of rows after which Pardot ends a sequence of page tokens."""
    settings.PARDOT_PAGE_SIZE = page_size
    pardot.settings(ceiling=ceiling)
    camp_sync("--entities", "activities,prospects,tagged_objects")
    assert_equal(pardot, entities.ACTIVITIES, entities.PROSPECTS, entities.TAGGED_OBJECTS)
    assert pardot.most_open() <= 5


def test_a_read_continues_past_a_ceiling_that_pardot_does_not_announce(
    pardot: Pardot, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pardot.platform.client._CEILING_REACHED", "not sent")
    monkeypatch.setattr("pardot.sync.reading.CEILING", 100)
    settings.PARDOT_PAGE_SIZE = 50
    pardot.settings(ceiling=100)
    camp_sync("--entities", "activities")
    assert_equal(pardot, entities.ACTIVITIES)


def test_page_tokens_that_expire_lose_nothing(pardot: Pardot, settings: Any) -> None:
    settings.PARDOT_PAGE_SIZE = 50
    pardot.settings(token_seconds=0)
    camp_sync("--entities", "activities,tagged_objects")
    assert_equal(pardot, entities.ACTIVITIES, entities.TAGGED_OBJECTS)


def test_a_session_that_expires_in_the_middle_loses_nothing(
    pardot: Pardot, simulator: Simulator, settings: Any
) -> None:
    settings.PARDOT_PAGE_SIZE = 50
    simulator.fail("expire_session", path="visitor-activities", times=2, skip=5)
    camp_sync("--entities", "activities")
    assert_equal(pardot, entities.ACTIVITIES)
    assert last_run("activities").rows_read == len(pardot.ids("visitor-activities"))


def test_a_read_keeps_at_most_four_requests_open(pardot: Pardot, settings: Any) -> None:
    settings.PARDOT_PAGE_SIZE = 25
    pardot.settings(delay_seconds=0.2)
    camp_sync("--entities", "activities")
    assert pardot.most_open() == 4


NO_ID = dict.fromkeys(entities.TAGS.api_names)


@pytest.mark.parametrize("record", [7, "text", {}, NO_ID], ids=["number", "text", "empty", "null"])
def test_a_page_with_a_record_without_id_fails_the_read(pardot: Pardot, simulator: Simulator, record: Any) -> None:
    page = json.dumps({"nextPageToken": None, "values": [record]})
    simulator.fail("status", path="objects/tags", times=None, skip=1, status=200, body=page)
    with pytest.raises(CommandError):
        camp_sync("--entities", "tags")
    assert (last_run("tags").state, "is not a whole page" in last_run("tags").message) == ("failed", True)


def test_assets_in_a_campaign_that_was_set_aside_are_no_orphans(pardot: Pardot) -> None:
    form = next(row for row in pardot.rows("forms") if row["campaignId"] in pardot.ids("campaigns"))
    pardot.edit("campaigns", form["campaignId"], name="NUL \0")
    camp_sync("--survey")
    assert last_run("campaigns").set_aside == 1
    assert not Form.objects.filter(pk=form["id"], flags__contains=["orphan"]).exists()
    assert not OrphanRecord.objects.filter(kind="forms", record_id=str(form["id"])).exists()


def test_a_record_that_cannot_be_stored_is_set_aside_alone(pardot: Pardot) -> None:
    camp_sync("--entities", "prospects")
    nul, year = pardot.ids("prospects")[:2]
    pardot.edit("prospects", nul, company="half\0eaten")
    pardot.edit("prospects", year, lastActivityAt="0000-00-00T00:00:00+00:00")
    pardot.edit("prospects", pardot.ids("prospects")[2], score=99)
    output = camp_sync("--entities", "prospects")
    assert "prospects: records set aside because PostgreSQL cannot store them: 2" in output
    assert Prospect.objects.filter(pk__in=[nul, year]).count() == 2, "the cached versions are kept"
    assert Prospect.objects.filter(score=99).exists()
    pardot.edit("prospects", nul, company="whole")
    pardot.edit("prospects", year, lastActivityAt=None)
    camp_sync("--entities", "prospects")
    assert_equal(pardot, entities.PROSPECTS)
    assert last_run("prospects").set_aside == 0
