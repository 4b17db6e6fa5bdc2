"""Lines of the log: what strangers send cannot look like one."""

from __future__ import annotations

import json
import logging

import pytest

from sfapi.logs import JsonFormatter, TextFormatter

FORGED = "no\n2026-11-28 05:00:00 INFO - sf: all is well"
OTHERS = ("\r", "\x1b[2J", "\x85", "\u2028", "\u202e", "\0")


def record(message: str, *, error: Exception | None = None) -> logging.LogRecord:
    found = (type(error), error, None) if error else None
    return logging.LogRecord("sf", logging.WARNING, __file__, 1, "refused: %s", (message,), found)


@pytest.mark.parametrize("said", [FORGED, *(f"a{sign}b" for sign in OTHERS)])
def test_a_message_stays_one_printable_line(said: str) -> None:
    for formatter in (TextFormatter("%(levelname)s: %(message)s"), JsonFormatter()):
        assert formatter.format(record(said)).isprintable()


def test_json_lines_stay_json() -> None:
    for said in (FORGED, *OTHERS):
        assert json.loads(JsonFormatter().format(record(said)))["message"] == f"refused: {said}"


def test_lines_of_a_traceback_are_indented() -> None:
    text = TextFormatter("%(levelname)s: %(message)s").format(record("x", error=ValueError(FORGED)))
    first, *others = text.splitlines()
    assert first == "WARNING: refused: x"
    assert all(line.startswith("  ") for line in others)
    assert "  2026-11-28 05:00:00 INFO - sf: all is well" in others
