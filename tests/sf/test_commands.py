"""The operators' commands: output and refusals."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from functools import partialmethod
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from sf.management import output
from sf.models import SyncConfig
from sf.salesforce.client import SalesforceClient
from sf.sync.objects import OPPORTUNITIES
from tests.conftest import SCHOOLS, Manage
from tests.sf.cache import sync
from tests.simulated import ROOT, Simulator, environment

pytestmark = pytest.mark.django_db(transaction=True)

AWKWARD = "O’Neill \"Ltd.\", 'quoted'\nsecond line; \\ 50 % 北"


class Screen:
    """Runs ``sf …`` in this process and returns the output."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def shows(self, *arguments: str) -> str:
        self._capsys.readouterr()
        call_command("sf", *arguments)
        return self._capsys.readouterr().out

    def json(self, *arguments: str) -> list[dict[str, Any]]:
        records: list[dict[str, Any]] = json.loads(self.shows(*arguments, "--format=json"))
        return records

    def csv(self, *arguments: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.shows(*arguments, "--format=csv"), newline="")))

    def table(self, *arguments: str) -> list[list[str]]:
        return [re.split(r"\s{2,}", line.strip()) for line in self.shows(*arguments).splitlines()]


@pytest.fixture
def screen(simulator: Simulator, capsys: pytest.CaptureFixture[str]) -> Screen:
    return Screen(capsys)


# -- looking at Salesforce -------------------------------------------------------------------------------------


def contacts_query(simulator: Simulator) -> tuple[str, str, str]:
    """Change two contacts, and return their ids and a query for both.

    The first contact then has no school and no title, and the second an awkward title.
    """
    alone, awkward = simulator.ids("Contact", "AccountId != null")[:2]
    simulator.set_raw("Contact", alone, AccountId=None, Title=None)
    simulator.set_raw("Contact", awkward, Title=AWKWARD)
    where = f"Id IN ('{alone}','{awkward}')"
    return alone, awkward, f"SELECT Id, Title, HasOptedOutOfEmail, Account.Name FROM Contact WHERE {where} ORDER BY Id"


def test_a_query_as_json_keeps_types_nulls_and_parents(simulator: Simulator, screen: Screen) -> None:
    alone, awkward, soql = contacts_query(simulator)
    first, second = screen.json("query", soql)
    assert first == {"Id": alone, "Title": None, "HasOptedOutOfEmail": False, "Account": None}
    assert (second["Id"], second["Title"]) == (awkward, AWKWARD)
    assert second["Account"].keys() == {"Name"}, "Salesforce adds the key “attributes”, which must be removed"


def test_a_query_as_csv_quotes_special_characters(simulator: Simulator, screen: Screen) -> None:
    alone, awkward, soql = contacts_query(simulator)
    first, second = screen.csv("query", soql)
    assert first == {"Id": alone, "Title": "", "HasOptedOutOfEmail": "false", "Account.Name": ""}
    assert (second["Id"], second["Title"]) == (awkward, AWKWARD)
    assert second["Account.Name"]


def test_a_query_as_a_table_has_one_line_per_record(simulator: Simulator, screen: Screen) -> None:
    alone, awkward, soql = contacts_query(simulator)
    titles, rule, first, second = screen.table("query", soql)
    assert titles == ["Id", "Title", "HasOptedOutOfEmail", "Account.Name"]
    assert set("".join(rule)) == {"-"}
    assert first == [alone, "false"]
    assert second[:2] == [awkward, " ".join(AWKWARD.split())]


def test_a_subquery_as_csv_has_no_attributes(simulator: Simulator, screen: Screen) -> None:
    contact = simulator.ids("Contact", "AccountId != null")[0]
    where = f"Id IN (SELECT AccountId FROM Contact WHERE Id = '{contact}')"
    [row] = screen.csv("query", f"SELECT (SELECT Id FROM Contacts) FROM Account WHERE {where}")
    children = json.loads(row["Contacts.records"])
    assert {"Id": contact} in children
    assert all(child.keys() == {"Id"} for child in children)


@pytest.mark.parametrize("form", ["csv", "table"])
def test_values_that_only_later_records_have_are_not_left_out_silently(
    simulator: Simulator, screen: Screen, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    """Salesforce sorts records without a parent first, and does not show the fields of a missing parent."""
    _, _, soql = contacts_query(simulator)
    monkeypatch.setattr(output, "_SAMPLE", 1)
    with pytest.raises(CommandError, match=r"none of the first 1 records has Account\.Name"):
        screen.shows("query", soql, f"--format={form}")
    assert screen.json("query", soql)[1]["Account"]["Name"]
    assert screen.csv("query", soql, "--bulk")[1]["Account.Name"]


def test_a_query_of_several_pages_shows_all_records(
    simulator: Simulator, screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_pages = partialmethod(SalesforceClient.attempt, headers={"Sforce-Query-Options": "batchSize=200"})
    monkeypatch.setattr(SalesforceClient, "attempt", small_pages)
    everything = simulator.ids("Adoption__c")
    rows = screen.csv("query", "SELECT Id FROM Adoption__c")
    assert simulator.calls_to("{locator}") >= 1
    assert [row["Id"] for row in rows] == everything


def test_a_count_is_shown(simulator: Simulator, screen: Screen) -> None:
    assert screen.json("query", "select count() from Account") == [{"count": SCHOOLS}]


def test_aggregates_are_shown(simulator: Simulator, screen: Screen) -> None:
    (row,) = screen.json("query", "SELECT COUNT(Id) FROM Account")
    assert row == {"expr0": SCHOOLS}


def test_deleted_records_are_shown_with_the_option_all_rows(simulator: Simulator, screen: Screen) -> None:
    deleted = simulator.ids("Account")[0]
    simulator.do("delete", "Account", deleted)
    soql = f"SELECT Id FROM Account WHERE Id = '{deleted}'"
    assert screen.json("query", soql) == []
    assert screen.json("query", "--all-rows", soql) == [{"Id": deleted}]
    everything = len(simulator.query("SELECT Id FROM Account", all_rows=True))
    assert screen.json("query", "--all-rows", "SELECT COUNT() FROM Account") == [{"count": everything}]


@pytest.mark.parametrize(("form", "nothing"), [("table", ""), ("json", "[\n]\n"), ("csv", "\n")])
def test_an_empty_answer_has_the_chosen_form(screen: Screen, form: str, nothing: str) -> None:
    assert screen.shows("query", "SELECT Id FROM Account WHERE Name = 'nobody'", f"--format={form}") == nothing


def test_a_search_shows_the_kind_of_each_record(simulator: Simulator, screen: Screen) -> None:
    record = simulator.ids("Account")[0]
    simulator.edit("Account", record, Name="Quibblewick Academy")
    records = screen.json("search", "FIND {Quibblewick} IN NAME FIELDS RETURNING Account(Id, Name)")
    assert records == [{"type": "Account", "Id": record, "Name": "Quibblewick Academy"}]


def test_describe_shows_all_objects_one_object_or_its_layout(screen: Screen) -> None:
    assert {"Account", "Contact", "Book__c"} <= {row["name"] for row in screen.csv("describe")}
    fields = {row["name"]: row for row in screen.csv("describe", "Contact")}
    assert (fields["AccountId"]["type"], fields["AccountId"]["referenceTo"]) == ("reference", '["Account"]')
    (whole,) = screen.json("describe", "Contact")
    assert whole["keyPrefix"] == "003"
    assert screen.json("describe", "Contact", "--layout")[0]["detailLayoutSections"]


def test_limits_show_the_remaining_calls(simulator: Simulator, screen: Screen) -> None:
    limits = {row["limit"]: row for row in screen.json("limits")}
    assert limits["DailyApiRequests"] == {"limit": "DailyApiRequests", "Max": 285_000, "Remaining": 284_999}


def test_a_record_is_shown_by_its_id(simulator: Simulator, screen: Screen) -> None:
    record = simulator.ids("Account")[0]
    assert screen.json("get", "Account", record)[0]["Id"] == record
    assert ["Id", record] in screen.table("get", "Account", record)


@pytest.mark.parametrize("key", ["plain", "with a blank", "a/b?c#d%20+é"])
def test_a_record_is_shown_by_an_external_id(simulator: Simulator, screen: Screen, key: str) -> None:
    record = simulator.ids("Contact")[0]
    simulator.set_raw("Contact", record, Accounts_UUID__c=key)
    assert screen.json("get", "Contact", f"Accounts_UUID__c={key}")[0]["Id"] == record


def test_changes_between_two_times_are_listed(simulator: Simulator, screen: Screen) -> None:
    changed, gone = simulator.ids("Account")[:2]
    simulator.edit("Account", changed, Name="changed")
    simulator.do("delete", "Account", gone)
    period = [(datetime.now(UTC) + timedelta(days=days)).isoformat() for days in (-1, 1)]
    assert {"id": changed} in screen.json("updated", "Account", *period)
    (deleted,) = screen.json("deleted", "Account", *period)
    assert deleted["id"] == gone


def test_apex_is_called_with_method_and_body(screen: Screen) -> None:
    calls = screen.json("apex", "Echo/a", "--method", "post", "--data", '{"x": [1, null]}')
    assert calls == [{"method": "POST", "path": "/a", "query": {}, "body": {"x": [1, None]}}]


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (["query", "SELECT Nope FROM Account"], "INVALID_FIELD"),
        (["query", "nonsense"], "MALFORMED_QUERY"),
        (["describe", "Nope"], "NOT_FOUND"),
        (["get", "Account", "001000000000000AAA"], "NOT_FOUND"),
        (["get", "Contact", "Accounts_UUID__c=nobody"], "NOT_FOUND"),
        (["apex", "nothing"], "Could not find a match for URL /nothing"),
        (["updated", "Account", "1990-01-01"], "INVALID_REPLICATION_DATE"),
    ],
    ids=lambda value: value if isinstance(value, str) else value[0],
)
def test_a_refusal_is_reported_in_salesforces_words(screen: Screen, action: list[str], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        screen.shows(*action)


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (["updated", "Account", "yesterday"], "'yesterday' is not a time such as 2026-01-31T12:00"),
        (["apex", "Echo", "--data", "{"], "is not JSON"),
        (["query", "SELECT Id FROM Account", "--format", "xml"], "invalid choice: 'xml'"),
        (["nonsense"], "invalid choice: 'nonsense'"),
        ([], "arguments are required"),
    ],
)
def test_invalid_arguments_are_refused(screen: Screen, action: list[str], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        screen.shows(*action)


def test_closing_the_pipe_early_is_no_error(simulator: Simulator, database: str) -> None:
    _, more_than_a_pipe_holds = OPPORTUNITIES.build_full_query()
    process = subprocess.Popen(
        [sys.executable, "manage.py", "sf", "query", more_than_a_pipe_holds, "--format=json"],
        cwd=ROOT,
        env=environment(simulator.variables, database),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout
    assert process.stdout.read(1) == b"["
    process.stdout.close()
    assert process.stderr
    errors = process.stderr.read()
    process.stderr.close()
    assert (process.wait(30), errors) == (0, b"")


# -- sf check --------------------------------------------------------------------------------------------------


def findings(screen: Screen, capsys: pytest.CaptureFixture[str]) -> dict[str, tuple[str, str]]:
    """Run ``sf check``, which may fail, and return the state and answer of each of its questions."""
    try:
        output = screen.shows("check")
    except CommandError:
        output = capsys.readouterr().out
    lines = [re.fullmatch(r"(ok|fix|off) +([^:]+): (.*)", line) for line in output.splitlines()]
    return {match[2]: (match[1], match[3]) for match in lines if match}


def test_check_finds_nothing_to_fix(screen: Screen, capsys: pytest.CaptureFixture[str]) -> None:
    answers = findings(screen, capsys)
    questions = ["configuration", "login", "org", "limits", "fields of Book__c", "fields of Account",
                 "fields of Contact", "fields of Opportunity", "fields of Adoption__c"]  # fmt: skip
    assert list(answers)[: len(questions)] == questions
    assert {state for state, _ in answers.values()} <= {"ok", "off"}


def test_check_names_every_hidden_field(
    simulator: Simulator, screen: Screen, capsys: pytest.CaptureFixture[str]
) -> None:
    for field in ("LMS__c", "NCESID__c"):
        simulator.post(f"/fields/Account/{field}/hide")
    simulator.post("/fields/Opportunity/Contact__c/hide")
    answers = findings(screen, capsys)
    assert answers["fields of Account"] == ("fix", "grant the API user read access to LMS__c, NCESID__c")
    state, answer = answers["fields of Adoption__c"]
    assert (state, "Contact__c" in answer) == ("fix", True)
    assert answers["fields of Contact"][0] == "ok"


def test_check_asks_the_org_nothing_after_a_failed_login(
    simulator: Simulator, screen: Screen, capsys: pytest.CaptureFixture[str]
) -> None:
    simulator.post("/login-flows", {"blocked": ["password"]})
    answers = findings(screen, capsys)
    assert {question for question, (state, _) in answers.items() if state == "fix"} == {"login"}
    assert "fields of Account" not in answers
    assert simulator.calls_to("oauth2/token") == 1


def test_check_says_that_the_budget_is_used_up(
    simulator: Simulator, screen: Screen, capsys: pytest.CaptureFixture[str]
) -> None:
    SyncConfig.load()
    SyncConfig.objects.update(api_limit=1)
    assert findings(screen, capsys)["limits"][0] == "fix"


# -- sync commands ---------------------------------------------------------------------------------------------


def test_a_run_ends_with_its_counts(simulator: Simulator, run_manage: Manage) -> None:
    done = run_manage("sync_accounts")
    counts = f"{SCHOOLS} read, {SCHOOLS} inserted, 0 updated, 0 unchanged, 0 soft-deleted, 0 set aside"
    assert re.fullmatch(
        rf"accounts: Full by REST: {counts}; 5 Salesforce calls; \d+\.\d s", done.stdout.splitlines()[-1]
    )
    assert done.stderr == f"accounts: no watermark yet, by REST: {SCHOOLS} rows\n"
    changed, gone, bad = simulator.ids("Account")[:3]
    simulator.edit("Account", changed, Name="changed")
    simulator.do("delete", "Account", gone)
    simulator.set_raw("Account", bad, Name="bad\0")
    done = run_manage("sync_accounts")
    assert re.search(
        r"accounts: Incremental by REST: \d+ read, 0 inserted, 1 updated, \d+ unchanged, 1 soft-deleted, 1 set aside; "
        r"4 Salesforce calls",
        done.stdout,
    )
    assert "accounts: records set aside because PostgreSQL cannot store them: 1 " in done.stderr


def test_sync_all_ends_with_the_sum(simulator: Simulator, run_manage: Manage) -> None:
    done = run_manage("sync_all")
    *lines, last = done.stdout.splitlines()
    assert [line.split(":")[0] for line in lines] == ["accounts", "contacts", "opportunities", "adoptions"]
    rows = sum(int(line.split(": ")[2].split()[0]) for line in lines)
    assert last.startswith(f"all: {rows} read, {rows} inserted,")
    assert f"{simulator.calls()} Salesforce calls" in last


def test_before_the_first_sync_the_status_shows_zeros_and_the_word_never(
    simulator: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("sync_status")
    output = capsys.readouterr().out
    for name in ("books", "accounts", "contacts", "opportunities", "adoptions"):
        assert re.search(rf"^{name} +0 +0 +0  never$", output, re.MULTILINE)
    assert re.search(r"^syncs +on$", output, re.MULTILINE)
    assert re.search(r"^our API calls +0 today", output, re.MULTILINE)
    assert re.search(r"^next sync_all ", output, re.MULTILINE)
    assert "org's usage" not in output


def test_sync_status_shows_counts_states_and_usage_after_syncs(
    simulator: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    sync()
    simulator.do("delete", "Account", simulator.ids("Account")[0])
    simulator.set_raw("Account", simulator.ids("Account")[0], Name="bad\0")
    sync("sync_accounts")
    simulator.fail("error", path="FROM.Book", code="INSUFFICIENT_ACCESS", status=403, message="not your books")
    with pytest.raises(CommandError):
        sync("sync_books")
    capsys.readouterr()
    call_command("sync_status")
    output = capsys.readouterr().out
    assert re.search(rf"^accounts +{SCHOOLS - 1} +1 +1  just now +incremental +done$", output, re.MULTILINE)
    assert re.search(r"^books +69 +0 +0  just now +full +failed +.*not your books", output, re.MULTILINE)
    assert f"our API calls   {simulator.calls()} today" in output
    assert re.search(r"^accounts +fresh +just now$", output, re.MULTILINE)
    assert re.search(r"^books +failing +just now +.*not your books", output, re.MULTILINE)
    assert "of 285,000 calls when last seen, just now; syncs pause from 242,250 on" in output


@pytest.mark.parametrize(
    ("command", "option"), [("sync_accounts", "--forse"), ("sync_books", "--forcedelete"), ("sync_status", "--quickly")]
)
def test_unknown_options_are_refused(simulator: Simulator, command: str, option: str) -> None:
    with pytest.raises(CommandError, match=f"unrecognized arguments: {option}"):
        call_command(command, option)
    assert simulator.calls() == 0
