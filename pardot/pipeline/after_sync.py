"""What follows every sync: rows are counted, audits run, and the day's score is kept.

Roll-ups need no step: they are brought up to date in the transaction that merges activities.
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
    """Audit what is here and keep the day's figures, together; ``tier``: ``None`` when only some entities were read."""
    with transaction.atomic():
        count_rows()
        run_audits(now=now)
        return write_snapshot(tier, now)
