"""Classify why a sync did not succeed, so that a banner can name the right remedy."""

from __future__ import annotations

from enum import StrEnum

from sf.models import SyncRun

_State, _Cause = SyncRun.State, SyncRun.Cause


class Problem(StrEnum):
    """The reason why a sync did not succeed."""

    DELETES = "deletes"
    """The mass-delete guard stopped the sync."""
    REFUSED = "refused"
    """A login or a setting was refused: a person must act first."""
    QUOTA = "quota"
    """The day's API calls, or the share of them that syncs may use, are used up."""
    SWITCHED_OFF = "switched_off"
    INTERRUPTED = "interrupted"
    FAILED = "failed"
    """Any other failure: an outage, an unexpected answer."""


_OF_CAUSE = {_Cause.LASTING: Problem.REFUSED, _Cause.LIMIT: Problem.QUOTA, _Cause.SWITCH: Problem.SWITCHED_OFF}


def problem_of(run: SyncRun, state: str, *, held_back: tuple[int, int] | None) -> Problem | None:
    """Return the problem of a run in ``state``; ``None`` when it succeeded or is running."""
    if held_back is not None:
        return Problem.DELETES
    if state == _State.INTERRUPTED:
        return Problem.INTERRUPTED
    if run.cause in _OF_CAUSE and state != _State.DONE:
        return _OF_CAUSE[_Cause(run.cause)]
    return Problem.FAILED if state == _State.FAILED else None
