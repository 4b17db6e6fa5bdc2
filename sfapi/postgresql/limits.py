"""Time limits at PostgreSQL for each process, even behind a pooler that shares sessions.

Without a pooler, the limits are set once for the session. Behind PgBouncer, the next transaction of a session may be
another client's. A ``SET`` would leak to that client: a sync would get the limits of web processes. The next
transaction of the client that sent the ``SET`` may run in another session, without these limits. The connection's
``options`` cannot set the limits either: PgBouncer refuses them. So each transaction sets its own limits:
``SET LOCAL …; <statement>`` is one message and one implicit transaction, without an additional round trip.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from psycopg import ClientCursor, Connection
from psycopg.pq import TransactionStatus
from psycopg.sql import SQL, Composable

Limits = Mapping[str, int]
"""Milliseconds by the name of PostgreSQL's parameter; 0 means no limit."""

_SET_UNLESS_POOLED = """
    SELECT pg_backend_pid() <> %(pid)s AS pooled,
           CASE WHEN pg_backend_pid() = %(pid)s THEN (SELECT count(set_config(name, value, false))
             FROM unnest(%(names)s::text[], %(values)s::text[]) AS wanted(name, value)) END
"""

_ALONE = re.compile(
    r"\s*(VACUUM|(CREATE|DROP)\s+(UNIQUE\s+)?INDEX\s+CONCURRENTLY|(CREATE|DROP)\s+DATABASE|REINDEX|ALTER\s+SYSTEM)\b",
    re.IGNORECASE,
)
"""Statements that PostgreSQL may refuse to run in one transaction with other statements."""


def set_limits(connection: Connection[Any], limits: Limits) -> bool:
    """Set the limits for the session; behind a pooler, set nothing and return ``True``.

    Behind a pooler, the connection's process id is made up; the id that a statement reports is real.
    """
    pid = connection.info.backend_pid
    values = {"pid": pid, "names": list(limits), "values": [str(limit) for limit in limits.values()]}
    [row] = connection.execute(_SET_UNLESS_POOLED, values, prepare=False).fetchall()
    return bool(row[0])


def make_limited_cursor(limits: Limits) -> type[ClientCursor[Any]]:
    """Return a cursor class whose ``execute`` begins each new transaction by setting the limits.

    A statement that must run alone has no limits.
    """
    settings = [f"SET LOCAL {name} = {limit}" for name, limit in limits.items()]
    prefix = "".join(f"{setting}; " for setting in settings)

    class LimitedCursor(ClientCursor[Any]):
        def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
            if self._conn.pgconn.transaction_status != TransactionStatus.IDLE or _must_run_alone(query):
                return super().execute(query, params, **options)
            super().execute(_add_prefix(prefix, query), params, **options)
            for _ in settings:
                self.nextset()
            return self

    return LimitedCursor


def _must_run_alone(query: Any) -> bool:
    return isinstance(query, str) and _ALONE.match(query) is not None


def _add_prefix(prefix: str, query: Any) -> Any:
    if isinstance(query, Composable):
        return SQL(prefix) + query
    return prefix.encode() + query if isinstance(query, bytes) else prefix + query
