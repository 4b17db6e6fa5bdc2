"""The name of this process in ``pg_stat_activity``, and its kind, which decides its time limits.

A web process (gunicorn, ``sfapi.asgi``, ``runserver``) declares itself at its start. Every other process is a command,
whose name comes from the command line.
"""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

WEB = "web"
_LONGEST_NAME = 63
"""The length at which PostgreSQL cuts an ``application_name``."""

_web = False


def become_web_process() -> None:
    """Declare this process a web process.

    Call this function before the settings are loaded.
    """
    global _web  # noqa: PLW0603 - one fact about the whole process
    _web = True


def prepare_streams() -> None:
    """Make the standard streams usable, however this process was started.

    A closed stream becomes an empty one. A character that standard output cannot encode is escaped: otherwise, in a
    terminal without UTF-8, ``create_api_key`` would fail before it prints the new key.
    """
    # Real files, because otherwise a connection would get the number of the closed stream.
    sys.stdin = sys.stdin or Path(os.devnull).open()  # noqa: SIM115 - open until the process ends
    sys.stdout = sys.stdout or Path(os.devnull).open("w")  # noqa: SIM115
    sys.stderr = sys.stderr or Path(os.devnull).open("w")  # noqa: SIM115
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="backslashreplace")


def is_web_process() -> bool:
    return _web


def get_application_name() -> str:
    """Return ``sfapi web``, or ``sfapi`` followed by the name of the command or program."""
    return f"sfapi {WEB if _web else _get_command()}"[:_LONGEST_NAME]


def _get_command() -> str:
    program, *arguments = sys.argv or [""]
    if Path(program).name in {"manage.py", "django-admin"} and arguments:
        return arguments[0]
    return Path(program).stem or "python"
