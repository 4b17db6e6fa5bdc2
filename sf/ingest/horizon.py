"""Compute the horizon: the moment up to which the cache is complete.

A row that becomes visible after this computation is never dated before the horizon.

``local_update_date`` is the time at which the row was *written*, not committed. A merge that writes at 12:00 and
commits at 12:05 makes rows visible that are dated 12:00. A client that copied "everything up to 12:03" at 12:03 would
never see these rows. So the horizon is never later than the beginning of the oldest open transaction.
"""

from __future__ import annotations

from contextvars import ContextVar
from datetime import datetime, timedelta

from django.db import connection

MARGIN = timedelta(seconds=5)
"""A margin for delays and clocks.

A transaction records its beginning a little before other transactions can see it, for example when its process waits
for a processor. Clocks are also sometimes set back a little.
"""

# Our own transaction is left out: it writes no records. Vacuum writes none either, and may take hours.
# ``xact_start`` is cleared after a commit has become visible, never before.
HORIZON = """
    SELECT least(clock_timestamp() - make_interval(secs => %s), min(xact_start))
      FROM pg_stat_activity
     WHERE datname = current_database()
       AND pid <> pg_backend_pid()
       AND backend_type IS DISTINCT FROM 'autovacuum worker'
"""


horizon_of_replica: ContextVar[datetime | None] = ContextVar("the horizon of the replica that is read", default=None)
"""Set while a replica is read, because a replica does not show the primary's open transactions."""


def complete_until() -> datetime:
    """Return the moment up to which all rows are visible.

    Statements that begin after this call see every row dated before the moment, or a later version of the row. Any
    other open transaction delays the moment, even one that only reads, because its next step is unknown. This function
    sees only the transactions of its own database role. If that role is a member of ``pg_read_all_stats``, the function
    sees all transactions.
    """
    replayed = horizon_of_replica.get()
    if replayed is not None:
        return replayed
    with connection.cursor() as cursor:
        cursor.execute(HORIZON, [MARGIN.total_seconds()])
        row = cursor.fetchone()
    assert row is not None
    moment: datetime = row[0]
    return moment
