"""Syncs with an org other than the cached one change nothing until an operator adopts that org."""

from __future__ import annotations

import subprocess
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from sf.connection.clients import make_salesforce_client
from sf.management.salesforce_writes import message_of
from sf.models import CachedOrg, SFAPIUsageLog, SyncConfig
from sf.salesforce.credentials import VARIABLES, LoginFlow
from sf.salesforce.errors import TransientError
from sf.salesforce.http import Patience
from sf.status.objects import load_status_of_all
from sf.sync.usage import UsageCounter
from tests.conftest import point_settings_at
from tests.orgs import digests_of_copies, new_ids, org_id, same_ids
from tests.sf.cache import assert_equal, sync
from tests.sf.test_login import login_of
from tests.simulated import Simulator, manage

__all__ = ["new_ids", "same_ids"]

pytestmark = pytest.mark.django_db(transaction=True)

COMMANDS = [
    ("sync_all",),
    ("sync_all", "--force"),
    ("sync_all", "--forcedelete", "--allow-deletes"),
    ("sync_books",),
    ("sync_accounts",),
    ("sync_contacts", "--forcedelete"),
    ("sync_opportunities",),
    ("sync_adoptions",),
]


@pytest.fixture(params=["same_ids", "new_ids"])
def other(request: pytest.FixtureRequest) -> Simulator:
    """Another org, reset to its initial state."""
    org: Simulator = request.getfixturevalue(request.param)
    org.reset()
    return org


def run(simulator: Simulator, database: str, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
    return manage(*command, variables=simulator.variables, database=database, more=more)


def lines_naming(text: str, *orgs: Simulator) -> list[str]:
    """Return the lines that name all of these orgs."""
    return [line for line in text.splitlines() if all(org_id(org) in line for org in orgs)]


def test_each_sync_command_changes_nothing_and_names_both_orgs_in_one_line(
    simulator: Simulator, other: Simulator, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync()
    before, usage = digests_of_copies(), SyncConfig.load().last_usage_check
    point_settings_at(other, settings, monkeypatch)
    for name, *options in COMMANDS:
        output = StringIO()
        with pytest.raises(CommandError):
            call_command(name, *options, stdout=output, stderr=output)
        assert len(lines_naming(output.getvalue(), simulator, other)) == 1, (name, output.getvalue())
        assert digests_of_copies() == before, name
    assert SyncConfig.load().last_usage_check == usage
    point_settings_at(simulator, settings, monkeypatch)
    sync()
    assert_equal(simulator)


def test_a_sync_of_another_org_exits_with_1(simulator: Simulator, same_ids: Simulator, database: str) -> None:
    sync("sync_books")
    done = run(same_ids, database, "sync_books")
    assert done.returncode == 1
    assert len(lines_naming(done.stderr, simulator, same_ids)) == 1
    assert "Traceback" not in done.stderr


def test_sf_apex_reads_another_org_but_writes_nothing_to_it(
    simulator: Simulator, same_ids: Simulator, database: str
) -> None:
    sync("sync_books")
    assert run(same_ids, database, "sf", "apex", "Echo").returncode == 0
    same_ids.post("/counters/reset")
    written = run(same_ids, database, "sf", "apex", "Echo", "--method", "POST", "--data", "{}")
    assert len(lines_naming(written.stderr, simulator, same_ids)) == 1
    assert same_ids.calls_to("apexrest") == 0


def test_an_org_that_is_adopted_replaces_everything(simulator: Simulator, other: Simulator, database: str) -> None:
    sync()
    done = run(other, database, "sync_all", "--adopt-org", "--yes")
    assert done.returncode == 0, done.stderr
    assert org_id(other) in done.stdout
    assert_equal(other)
    assert not CachedOrg.objects.get().to_replace
    status = run(other, database, "sync_status").stdout
    assert org_id(other) in status
    assert org_id(simulator) not in status
    assert run(simulator, database, "sync_all").returncode != 0
    assert run(simulator, database, "sync_all", "--adopt-org", "--yes").returncode == 0
    assert_equal(simulator)


def test_adopting_an_org_without_confirmation_changes_nothing(
    simulator: Simulator, same_ids: Simulator, database: str
) -> None:
    sync()
    before = digests_of_copies()
    done = run(same_ids, database, "sync_all", "--adopt-org")
    assert done.returncode != 0
    assert len(lines_naming(done.stderr, simulator, same_ids)) == 1
    assert "--yes" in done.stderr
    assert digests_of_copies() == before


def test_an_empty_cache_takes_any_org_without_a_question(simulator: Simulator, database: str) -> None:
    done = run(simulator, database, "sync_all", "--adopt-org")
    assert done.returncode == 0, done.stderr
    assert org_id(simulator) in done.stdout
    assert_equal(simulator)


def test_the_next_sync_finishes_an_interrupted_switch_to_another_org(
    simulator: Simulator, new_ids: Simulator, database: str
) -> None:
    sync()
    new_ids.reset()
    new_ids.fail("status", path="query", skip=6, times=1, status=400, body='[{"errorCode": "X", "message": "no"}]')
    assert run(new_ids, database, "sync_all", "--adopt-org", "--yes").returncode != 0
    left = CachedOrg.objects.get().to_replace
    assert left
    new_ids.post("/reset", {"faults": True})
    assert run(new_ids, database, "sync_all").returncode == 0
    assert_equal(new_ids)


def test_an_org_without_books_may_be_adopted(simulator: Simulator, new_ids: Simulator, database: str) -> None:
    """A new developer sandbox has no records, so an adopted org may have no records of an object."""
    sync()
    new_ids.reset()
    for record in new_ids.ids("Book__c"):
        new_ids.do("delete", "Book__c", record)
    assert run(new_ids, database, "sync_all", "--adopt-org", "--yes").returncode == 0
    assert {status.name: status.rows for status in load_status_of_all()}["books"] == 0
    assert_equal(new_ids)


def test_an_org_at_a_new_address_is_still_the_same_org(simulator: Simulator, database: str) -> None:
    """Salesforce migrates orgs between instances, which changes their addresses."""
    sync()
    SyncConfig.objects.update(instance_url="https://na1.example.com")
    assert run(simulator, database, "sync_all").returncode == 0
    assert SyncConfig.load().instance_url == simulator.variables["SALESFORCE_HOST"]


def test_a_cache_of_an_older_release_is_taken_as_a_copy_of_the_org_at_the_stored_address(
    simulator: Simulator, same_ids: Simulator, database: str
) -> None:
    sync()
    CachedOrg.objects.all().delete()
    before = digests_of_copies()
    done = run(same_ids, database, "sync_all")
    assert done.returncode != 0
    lines = [line for line in done.stderr.splitlines() if org_id(same_ids) in line]
    assert len(lines) == 1
    assert simulator.variables["SALESFORCE_HOST"] in lines[0]
    assert digests_of_copies() == before
    assert run(simulator, database, "sync_all").returncode == 0
    assert CachedOrg.objects.get().organization_id == org_id(simulator)


def test_an_empty_cache_becomes_a_copy_of_the_org_that_fills_it(simulator: Simulator) -> None:
    simulator.fail("status", path="query", times=None, status=400, body='[{"errorCode": "X", "message": "no"}]')
    with pytest.raises(CommandError, match="failed: books"):
        sync("sync_books")
    assert not CachedOrg.objects.exists(), "no record is stored yet, so no org may be stored"
    simulator.post("/reset", {"faults": True})
    sync("sync_books")
    org = CachedOrg.objects.get()
    assert (org.organization_id, org.is_sandbox) == (org_id(simulator), True)
    assert org.name.startswith("Simulated Open Textbooks")


@pytest.mark.parametrize("flow", ["direct session", "soap"])
def test_another_org_is_recognized_with_a_direct_session_and_with_soap(
    simulator: Simulator, same_ids: Simulator, database: str, flow: str
) -> None:
    sync()
    names = ["SALESFORCE_INSTANCE_URL", "SALESFORCE_SESSION_ID"] if flow == "direct session" else []
    more = {name: same_ids.other_logins[name] for name in names}
    if flow == "soap":
        more |= {"SALESFORCE_CLIENT_ID": "", "SALESFORCE_CLIENT_SECRET": "", "SALESFORCE_API_VERSION": "60.0"}
    done = run(same_ids, database, "sync_all", **more)
    assert done.returncode != 0
    assert len(lines_naming(done.stderr, simulator, same_ids)) == 1, done.stderr


@pytest.mark.parametrize("fault", ["drop", "status"])
def test_a_change_is_not_called_uncertain_when_the_look_up_of_the_org_fails(
    simulator: Simulator, settings: Any, fault: str
) -> None:
    CachedOrg.objects.create(organization_id=org_id(simulator))
    settings.SALESFORCE_LOGIN = dict.fromkeys(VARIABLES, "") | login_of(simulator, LoginFlow.DIRECT_SESSION)
    simulator.fail(fault, path="Organization", times=None, **({"status": 500} if fault == "status" else {}))
    client = make_salesforce_client(UsageCounter("test"), Patience(deadline=0))
    with pytest.raises(TransientError) as caught:
        client.attempt("POST", f"{client.data_path}/sobjects/Case", body={"Subject": "never sent"})
    assert simulator.calls_to("sobjects/Case") == 0
    assert not caught.value.outcome_unknown
    assert "may have been made" not in message_of(caught.value)


def test_identifying_the_org_needs_no_call_when_the_login_names_it(simulator: Simulator) -> None:
    sync()
    before, logged = simulator.calls_to("query"), SFAPIUsageLog.objects.count()
    call_command("sync_books", verbosity=0)
    assert simulator.calls_to("query") - before <= 2, "a count and a page"
    assert SFAPIUsageLog.objects.count() == logged


def test_sf_check_names_the_org_and_reports_another_org(
    simulator: Simulator, same_ids: Simulator, database: str
) -> None:
    sync()
    well = run(simulator, database, "sf", "check").stdout
    assert any(org_id(simulator) in line and "sandbox" in line for line in well.splitlines() if line.startswith("ok"))
    wrong = run(same_ids, database, "sf", "check")
    assert wrong.returncode != 0
    assert len(lines_naming(wrong.stdout, simulator, same_ids)) == 1, wrong.stdout


def test_the_other_org_can_be_queried_from_the_command_line(
    simulator: Simulator, same_ids: Simulator, database: str
) -> None:
    """Operators query the other org to find out why the settings lead to it. No answer is stored."""
    sync()
    before: dict[str, Any] = digests_of_copies()
    done = run(same_ids, database, "sf", "query", "SELECT Id, Name FROM Organization")
    assert done.returncode == 0
    assert org_id(same_ids) in done.stdout
    assert digests_of_copies() == before


def test_nobody_writes_to_the_other_org_from_the_command_line(
    simulator: Simulator, same_ids: Simulator, database: str
) -> None:
    sync("sync_books")
    account = same_ids.ids("Account")[0]
    done = run(same_ids, database, "sf", "update", "Account", account, "Name=Changed", "--yes")
    assert done.returncode != 0
    assert len(lines_naming(done.stderr, simulator, same_ids)) == 1, done.stderr
    assert same_ids.query(f"SELECT Name FROM Account WHERE Id = '{account}'")[0]["Name"] != "Changed"
