"""Answer ``/readyz``: whether this process can serve requests now.

A process can serve when PostgreSQL answers, the migrations of this code are applied, and PostgreSQL accepts changes.
Freshness of the cache is not part of readiness: old data is served too.
"""

from __future__ import annotations

import logging

from django.db import DatabaseError, InterfaceError, connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from sf.ingest.schema import describe_missing_migrations

logger = logging.getLogger(__name__)

_NO_SUCH_TABLE = "42P01"
_INSUFFICIENT_RESOURCES = "53"
"""The class of SQLSTATEs for a full disk, and for limits on memory, temporary files and connections."""

# With the smallest work_mem, PostgreSQL writes the rows of generate_series to a temporary file of half a megabyte. The
# file needs no table, no write-ahead log and no cleaning up, and a full disk refuses it. The update of a row would
# succeed on a full disk, because it needs no new page.
_WRITE_A_FILE = "SET LOCAL work_mem = '64kB'", "SELECT count(*) FROM generate_series(1, 30000)"
_IS_READ_ONLY = "SELECT current_setting('transaction_read_only')::boolean"

_last_problem = ""
"""The reason in the last answer, so that the log has a line for each change and not for each probe."""


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Return 200 when this process can serve, otherwise 503 with the reason."""
    problem = _find_problem()
    _log_change(problem)
    body = {"status": "not ready", "message": problem} if problem else {"status": "ready"}
    response = JsonResponse(body, status=503 if problem else 200, headers={"Cache-Control": "no-store"})
    # Without this mark, Django logs every 503 as an error, and Sentry reports each.
    vars(response)["_has_been_logged"] = True
    return response


def _find_problem() -> str:
    """Return the reason why this process cannot serve, or an empty string.

    The reason names no host and no user, because anyone can read it.
    """
    try:
        with transaction.atomic():
            missing = describe_missing_migrations()
            return f"run manage.py migrate: {missing}" if missing else _find_writing_problem()
    except (DatabaseError, InterfaceError) as error:
        return _explain_refusal(getattr(error.__cause__, "sqlstate", None) or "")


def _find_writing_problem() -> str:
    with connection.cursor() as cursor:
        cursor.execute(_IS_READ_ONLY)
        if cursor.fetchone() == (True,):
            return "PostgreSQL accepts no changes: it is a standby, or read-only"
        for statement in _WRITE_A_FILE:
            cursor.execute(statement)
    return ""


def _explain_refusal(sqlstate: str) -> str:
    if sqlstate == _NO_SUCH_TABLE:
        return "run manage.py migrate: the database is empty"
    if sqlstate.startswith(_INSUFFICIENT_RESOURCES):
        return f"PostgreSQL has no room: its disk is full, or a limit is reached ({sqlstate})"
    return f"PostgreSQL refuses to work ({sqlstate})" if sqlstate else "PostgreSQL cannot be reached"


def _log_change(problem: str) -> None:
    global _last_problem  # noqa: PLW0603 - one fact about the whole process
    if problem != _last_problem:
        _last_problem = problem
        if problem:
            logger.warning("readyz: %s", problem)
        else:
            logger.info("readyz: ready again")
