"""The commands of ``sf`` that write; also ``sf shell``, ``sf query --bulk`` and ``sf search``."""

from __future__ import annotations

import csv
import os
import pty
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import pytest

from sf.models import SFAPIUsageLog
from tests.conftest import Manage
from tests.simulated import ROOT, Simulator, environment

pytestmark = pytest.mark.django_db(transaction=True)

NOWHERE = "003000000000001AAA"


def record(simulator: Simulator, sobject: str, record_id: str, *fields: str) -> dict[str, Any]:
    [row] = simulator.query(f"SELECT {', '.join(fields)} FROM {sobject} WHERE Id = '{record_id}'", all_rows=True)
    return row


def test_a_record_is_created_changed_and_deleted(simulator: Simulator, run_manage: Manage) -> None:
    made = run_manage("sf", "create", "Contact", 'LastName=O\'Neill & "Sons"', "Email=a@camp.example", "--yes")
    assert (made.returncode, made.stderr) == (0, "created\n")
    contact = made.stdout.strip()
    assert simulator.ids("Contact", f"Id = '{contact}'") == [contact]
    changed = run_manage("sf", "update", "Contact", contact, "Email=", "FirstName=a=b", "--yes")
    assert (changed.returncode, changed.stdout, changed.stderr) == (0, made.stdout, "updated\n")
    assert record(simulator, "Contact", contact, "FirstName", "LastName", "Email") == {
        "FirstName": "a=b", "LastName": "O'Neill & \"Sons\"", "Email": None,
    }  # fmt: skip
    gone = run_manage("sf", "delete", "Contact", contact, "--yes")
    assert (gone.returncode, gone.stdout, gone.stderr) == (0, made.stdout, "deleted\n")
    assert record(simulator, "Contact", contact, "IsDeleted")["IsDeleted"] in {True}


def test_upsert_creates_and_then_changes(simulator: Simulator, run_manage: Manage) -> None:
    arguments = ("sf", "upsert", "Case", "SFAPI_Id__c=a/b c", "--yes")
    first, again = run_manage(*arguments, "Subject=one"), run_manage(*arguments, "Subject=two")
    assert (first.stderr, again.stderr) == ("created\n", "updated\n")
    assert first.stdout == again.stdout
    assert record(simulator, "Case", first.stdout.strip(), "Subject", "SFAPI_Id__c") == {
        "Subject": "two", "SFAPI_Id__c": "a/b c",
    }  # fmt: skip


def test_values_can_be_given_as_json(simulator: Simulator, run_manage: Manage) -> None:
    made = run_manage("sf", "create", "Case", "--json", '{"Subject": "x", "Origin": "Web"}', 'Subject:="y"', "--yes")
    assert record(simulator, "Case", made.stdout.strip(), "Subject", "Origin") == {"Subject": "y", "Origin": "Web"}


def test_values_can_be_given_on_standard_input(simulator: Simulator, database: str) -> None:
    done = piped(simulator, database, '{"Subject": "from a pipe"}', "create", "Case", "--json", "-", "--yes")
    assert record(simulator, "Case", done.stdout.strip(), "Subject") == {"Subject": "from a pipe"}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["create", "Contact", "FirstName=x", "--yes"], "REQUIRED_FIELD_MISSING"),
        (["create", "Contact", "FirstName=x", "--yes"], "LastName"),
        (["create", "Contact", "LastName=x", "Nope__c=1", "--yes"], "INVALID_FIELD"),
        (["create", "Nope", "LastName=x", "--yes"], "NOT_FOUND"),
        (["update", "Contact", NOWHERE, "LastName=x", "--yes"], "404"),
        (["delete", "Contact", NOWHERE, "--yes"], "404"),
        (["create", "Contact", "--yes"], "no values: add"),
        (["create", "Contact", "LastName", "--yes"], "'LastName' is not of the form Field=text"),
        (["create", "Contact", "Age:=old", "--yes"], "Age:=old: is not JSON"),
        (["create", "Contact", "--json", "[1]", "--yes"], "--json is not an object"),
        (["upsert", "Case", "SFAPI_Id__c", "Subject=x", "--yes"], "is not of the form ExternalIdField=value"),
        (["create", "Contact", "LastName=x"], "add --yes: there is no terminal to ask on. Nothing was changed"),
    ],
)
def test_a_command_that_fails_prints_one_line(
    simulator: Simulator, run_manage: Manage, arguments: list[str], says: str
) -> None:
    done = run_manage("sf", *arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("CommandError: ")
    assert says in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_creation_whose_answer_was_lost_is_not_sent_again(simulator: Simulator, run_manage: Manage) -> None:
    simulator.fail("drop_after", path="/sobjects/Case", times=1)
    done = run_manage("sf", "create", "Case", "Subject=only once", "--yes")
    assert done.returncode == 1
    assert done.stderr.endswith("The change may have been made anyway: look before you try again.\n")
    assert len(simulator.ids("Case", "Subject = 'only once'")) == 1


def test_a_change_whose_answer_was_lost_may_have_been_made_although_its_repetition_is_refused(
    simulator: Simulator, run_manage: Manage
) -> None:
    case = simulator.create("Case", Subject="old")
    simulator.fail("drop_after", path=f"/sobjects/Case/{case}", times=1)
    message = "This record is not for the API user."
    simulator.fail(
        "error", path=f"/sobjects/Case/{case}", code="INSUFFICIENT_ACCESS_OR_READONLY", message=message, status=400
    )
    done = run_manage("sf", "update", "Case", case, "Subject=new", "--yes")
    assert record(simulator, "Case", case, "Subject") == {"Subject": "new"}
    assert (done.returncode, "INSUFFICIENT_ACCESS_OR_READONLY" in done.stderr) == (1, True)
    assert done.stderr.endswith("The change may have been made anyway: look before you try again.\n")


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_an_apex_method_whose_answer_was_lost_is_not_called_again(
    simulator: Simulator, run_manage: Manage, method: str
) -> None:
    simulator.fail("drop_after", path="/services/apexrest/", times=1)
    before = simulator.calls_to("/services/apexrest/")
    done = run_manage("sf", "apex", "Echo", "--method", method, "--data", '{"a": 1}')
    assert simulator.calls_to("/services/apexrest/") == before + 1
    assert done.returncode == 1
    assert done.stderr.endswith("The change may have been made anyway: look before you try again.\n")


@pytest.mark.parametrize(("typed", "created"), [("y\n", 1), ("n\n", 0), ("\n", 0), ("\x04", 0)])
def test_a_write_on_a_terminal_asks_first(simulator: Simulator, database: str, typed: str, created: int) -> None:
    output = on_a_terminal(simulator, database, [("[y/N] ", typed)], "create", "Case", "Subject=asked")
    assert 'Create Case {"Subject": "asked"} in https://localhost' in output
    assert len(simulator.ids("Case", "Subject = 'asked'")) == created
    assert ("nothing was changed" in output) is not bool(created)


def test_shell_runs_a_piped_program_and_counts_its_calls(simulator: Simulator, database: str) -> None:
    program = """
made = sf.Contact.create({"LastName": "Shell"})
contact = made["id"]
print(sf.Contact.update(contact, {"FirstName": "New"}), sf.Contact.get(contact)["FirstName"])
print(sf.query("SELECT COUNT() FROM Account")["totalSize"] == len(sf.query_all("SELECT Id FROM Account")["records"]))
print(sf.Contact.metadata()["objectDescribe"]["name"], sf.Contact.describe()["name"], sf.Contact.delete(contact))
"""
    done = piped(simulator, database, program, "shell")
    assert done.stdout == "204 New\nTrue\nContact Contact 204\n"
    login, program_calls = 1, 8
    assert done.stderr == f"{login + program_calls} Salesforce calls\n"
    assert SFAPIUsageLog.objects.get(source="sf shell").call_count == login + program_calls


@pytest.mark.parametrize(
    ("program", "says"),
    [
        (f'sf.Contact.get("{NOWHERE}")', "CommandError: Salesforce answered 404 "),
        ("x = (", "CommandError: line 1: "),
        ("1 / 0", "ZeroDivisionError: division by zero"),
    ],
)
def test_a_program_that_fails_exits_with_1(simulator: Simulator, database: str, program: str, says: str) -> None:
    done = piped(simulator, database, program, "shell")
    assert done.returncode == 1
    assert says in done.stderr


def test_a_piped_program_may_define_dataclasses(simulator: Simulator, database: str) -> None:
    program = "from dataclasses import dataclass\n@dataclass\nclass Pair:\n    first: int\nprint(Pair(1))\n"
    done = piped(simulator, database, program, "shell")
    assert (done.returncode, done.stdout) == (0, "Pair(first=1)\n")


def test_shell_is_a_prompt_on_a_terminal(simulator: Simulator, database: str) -> None:
    typed = [(">>> ", 'sf.query("SELECT COUNT() FROM Book__c")["done"]\n'), ("True", ""), (">>> ", "\x04")]
    output = on_a_terminal(simulator, database, typed, "shell")
    assert "sf is a simple-salesforce client of https://localhost" in output
    assert "True" in output
    assert "2 Salesforce calls" in output


def test_a_query_shows_the_same_rows_by_bulk_and_by_rest(simulator: Simulator, run_manage: Manage) -> None:
    soql = "SELECT Id, Name, Account.Name FROM Contact ORDER BY Id"
    rest, bulk = (
        run_manage("sf", "query", soql, "--format=csv"),
        run_manage("sf", "query", soql, "--format=csv", "--bulk"),
    )
    assert list(csv.reader(bulk.stdout.splitlines())) == list(csv.reader(rest.stdout.splitlines()))
    assert simulator.calls_to("/jobs/query") >= 3


def test_a_search_takes_plain_words(simulator: Simulator, run_manage: Manage) -> None:
    account = simulator.create("Account", Name="St. (North) College")
    done = run_manage("sf", "search", "(North) College", "--format=csv")
    assert account in done.stdout, done.stderr


def piped(simulator: Simulator, database: str, text: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "sf", *arguments],
        cwd=ROOT,
        env=environment(simulator.variables, database),
        input=text,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def on_a_terminal(simulator: Simulator, database: str, dialogue: Sequence[tuple[str, str]], *arguments: str) -> str:
    """Run a command on a terminal, and return its output. ``dialogue``: texts to wait for, with replies."""
    controller, terminal = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "manage.py", "sf", *arguments],
        cwd=ROOT,
        env=environment(simulator.variables, database, TERM="dumb"),
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
    )
    os.close(terminal)
    screen = Screen(controller)
    for prompt, typed in dialogue:
        screen.wait_for(prompt)
        os.write(controller, typed.encode())
    screen.wait_for(None)
    os.close(controller)
    process.wait(60)
    return screen.shown.decode()


class Screen:
    """The output of a program on its terminal."""

    def __init__(self, controller: int) -> None:
        self._controller = controller
        self._seen = 0
        self.shown = b""

    def wait_for(self, text: str | None) -> None:
        """Read until the text appears after the previous match; with ``None``, until the program ends."""
        while text is None or self.shown.find(text.encode(), self._seen) < 0:
            try:
                more = os.read(self._controller, 65_536)
            except OSError:  # the other end is closed
                more = b""
            if not more:
                assert text is None, f"no {text!r} in {self.shown!r}"
                return
            self.shown += more
        self._seen = self.shown.find(text.encode(), self._seen) + len(text.encode())
