"""Text from strangers cannot forge a log line, and with ``LOG_FORMAT=json`` commands print JSON."""

from __future__ import annotations

import io
import json
import logging

import pytest

from sfapi.cron import CRONJOBS
from sfapi.json_lines import COMMANDS, JsonLines
from sfapi.logs import JsonFormatter, TextFormatter
from tests.conftest import Manage

FORGED = "no\n2026-11-28 05:00:00 INFO - sf: all is well"
OTHERS = ("\r", "\x1b[2J", "\x85", "\u2028", "\u202e", "\0")


def record(message: str, *, error: Exception | None = None) -> logging.LogRecord:
    error_info = (type(error), error, None) if error else None
    return logging.LogRecord("sf", logging.WARNING, __file__, 1, "refused: %s", (message,), error_info)


@pytest.mark.parametrize("text", [FORGED, *(f"a{sign}b" for sign in OTHERS)])
def test_a_message_stays_one_printable_line(text: str) -> None:
    for formatter in (TextFormatter("%(levelname)s: %(message)s"), JsonFormatter()):
        assert formatter.format(record(text)).isprintable()


def test_json_lines_stay_json() -> None:
    for text in (FORGED, *OTHERS):
        assert json.loads(JsonFormatter().format(record(text)))["message"] == f"refused: {text}"


def test_lines_of_a_traceback_are_indented() -> None:
    text = TextFormatter("%(levelname)s: %(message)s").format(record("x", error=ValueError(FORGED)))
    first, *others = text.splitlines()
    assert first == "WARNING: refused: x"
    assert all(line.startswith("  ") for line in others)
    assert "  2026-11-28 05:00:00 INFO - sf: all is well" in others


def test_scheduled_commands_print_json_when_the_log_is_json() -> None:
    assert {job[2][0] for job in CRONJOBS} <= COMMANDS


@pytest.mark.django_db(transaction=True)
def test_every_line_of_a_command_is_json_and_problems_go_to_stderr(run_manage: Manage) -> None:
    done = run_manage("sync_books", LOG_FORMAT="json")
    lines = [json.loads(each) for each in done.stdout.splitlines()]
    [line] = [each for each in lines if "Salesforce calls" in each["message"]]
    assert (line["level"], line["logger"]) == ("info", "command.sync_books")
    assert line["message"].startswith("books: Full by REST: ")
    failed = run_manage("sync_books", LOG_FORMAT="json", SALESFORCE_PASSWORD="wrong")
    levels = {json.loads(each)["level"] for each in failed.stderr.splitlines()}
    assert (failed.returncode, failed.stdout, levels) == (1, "", {"warning", "error"})


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("command", "variables", "message"),
    [
        ("cleanup_logs", {"DATABASE_URL": "postgresql://nobody@127.0.0.1:9/nowhere"}, "PostgreSQL: "),
        ("sync_books", {"SALESFORCE_CLIENT_ID": "", "SALESFORCE_CLIENT_SECRET": "", "SALESFORCE_USERNAME": "",
                        "SALESFORCE_PASSWORD": "", "SALESFORCE_SECURITY_TOKEN": ""}, "Configuration error: "),
    ],
)  # fmt: skip
def test_a_line_that_says_why_a_command_ends_is_an_error(
    run_manage: Manage, command: str, variables: dict[str, str], message: str
) -> None:
    done = run_manage(command, LOG_FORMAT="json", **variables)
    [line] = [json.loads(each) for each in done.stderr.splitlines()]
    assert (done.returncode, line["level"]) == (1, "error")
    assert line["message"].startswith(message)


def test_partial_writes_are_joined_and_an_unfinished_line_is_not_lost() -> None:
    stream = io.StringIO()
    lines = JsonLines(stream, "command.migrate", logging.INFO)
    lines.write("  Applying api.0001...")
    lines.write(" OK\n\nCommandError: no")
    lines.close()
    written = [json.loads(each) for each in stream.getvalue().splitlines()]
    assert [(each["level"], each["message"]) for each in written] == [
        ("info", "  Applying api.0001... OK"),
        ("error", "no"),
    ]


def test_an_error_that_ends_a_command_is_one_line_of_json() -> None:
    stream = io.StringIO()
    JsonLines(stream, "command.work", logging.WARNING).write_exception(ValueError, ValueError("no\nmore"), None)
    [line] = stream.getvalue().splitlines()
    assert json.loads(line)["level"] == "critical"
    assert json.loads(line)["message"] == "ValueError: no\nmore"


@pytest.mark.django_db(transaction=True)
def test_the_list_of_jobs_is_text_even_when_the_log_is_json(run_manage: Manage) -> None:
    assert run_manage("work", "--list", LOG_FORMAT="json").stdout.startswith("job ")
