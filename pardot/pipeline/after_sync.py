"""Finish a sync: count rows, run audits, and store the day's score.

Roll-ups need no step here, because the transaction that merges activities updates them.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from pardot.audits.run import run_audits
from pardot.catalog.entities import Tier
from pardot.models import DailySnapshot
from pardot.scoring.snapshots import write_snapshot
from pardot.status.row_counts import count_rows


def finish(tier: Tier | None, now: datetime | None = None) -> DailySnapshot:
    """Count rows, then run the audits and store the day's figures in one transaction.

    ``tier`` is the highest tier that the sync read completely. It is ``None`` if the sync completed no tier, or if the
    operator chose the entities.
    """
    # Two transactions: a transaction that wrote EntityState and then locked tables could deadlock with another sync's
    # merge, which does both in the opposite order.
    with transaction.atomic():
        count_rows()
    with transaction.atomic():
        run_audits(now=now)
        return write_snapshot(tier, now)
