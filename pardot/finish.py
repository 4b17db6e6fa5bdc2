"""What follows every sync: audits, the score, the day's snapshot.

Roll-ups need no step: they are brought up to date in the transaction that merges activities.
"""

from __future__ import annotations

from django.db import transaction

from pardot.audits.run import run_audits
from pardot.models import DailySnapshot
from pardot.snapshots import write_snapshot
from pardot.sync.entities import Tier


def finish(tier: Tier | None) -> DailySnapshot:
    """Audit what is here and keep the day's figures, together; ``tier``: ``None`` when only some entities were read."""
    with transaction.atomic():
        run_audits()
        return write_snapshot(tier)
