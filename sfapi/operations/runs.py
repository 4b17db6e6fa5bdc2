"""Read the runs and leases that the operators' page shows, in one query each."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence

from django.db.models.functions import Now

from sf.ingest.holder import Place
from sf.ingest.lease import LEASE_DURATION
from sf.models import OperatorAction, SyncLease, SyncRun

SHOWN = 14
"""The number of runs that are drawn for each object."""

ACTIONS_SHOWN = 8

# Runs are indexed by object and time: each name costs one look-up, however many runs there are.
_LATEST = """
    SELECT run.id, run.object, run.mode, run.state, run.started, run.ended, run.rows_read, run.inserted, run.updated,
           run.soft_deleted, run.message, run.cause
      FROM unnest(%s::text[]) AS wanted (name)
     CROSS JOIN LATERAL (SELECT * FROM sf_syncrun WHERE object = wanted.name ORDER BY started DESC, id DESC LIMIT %s)
        AS run
     ORDER BY run.started DESC, run.id DESC
"""


def load_latest_runs(names: Collection[str], *, each: int = SHOWN) -> Mapping[str, Sequence[SyncRun]]:
    """Return the latest runs of each object, the latest first."""
    runs: dict[str, list[SyncRun]] = {}
    for run in SyncRun.objects.raw(_LATEST, [list(names), each]):
        runs.setdefault(run.object, []).append(run)
    return runs


def load_live_leases() -> dict[str, SyncLease]:
    """Return, by name, the leases that were renewed in time and whose process is not known to have ended."""
    renewed = SyncLease.objects.filter(renewed_at__range=(Now() - LEASE_DURATION, Now() + LEASE_DURATION))
    return {lease.name: lease for lease in renewed if not Place(lease.place, lease.pid).is_gone}


def state_of(run: SyncRun, leases: Collection[str]) -> str:
    """Return the state of the run: interrupted instead of running if its process has died."""
    is_dead = run.state == SyncRun.State.RUNNING and not {run.object, f"{run.object} {run.pk}"} & set(leases)
    return SyncRun.State.INTERRUPTED.value if is_dead else str(run.state)


def mark_of(runs: Mapping[str, Sequence[SyncRun]], leases: Collection[str], actions: Sequence[OperatorAction]) -> str:
    """Return a text that changes when a run or an action begins or ends. ``runs`` come latest first."""
    latest = sorted((each[0].pk, state_of(each[0], leases)) for each in runs.values())
    pressed = [(action.pk, action.state) for action in actions]
    return hashlib.sha256(repr((latest, pressed)).encode()).hexdigest()[:16]
