"""Say why an object is not fresh, and what an operator can do."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from pardot.status.problems import Problem, problem_of
from sf.ingest.guard import parse_held_back_deletes
from sf.ingest.runs import ENDED_WITHOUT_RESULT
from sf.models import SyncRun
from sf.status.freshness import FAILING, Freshness
from sfapi.operations.runs import state_of
from sfapi.operations.words import format_moment, format_span

_BAD = (SyncRun.State.FAILED, SyncRun.State.INTERRUPTED, SyncRun.State.PAUSED)

_TODO: Mapping[Problem, str] = {
    Problem.DELETES: "Nothing was deleted. Check at the source that these records are really gone, then accept the "
    "deletions.",
    Problem.REFUSED: "Run “manage.py sf check” on the server: it names what to correct in .env, or the right to grant.",
    Problem.QUOTA: "Nothing to do: syncs continue by themselves when calls are available again.",
    Problem.SWITCHED_OFF: "Switch syncs on again.",
}


@dataclass(frozen=True)
class Advice:
    """The reason why an object is not fresh, and the remedy.

    ``held_back``: the number of deletions to accept.
    """

    why: str
    todo: str
    held_back: int = 0


def find_advice(
    freshness: Freshness,
    promise: timedelta,
    runs: Sequence[SyncRun],
    leases: Collection[str],
    next_try: datetime | None,
    *,
    syncs_are_on: bool,
) -> Advice | None:
    """Return the advice for an object that fails or is late, and ``None`` for any other object.

    ``runs`` come latest first.
    """
    if freshness.state in {"fresh", "never"}:
        return None
    bad = next((run for run in runs if _ended_badly(run, state_of(run, leases))), None)
    if freshness.state in FAILING and bad is not None:
        return _build_run_advice(bad, state_of(bad, leases), next_try)
    why = f"The last good sync is older than the allowed {format_span(promise)}."
    if not syncs_are_on:
        return Advice(f"{why} Syncs are switched off.", _TODO[Problem.SWITCHED_OFF])
    if runs and runs[0].cause == SyncRun.Cause.LIMIT:
        return _build_run_advice(runs[0], state_of(runs[0], leases), next_try)
    return Advice(why, "See above whether a worker or cron starts the jobs, or sync the object now.")


def explain_bad_end(runs: Sequence[SyncRun], leases: Collection[str]) -> str:
    """Return why the latest bad run ended badly, or an empty string. ``runs`` come latest first."""
    states = ((run, state_of(run, leases)) for run in runs)
    return next((_explain_end(run, state) for run, state in states if _ended_badly(run, state)), "")


def _explain_end(run: SyncRun, state: str) -> str:
    return run.message or (ENDED_WITHOUT_RESULT if state == SyncRun.State.INTERRUPTED else f"The last run is {state}.")


def _ended_badly(run: SyncRun, state: str) -> bool:
    return state in _BAD or (state == SyncRun.State.SKIPPED and run.cause == SyncRun.Cause.LIMIT)


def _build_run_advice(run: SyncRun, state: str, next_try: datetime | None) -> Advice:
    held_back = parse_held_back_deletes(run.message)
    problem = problem_of(run, state, held_back=held_back)
    todo = (problem and _TODO.get(problem)) or _compose_todo(next_try)
    return Advice(
        _explain_end(run, state), todo, held_back=held_back[0] if held_back and problem is Problem.DELETES else 0
    )


def _compose_todo(next_try: datetime | None) -> str:
    if next_try is not None:
        when = f"at {format_moment(next_try)}" if next_try > timezone.now() else "within five minutes"
        return f"Nothing to do yet: the next attempt is {when}."
    return (
        "Sync the object now. If that fails with the same message, look up the message under Troubleshooting in the "
        "documentation."
    )
