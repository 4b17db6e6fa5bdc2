"""With ``LOG_FORMAT=json``, turn each line that a command prints into a JSON line of the log.

Only commands whose lines report events are in ``COMMANDS``. Most others print a result, such as a key or records.
``sf follow`` and ``run_request`` report events too, but print text.

The work of these commands continues when their output cannot be written, such as to a log on a full disk.
"""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Sequence
from types import TracebackType
from typing import Any, TextIO

from sfapi.logs import JsonFormatter

COMMANDS = frozenset(
    {
        "camp_alerts", "camp_digest", "camp_sync", "cleanup_logs", "collectstatic", "deliver_pending", "migrate",
        "sync_accounts", "sync_adoptions", "sync_all", "sync_books", "sync_contacts", "sync_opportunities",
        "sync_pardot", "sync_retry", "work",
    }
)  # fmt: skip
_OTHER_EVENTS = (["sf", "follow"], ["run_request"])
_FOR_A_PERSON = {"--help", "-h", "--list"}
_ERROR = "CommandError: "
_ERRORS = (_ERROR, "PostgreSQL: ", "Configuration error: ")
"""The beginnings of lines that say why a command ends; ``manage.py`` prints them."""

_Exception = tuple[type[BaseException], BaseException, TracebackType | None]


def prepare_output(arguments: Sequence[str], *, json: bool) -> None:
    """Replace the standard streams of this process when its command reports events.

    Output for a person stays as it is: help, lists, and a digest that is not sent.
    """
    command, *options = arguments[1:] or [""]
    is_in_json = command in COMMANDS and not _FOR_A_PERSON.intersection(options)
    if command == "camp_digest" and "--send" not in options:
        is_in_json = False
    if not is_in_json and not any(arguments[1 : 1 + len(words)] == words for words in _OTHER_EVENTS):
        return
    output: Any = (LenientStream(sys.stdout), LenientStream(sys.stderr))
    sys.stdout, sys.stderr = output
    if json and is_in_json:
        _print_json(f"command.{command}")


def _print_json(name: str) -> None:
    sys.stdout = JsonLines(sys.stdout, name, logging.INFO)
    sys.stderr = JsonLines(sys.stderr, name, logging.WARNING, for_information=sys.stdout)
    sys.excepthook = sys.stderr.write_exception


class LenientStream:
    """A standard stream that discards text which cannot be written.

    The disk of the log may be full, the terminal lost, or the reader of a pipe gone.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    # Not contextlib.suppress: Python 3.14 has cleared this module's imports when it closes the streams at the end.

    def write(self, text: str) -> int:
        try:  # noqa: SIM105
            self._stream.write(text)
        except OSError:
            pass
        return len(text)

    def flush(self) -> None:
        try:  # noqa: SIM105
            self._stream.flush()
        except OSError:
            pass


class JsonLines(io.TextIOBase):
    """A stream whose lines become JSON objects.

    ``for_information``: the stream for progress. Lines on stderr count as warnings, and progress is no warning.
    """

    def __init__(self, stream: TextIO, name: str, level: int, for_information: Any = None) -> None:
        self._stream, self._name, self._level = stream, name, level
        self._formatter = JsonFormatter()
        self._begun = ""
        self.for_information = for_information or self

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._stream.fileno()

    def write(self, text: str) -> int:
        *lines, self._begun = (self._begun + text).split("\n")
        for line in lines:
            self._write_line(line)
        return len(text)

    def flush(self) -> None:
        self._stream.flush()

    def close(self) -> None:
        """Write a line that was not ended. The wrapped stream stays open: Python closes it."""
        if not self.closed:
            self._write_line(self._begun)
            self._begun = ""
            self._stream.flush()
        super().close()

    def write_exception(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Write one object for the exception that ends the process. Python calls this as ``excepthook``."""
        self._write_object(logging.CRITICAL, f"{kind.__name__}: {error}", (kind, error, trace))
        self._stream.flush()

    def _write_line(self, line: str) -> None:
        if line.strip():
            level = logging.ERROR if line.startswith(_ERRORS) else self._level
            self._write_object(level, line.rstrip().removeprefix(_ERROR))

    def _write_object(self, level: int, message: str, exception: _Exception | None = None) -> None:
        record = logging.LogRecord(self._name, level, "", 0, message, None, exception)
        self._stream.write(f"{self._formatter.format(record)}\n")
