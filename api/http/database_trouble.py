"""Recognize errors of PostgreSQL that are not the request's fault: a retry may succeed."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import InterfaceError, OperationalError

from api.domain.error_types import ErrorType

_TOO_SLOW = frozenset({"57014", "55P03", "25P03"})
"""The errors of SFAPI's own time limits:
``query_canceled``, ``lock_not_available``, ``idle_in_transaction_session_timeout``."""
_CONFLICT = frozenset({"40P01", "40001"})
"""``deadlock_detected`` and ``serialization_failure``.
A replica also gives ``serialization_failure`` for a read that conflicts with a change from the primary."""
_READ_ONLY = "25006"
"""``read_only_sql_transaction``: the server is a standby, or was made read-only.
Some hosting providers make it read-only when its disk is nearly full."""


@dataclass(frozen=True)
class Trouble:
    """A kind of trouble: a ``type`` for programs, a message for people, and the start of a log line."""

    type: ErrorType
    message: str
    """Empty: the answer has the general message of its status."""
    log_line: str


AWAY = Trouble(ErrorType.DATABASE_AWAY, "", "PostgreSQL is unavailable")
TOO_SLOW = Trouble(
    ErrorType.DATABASE_BUSY,
    "The database is too busy at the moment: try again soon.",
    "PostgreSQL took longer than the time limit",
)
READ_ONLY = Trouble(AWAY.type, AWAY.message, "PostgreSQL accepts no changes")
CONFLICT = Trouble(TOO_SLOW.type, TOO_SLOW.message, "PostgreSQL ended a statement because of a conflict")


def find_database_trouble(error: BaseException) -> Trouble | None:
    """Return the trouble behind Django's error, or ``None`` when the statement itself is at fault."""
    sqlstate = getattr(error.__cause__, "sqlstate", None)
    if sqlstate in _TOO_SLOW:
        return TOO_SLOW
    if sqlstate in _CONFLICT:
        return CONFLICT
    if sqlstate == _READ_ONLY:
        return READ_ONLY
    return AWAY if isinstance(error, OperationalError | InterfaceError) else None
