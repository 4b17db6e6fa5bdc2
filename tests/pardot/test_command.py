"""``camp_sync``: tiers, options, API calls, and output."""

from __future__ import annotations

import os
import pty
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from pardot.catalog import entities
from pardot.models import DailySnapshot, Prospect
from sf.models import SFAPIUsageLog, SyncRun
from tests.pardot.asset_api import Ask, ask, cookies, super_user, user
from tests.pardot.remote import OBJECTS, Pardot, assert_equal, camp_sync, last_run
from tests.simulated import Simulator

__all__ = ["ask", "cookies", "super_user", "user"]

pytestmark = pytest.mark.django_db(transaction=True)

SET_UP = {entity.name for entity in entities.ASSETS} | {"sf_health", "sf_campaign_dates", "campaign_member_counts"}


def objects_of_runs() -> set[str]:
    """Return the objects of all runs except the command's own run."""
    return set(SyncRun.objects.values_list("object", flat=True)) - {"camp_sync"}


def test_tier_1_reads_assets_counts_and_campaign_dates_in_at_most_22_calls(
    pardot: Pardot, simulator: Simulator
) -> None:
    output = camp_sync()
    assert objects_of_runs() == SET_UP
    assert_equal(pardot, *entities.ASSETS)
    assert pardot.calls() + simulator.calls() <= 22
    assert "all: " in output.splitlines()[-1]


def test_tier_2_reads_the_recently_active_prospects_with_the_highest_scores(
    pardot: Pardot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pardot.sync.sample.SAMPLE_SIZE", 20)
    camp_sync("--scout")
    assert objects_of_runs() == SET_UP | {"prospects"}
    since = datetime.now(UTC) - timedelta(days=30)
    active = [
        row for row in pardot.rows("prospects")
        if not row["isDeleted"] and row["lastActivityAt"] and datetime.fromisoformat(row["lastActivityAt"]) >= since
    ]  # fmt: skip
    best = sorted(active, key=lambda row: (-row["score"], row["id"]))[:20]
    assert set(Prospect.objects.values_list("id", flat=True)) == {row["id"] for row in best}
    assert last_run("prospects").mode == "sample"


def test_the_digest_says_nothing_about_activities_after_tier_2(
    pardot: Pardot, capsys: pytest.CaptureFixture[str]
) -> None:
    camp_sync("--scout")
    call_command("camp_digest")
    digest = capsys.readouterr().out
    assert "of a sample of" in digest
    assert "were active" not in digest
    assert "activities" not in digest


def test_no_page_asks_for_tier_2_again_when_nobody_was_active(
    pardot: Pardot, ask: Ask, capsys: pytest.CaptureFixture[str]
) -> None:
    for prospect in pardot.rows("prospects"):
        pardot.purge("prospects", prospect["id"])
    camp_sync("--scout")
    call_command("camp_digest")
    digest = capsys.readouterr().out
    assert "of a sample of 0 prospects" in digest
    assert "camp_sync --scout" not in digest
    engagement = ask("engagement")
    assert (engagement["tier"], ask("briefing")["tier"]) == (2, 2)
    assert "run camp_sync" not in engagement["crm_id_alerts"]["summary"]


def test_a_prospect_that_moves_to_the_next_page_is_read_once_into_the_sample(
    pardot: Pardot, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setattr("pardot.sync.sample.SAMPLE_SIZE", 8)
    settings.PARDOT_PAGE_SIZE = 5
    active = [row for row in pardot.rows("prospects") if row["lastActivityAt"] and not row["isDeleted"]]
    first = max(active, key=lambda row: datetime.fromisoformat(row["lastActivityAt"]))
    earlier = (datetime.now(UTC) - timedelta(days=29)).isoformat(timespec="seconds")

    def move(_: object) -> None:
        if SyncRun.objects.filter(object="prospects").exists():
            pardot.edit("prospects", first["id"], score=10_000, lastActivityAt=earlier)

    pardot.edit_without_stamp("prospects", first["id"], score=10_000)
    monkeypatch.setattr("pardot.platform.quota.check_between_pages", move)
    camp_sync("--scout")
    assert Prospect.objects.filter(id=first["id"]).exists()
    assert (Prospect.objects.count(), last_run("prospects").rows_read) == (8, 8)


@pytest.mark.slow
def test_a_sample_whose_page_token_expires_restarts(pardot: Pardot, simulator: Simulator, settings: Any) -> None:
    camp_sync("--scout")
    expected = set(Prospect.objects.values_list("id", flat=True))
    Prospect.objects.all().delete()
    settings.PARDOT_PAGE_SIZE = 5
    expired: dict[str, Any] = {"path": "objects/prospects.*nextPageToken", "errorCode": "210"}
    simulator.fail("error", skip=1, times=2, **expired)
    camp_sync("--scout")
    assert set(Prospect.objects.values_list("id", flat=True)) == expected
    simulator.fail("error", times=None, **expired)
    with pytest.raises(CommandError, match=r"failed: prospects\n(?s:.*)the page token has expired"):
        camp_sync("--scout")


def test_a_survey_after_a_sample_reads_every_prospect_and_a_later_sample_removes_none(pardot: Pardot) -> None:
    camp_sync("--scout")
    camp_sync("--survey")
    assert last_run("prospects").mode == "full"
    camp_sync("--scout")
    assert_equal(pardot, entities.PROSPECTS)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("forms,lists", {"forms", "lists"}),
        ("lps, emails,redirects", {"landing_pages", "list_emails", "custom_redirects"}),
        ("assets", {entity.name for entity in entities.ASSETS}),
        ("member_counts,sf_dates", {"campaign_member_counts", "sf_campaign_dates"}),
        ("scores,members", {"scoring_categories", "campaign_members"}),
        ("all", {entity.name for entity in entities.ALL}),
    ],
)
def test_entities_are_chosen_by_name_alias_or_group(names: str, expected: set[str]) -> None:
    assert {entity.name for entity in entities.choose(name.strip() for name in names.split(","))} == expected


@pytest.mark.parametrize("names", ["froms", "forms,froms", ""])
def test_the_error_about_an_unknown_entity_lists_the_known_ones(names: str, settings: Any) -> None:
    settings.SALESFORCE_PARDOT_BUSINESS_UNIT = "0Uv000000000001CAA"
    with pytest.raises(CommandError, match=r"unknown entity .* landing_pages \(lps\), .* assets \(group\)"):
        camp_sync("--entities", names)


def test_options_that_contradict_each_other_are_refused() -> None:
    for arguments in (["--scout", "--survey"], ["--survey", "--entities", "forms"]):
        with pytest.raises(CommandError):
            call_command("camp_sync", *arguments)


def test_the_retry_command_of_a_failed_read_repeats_full_and_days(pardot: Pardot, simulator: Simulator) -> None:
    simulator.fail("error", path="objects/visitor-activities", times=1, status=400, errorCode="61")
    with pytest.raises(CommandError, match="failed: activities"):
        camp_sync("--entities", "lists,activities", "--full", "--days", "45")
    assert last_run("activities").retry_command == "camp_sync --entities activities --full --days 45"
    simulator.fail("error", path="objects/visitor-activities", times=1, status=400, errorCode="61")
    with pytest.raises(CommandError, match="failed: activities"):
        camp_sync("--entities", "activities")
    assert last_run("activities").retry_command == "camp_sync --entities activities"


@pytest.mark.parametrize("days", ["0", "-1", "x", "401", "1000000", "9" * 30, "²"])
def test_days_must_be_within_the_retention_of_activities(pardot: Pardot, days: str) -> None:
    with pytest.raises(CommandError, match=r"--days: a number from 1 to 400 \(PARDOT_ACTIVITY_RETENTION_DAYS\), not '"):
        camp_sync(f"--days={days}")
    assert pardot.calls() == 0
    assert not SyncRun.objects.exists()


class Terminal:
    """A stand-in for the operator's terminal."""

    @staticmethod
    def isatty() -> bool:
        return True


@pytest.mark.parametrize(("answer", "done"), [("", False), ("n", False), ("y", True)])
def test_a_survey_on_a_terminal_asks_before_it_starts(
    pardot: Pardot, monkeypatch: pytest.MonkeyPatch, answer: str, done: bool
) -> None:
    questions: list[str] = []

    def answer_question(question: str) -> str:
        questions.append(question)
        return answer

    monkeypatch.setattr(sys, "stdin", Terminal)
    monkeypatch.setattr(sys.stdout, "isatty", Terminal.isatty, raising=False)
    monkeypatch.setattr("builtins.input", answer_question)
    pardot.settings(daily_max=25_000, daily_used=99)
    camp_sync("--survey")
    question = f"A survey takes at least {OBJECTS} Pardot calls; 24,900 of 25,000 are left today. Go ahead? [y/N] "
    assert questions == [question]
    assert SyncRun.objects.exists() is done


def test_sync_pardot_is_another_name_of_camp_sync(pardot: Pardot, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("sync_pardot", "--entities", "forms", verbosity=0)
    assert capsys.readouterr().out.startswith("forms: ")
    assert SyncRun.objects.filter(object="forms", state="done").exists()


def test_ctrl_d_at_the_question_means_no(pardot: Pardot, monkeypatch: pytest.MonkeyPatch) -> None:
    controller, terminal = pty.openpty()
    os.write(controller, b"\x04")
    monkeypatch.setattr(sys, "stdin", os.fdopen(terminal))
    monkeypatch.setattr(sys.stdout, "isatty", Terminal.isatty, raising=False)
    with sys.stdin:
        assert camp_sync("--survey") == "nothing was done\n"
    os.close(controller)
    assert not SyncRun.objects.exists()


def test_no_question_is_asked_with_yes_or_without_a_terminal(pardot: Pardot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builtins.input", pytest.fail)
    camp_sync("--survey")
    monkeypatch.setattr(sys, "stdin", Terminal)
    monkeypatch.setattr(sys.stdout, "isatty", Terminal.isatty, raising=False)
    camp_sync("--survey", "--yes")


def test_every_run_audits_and_updates_the_days_snapshot(pardot: Pardot) -> None:
    assert "score: " in camp_sync("--entities", "forms")
    snapshot = DailySnapshot.objects.get()
    assert (snapshot.tier, snapshot.forms, snapshot.lists) == (0, len(pardot.ids("forms")), None)
    assert snapshot.area_scores["lists"] is None
    assert snapshot.area_scores["forms"] is not None
    camp_sync()
    again = DailySnapshot.objects.get()
    assert (again.tier, again.forms, again.lists) == (1, snapshot.forms, len(pardot.ids("lists")))
    assert again.issue_counts["forms_dormant"] is None, "activities were never read"


def test_calls_to_salesforce_are_counted_under_the_command(pardot: Pardot, simulator: Simulator) -> None:
    camp_sync()
    assert SFAPIUsageLog.objects.get().source == "camp_sync"
    assert SFAPIUsageLog.objects.get().call_count == simulator.calls()
    calls: Any = sum(SyncRun.objects.values_list("api_calls", flat=True))
    assert calls == simulator.calls() + pardot.calls()
