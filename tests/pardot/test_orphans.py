"""The orphan check equals a naive comparison of Pardot and Salesforce, and stores no partial result."""

from __future__ import annotations

import re
import sys
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError
from django.utils import timezone

from pardot.models import DailySnapshot, EntityState, OrphanRecord, OrphanRun
from pardot.orphans import check as orphan_check
from pardot.orphans import people
from pardot.pipeline.run import Camp
from pardot.sync.options import CampOptions
from sf.ingest.progress import make_progress
from sf.models import SFAPIUsageLog, SyncConfig, SyncRun
from sf.salesforce.ids import id_of_18
from tests.pardot.remote import Pardot, camp_sync, last_run
from tests.simulated import Simulator

pytestmark = pytest.mark.django_db(transaction=True)

Kind = OrphanRecord.Kind
CONTENT = {
    Kind.FORM: "forms",
    Kind.LANDING_PAGE: "landing-pages",
    Kind.LIST_EMAIL: "list-emails",
    Kind.CUSTOM_REDIRECT: "custom-redirects",
}
PEOPLE = {Kind.LEAD_WITHOUT_PROSPECT: "Lead", Kind.CONTACT_WITHOUT_PROSPECT: "Contact"}
FURTHER = (["--scout"], ["--entities", "all"])
CRM_IDS = ("salesforceId", "salesforceLeadId", "salesforceContactId")


def check_orphans() -> SyncRun:
    """Copy all that the orphan check needs, then run the check."""
    copy_all()
    return compare()


def copy_all() -> None:
    camp_sync("--entities", ",".join(entity.name for entity in orphan_check.NEEDS))


def compare() -> SyncRun:
    """Run the orphan check against the current Salesforce."""
    camp = Camp(CampOptions(), make_progress(sys.stderr, quiet=True))
    (run,) = camp.run([], lambda run, seconds: None, orphans=True)
    return run


def live(pardot: Pardot, path: str) -> list[dict[str, Any]]:
    return [row for row in pardot.rows(path) if not row.get("isDeleted")]


def naive(pardot: Pardot, simulator: Simulator) -> dict[str, set[str]]:
    """Return the ids of orphans by kind, computed from the raw rows of Pardot and Salesforce."""
    campaigns = set(pardot.ids("campaigns"))
    ids_by_kind: dict[str, set[str]] = {
        kind: {str(row["id"]) for row in live(pardot, path) if row["campaignId"] and row["campaignId"] not in campaigns}
        for kind, path in CONTENT.items()
    }
    living = {record[:15] for sobject in PEOPLE.values() for record in simulator.ids(sobject)}
    prospects, gone, unlinked = live(pardot, "prospects"), set(), set()
    for row in prospects:
        named = [row[name] for name in CRM_IDS if row[name]]
        ids = {value[:15] for value in named if re.fullmatch(r"[0-9A-Za-z]{15}([0-9A-Za-z]{3})?", value)}
        if not named:
            unlinked.add(str(row["id"]))
        if ids and not ids & living:
            gone.add(str(row["id"]))
    ids_by_kind |= {Kind.PROSPECT_CRM_GONE: gone, Kind.PROSPECT_UNLINKED: unlinked}
    mails = {(row["email"] or "").lower() for row in prospects} - {""}
    for kind, sobject in PEOPLE.items():
        known = simulator.query(f"SELECT Id, Email FROM {sobject} WHERE pi__url__c != null")
        ids_by_kind[kind] = {row["Id"] for row in known if (row["Email"] or "").lower() not in mails}
    return ids_by_kind


def stored_orphans() -> dict[str, set[str]]:
    run = OrphanRun.objects.latest()
    ids_by_kind = {
        kind: set(run.records.filter(kind=kind).values_list("record_id", flat=True))
        for kind in OrphanRecord.Kind.values
    }
    assert {kind: len(ids) for kind, ids in ids_by_kind.items()} == {kind: getattr(run, kind) for kind in ids_by_kind}
    return ids_by_kind


@pytest.mark.parametrize("threshold", [5000, 10], ids=["REST", "Bulk"])
def test_the_check_finds_what_a_naive_comparison_finds(
    pardot: Pardot, simulator: Simulator, settings: Any, monkeypatch: pytest.MonkeyPatch, threshold: int
) -> None:
    settings.SALESFORCE_BULK_THRESHOLD = threshold
    monkeypatch.setattr(people, "IDS_A_CALL", 2)
    monkeypatch.setattr(orphan_check, "MOST_BY_ID", 1000 if threshold > 1000 else 0)
    pardot.edit("forms", pardot.ids("forms")[0], campaignId=4242)
    pardot.edit("landing-pages", pardot.ids("landing-pages")[0], campaignId=None)
    camp_sync("--survey")
    expected = naive(pardot, simulator)
    assert stored_orphans() == expected
    assert all(expected[kind] for kind in expected if kind not in CONTENT), (
        "the generated data has orphans of every kind that is not content"
    )
    run = last_run("orphans")
    assert (run.state, run.get_transport_display()) == ("done", "REST" if threshold > 1000 else "Bulk API 2.0")
    assert DailySnapshot.objects.get().orphans == sum(map(len, expected.values()))


def linked_prospect(pardot: Pardot, number: int = 0, **links: str | None) -> str:
    fields = dict.fromkeys((*CRM_IDS, "salesforceAccountId"))
    email = f"orphan.{number}@camp.example"
    return str(pardot.add("prospects", email=email, score=1, **{**fields, **links}))


def lead(simulator: Simulator, number: int = 0, **values: Any) -> str:
    """Make a lead; by default Pardot does not know it."""
    return simulator.create("Lead", LastName=f"Orphan {number}", Company="Example College", Status="New", **values)


def test_a_prospect_is_an_orphan_only_when_none_of_its_salesforce_records_is_left(
    surveyed: Pardot, simulator: Simulator
) -> None:
    living, winner, loser, converted, deleted = (lead(simulator, number) for number in range(5))
    simulator.merge("Lead", winner, loser)
    contact = simulator.create("Contact", LastName="Orphan")
    simulator.set_raw("Lead", converted, IsConverted=True, ConvertedContactId=contact)
    for record in (converted, deleted):
        simulator.do("delete", "Lead", record)
    unknown = str(id_of_18("00Qzz0000000001"))
    kept = [
        linked_prospect(surveyed, 0, salesforceLeadId=living[:15]),
        linked_prospect(surveyed, 1, salesforceLeadId=loser),
        linked_prospect(surveyed, 2, salesforceLeadId=converted),
        linked_prospect(surveyed, 3, salesforceLeadId=deleted, salesforceContactId=contact),
        linked_prospect(surveyed, 4, salesforceLeadId="no id at all"),
        linked_prospect(surveyed, 5, salesforceLeadId=living.swapcase(), salesforceContactId=contact),
    ]
    gone = [
        linked_prospect(surveyed, 6, salesforceLeadId=deleted),
        linked_prospect(surveyed, 7, salesforceId=unknown[:15]),
        linked_prospect(surveyed, 8, salesforceLeadId=unknown, salesforceContactId=deleted),
        linked_prospect(surveyed, 9, salesforceId="abcdefghijklmno"),
    ]
    surveyed.edit("prospects", int(linked_prospect(surveyed, 10, salesforceLeadId=unknown)), isDeleted=True)
    check_orphans()
    crm_gone = stored_orphans()[Kind.PROSPECT_CRM_GONE]
    assert not crm_gone & set(kept)
    assert crm_gone >= set(gone)
    assert OrphanRecord.objects.get(kind=Kind.PROSPECT_CRM_GONE, record_id=gone[2]).missing == ", ".join(
        sorted([unknown[:15], deleted[:15]])
    )


def test_a_lead_that_was_merged_twice_is_followed_to_the_last_winner(surveyed: Pardot, simulator: Simulator) -> None:
    first, second, third = (lead(simulator, number) for number in range(3))
    simulator.merge("Lead", second, first)
    simulator.merge("Lead", third, second)
    prospect = linked_prospect(surveyed, salesforceLeadId=first)
    check_orphans()
    assert prospect not in stored_orphans()[Kind.PROSPECT_CRM_GONE]
    simulator.do("delete", "Lead", third)
    check_orphans()
    assert prospect in stored_orphans()[Kind.PROSPECT_CRM_GONE]


def test_email_addresses_are_compared_without_case_and_deleted_prospects_do_not_count(
    surveyed: Pardot, simulator: Simulator
) -> None:
    linked = {"pi__url__c": "https://pi.pardot.com/prospect/read/id/1"}
    matching, binned, nobody = (
        lead(simulator, number, Email=f"Mixed.{number}@CAMP.example", **linked) for number in range(3)
    )
    surveyed.add("prospects", email="mIXED.0@camp.example")
    surveyed.edit("prospects", surveyed.add("prospects", email="mixed.1@camp.example"), isDeleted=True)
    check_orphans()
    orphans = stored_orphans()[Kind.LEAD_WITHOUT_PROSPECT]
    assert orphans & {matching, binned, nobody} == {binned, nobody}
    assert OrphanRecord.objects.get(record_id=nobody).missing == "Mixed.2@CAMP.example"


def test_the_records_of_a_kind_are_capped_but_their_count_is_not(
    surveyed: Pardot, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pardot.orphans.compare.RECORDS_A_KIND", 3)
    compare()
    run, expected = OrphanRun.objects.latest(), naive(surveyed, simulator)
    assert {kind: getattr(run, kind) for kind in expected} == {kind: len(ids) for kind, ids in expected.items()}
    kept = run.records.filter(kind=Kind.PROSPECT_UNLINKED).values_list("record_id", flat=True)
    scores = {str(row["id"]): row["score"] or 0 for row in surveyed.rows("prospects")}
    best = sorted(expected[Kind.PROSPECT_UNLINKED], key=lambda record: (-scores[record], int(record)))[:3]
    assert list(kept.order_by("id")) == best, "the highest scores come first"


@pytest.mark.usefixtures("surveyed")
def test_a_hundred_runs_are_kept_but_records_only_of_the_latest_run() -> None:
    OrphanRun.objects.bulk_create(OrphanRun(forms=number) for number in range(120))
    compare()
    latest = OrphanRun.objects.latest()
    assert OrphanRun.objects.count() == 100
    assert set(OrphanRecord.objects.values_list("run", flat=True)) == {latest.pk}
    compare()
    assert set(OrphanRecord.objects.values_list("run", flat=True)) == {OrphanRun.objects.latest().pk} != {latest.pk}


@pytest.mark.usefixtures("surveyed")
def test_a_check_after_the_clock_was_set_back_is_kept() -> None:
    tomorrow = timezone.now() + timedelta(days=1)
    OrphanRun.objects.bulk_create(OrphanRun(captured_at=tomorrow, forms=number) for number in range(100))
    compare()
    assert OrphanRun.objects.latest().captured_at < tomorrow
    assert OrphanRecord.objects.exclude(run=OrphanRun.objects.latest()).count() == 0
    assert OrphanRun.objects.count() == 100


def test_the_check_takes_at_most_six_calls_and_counts_them(pardot: Pardot, simulator: Simulator) -> None:
    camp_sync("--survey")
    assert last_run("orphans").api_calls <= 6, "two counts, two reads, leads and contacts by id"
    assert sum(SFAPIUsageLog.objects.values_list("call_count", flat=True)) == simulator.calls()


@pytest.mark.slow
def test_requests_with_hundreds_of_ids_are_not_too_long(surveyed: Pardot) -> None:
    """The simulator refuses requests that are too long, as Salesforce does."""
    for number in range(people.IDS_A_CALL + 1):
        linked_prospect(surveyed, number, salesforceLeadId=f"00Qzz{number:010}")
    check_orphans()
    assert len(stored_orphans()[Kind.PROSPECT_CRM_GONE]) > people.IDS_A_CALL
    assert last_run("orphans").api_calls == 8, "limits, two counts, two reads, leads twice, contacts once"


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("q=SELECT.*pi__url__c", {"kind": "error", "errorCode": "INVALID_FIELD", "status": 400}),
        ("queryAll.*Lead", {"kind": "status", "status": 503}),
        ("Email.*Contact|/results", {"kind": "truncate_rows", "fraction": 0.5}),
    ],
)
def test_a_check_that_fails_is_reported_and_stores_nothing(
    surveyed: Pardot, simulator: Simulator, path: str, fault: dict[str, Any]
) -> None:
    before, latest = stored_orphans(), OrphanRun.objects.latest().pk
    surveyed.edit("forms", surveyed.ids("forms")[0], campaignId=4242)
    fault = dict(fault)
    simulator.fail(fault.pop("kind"), path=path, times=None, **fault)
    with pytest.raises(CommandError, match=r"failed: .*orphans"):
        camp_sync("--survey")
    assert (stored_orphans(), OrphanRun.objects.latest().pk) == (before, latest)
    assert last_run("orphans").state == "failed"
    assert DailySnapshot.objects.get().issue_counts["orphan_forms"] >= 1, "the audits still run"


@pytest.mark.usefixtures("surveyed")
def test_a_lead_created_after_the_prospects_were_read_is_no_orphan_yet(simulator: Simulator) -> None:
    new = lead(simulator, Email="late@camp.example", pi__url__c="https://pi.pardot.com/prospect/read?id=1")
    read = EntityState.objects.get(name="prospects")
    # A whole minute, because Salesforce's time stamps have no fractions of a second.
    EntityState.objects.filter(name="prospects").update(complete_until=read.complete_until - timedelta(minutes=1))
    assert compare().state == "done"
    assert new not in stored_orphans()[Kind.LEAD_WITHOUT_PROSPECT]
    check_orphans()
    assert new in stored_orphans()[Kind.LEAD_WITHOUT_PROSPECT]


@pytest.mark.usefixtures("surveyed")
def test_a_check_that_runs_out_of_calls_is_skipped(simulator: Simulator) -> None:
    OrphanRun.objects.all().delete()
    simulator.fail("error", path="Email.*Contact", times=None, errorCode="REQUEST_LIMIT_EXCEEDED", status=403)
    run = compare()
    assert (run.state, OrphanRun.objects.exists()) == ("skipped", False)
    assert run.message.endswith("; no orphans were stored")


def test_the_check_is_skipped_without_complete_copies(pardot: Pardot, simulator: Simulator) -> None:
    simulator.fail("error", path="objects/prospects", times=None, errorCode="61")
    with pytest.raises(CommandError, match="failed: prospects\n"):
        camp_sync("--survey")
    assert (last_run("orphans").state, OrphanRun.objects.exists()) == ("skipped", False)
    assert last_run("orphans").message == "not read completely within the last day: prospects"


def test_the_kill_switch_and_the_budget_skip_the_check(pardot: Pardot) -> None:
    SyncConfig.load()
    SyncConfig.objects.update(api_limit=1)
    run = check_orphans()
    assert (run.state, run.message[:23]) == ("skipped", "Salesforce API usage is")
    SyncConfig.objects.update(sync_enabled=False)
    run = check_orphans()
    assert (run.state, run.message[:22]) == ("skipped", "syncs are switched off")
    assert not OrphanRun.objects.exists()


@pytest.mark.parametrize(
    "arguments",
    [[], ["--entities", "forms,prospects"], *(pytest.param(each, marks=pytest.mark.soak) for each in FURTHER)],
)
def test_only_a_survey_looks_for_orphans(pardot: Pardot, arguments: list[str]) -> None:
    camp_sync(*arguments)
    assert not SyncRun.objects.filter(object="orphans").exists()
