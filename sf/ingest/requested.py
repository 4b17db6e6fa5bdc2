"""Start commands that an operator or a Super User requested on a page.

A request is a row. The leading worker starts the command. If no worker leads, the web process that received the request
starts the command as a separate process. Nothing runs inside a web request. ``manage.py run_request`` runs the command
and records its end. It holds a lease meanwhile, so that other processes see when it was killed.
"""

from __future__ import annotations

import shlex
import socket
import subprocess
import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from sf.ingest.errors import SyncError
from sf.ingest.lease import fence, is_running
from sf.ingest.runs import ENDED_WITHOUT_RESULT, load_database_now
from sf.ingest.scheduled import find_leader
from sf.models import OperatorAction, SyncConfig

EXPIRES = timedelta(minutes=15)
"""A request that no worker starts within this time is dropped: a later start would be a surprise."""
BEGIN = timedelta(seconds=60)
"""The time allowed between the claim of a request and the lease of its process."""
_CLOCK_ERROR = timedelta(hours=1)
"""If a time is further ahead than this, PostgreSQL's clock was set back: it counts as long ago."""
_LONGEST_OUTCOME = 4000
CANNOT_BE_STARTED = 127
"""The exit status that shells use when a command cannot be started."""


class NotStarted(SyncError):
    """The command was not started. The message says why."""


@dataclass(frozen=True)
class Submitted:
    """A request. ``worker`` is the host of the worker that starts it; empty: this process started it."""

    action: OperatorAction
    worker: str = ""

    def __str__(self) -> str:
        if self.worker:
            return (
                f"{self.action.label}: left for the worker on {self.worker}. It starts within seconds, or after a "
                "running command of the same name. If it has not started within 15 minutes, it is dropped."
            )
        return f"{self.action.label}: started on {self.action.host}, because no worker leads."


def request_sync(words: Sequence[str], *, label: str, by: str, lease: str = "") -> Submitted:
    """Request a sync. Raises ``NotStarted`` while syncs are off or a sync with this lease is under way."""
    config = SyncConfig.load()
    if not config.syncs_are_on:
        raise NotStarted(f"{label}: syncs are switched off ({config.switch_details}). Nothing was started.")
    if lease and is_running(lease):
        raise NotStarted(f"{label}: another sync is under way. Nothing was started; try again when it has ended.")
    return submit(words, label=label, by=by)


def submit(words: Sequence[str], *, label: str, by: str) -> Submitted:
    """Record the request, and start the command unless a worker does.

    Raises ``NotStarted`` when an earlier request for the same command has not ended, or the command cannot be started.
    """
    close_abandoned()
    try:
        with transaction.atomic():
            action = OperatorAction.objects.create(label=label[:120], command=shlex.join(words), requested_by=by[:200])
    except IntegrityError:
        message = f"{label}: requested before, and has not ended yet. Nothing more was started."
        raise NotStarted(message) from None
    if (worker := find_leader()) is not None:
        return Submitted(action, worker.host)
    return Submitted(_start_here(action))


def note_action(*, label: str, by: str, outcome: str = "") -> OperatorAction:
    """Record an action that has ended, such as switching syncs off."""
    return OperatorAction.objects.create(
        label=label[:120], requested_by=by[:200], started=Now(), ended=Now(), exit_status=0, outcome=outcome
    )


def claim_request(busy: Collection[str]) -> OperatorAction | None:
    """Claim the oldest request whose command's name is not in ``busy``, for the worker that leads.

    Raises ``LeaseLost`` when this process no longer leads.
    """
    waiting = OperatorAction.objects.filter(started=None, ended=None).exclude(
        _build_longer_ago("requested_at", EXPIRES)
    )
    if not waiting.exists():
        return None
    with transaction.atomic():
        fence()
        rows = waiting.exclude(command="").select_for_update(skip_locked=True).order_by("requested_at", "id")
        action = next((row for row in rows if row.queue not in busy), None)
        return _mark_claimed(action) if action else None


def lease_name(action_id: int) -> str:
    return f"operator action {action_id}"


def note_request_end(action_id: int, exit_status: int | None, outcome: str) -> None:
    """Record the end of a request, unless it was recorded before."""
    outcome = outcome.replace("\0", "")  # PostgreSQL stores no NUL
    OperatorAction.objects.filter(pk=action_id, ended=None).update(
        ended=Now(), exit_status=exit_status, outcome=outcome[-_LONGEST_OUTCOME:]
    )


def load_latest_actions(number: int) -> list[OperatorAction]:
    """Record the ends of abandoned actions, and return the latest actions, newest first."""
    actions = list(OperatorAction.objects.all()[:number])
    if not any(_may_be_abandoned(action) for action in actions):
        return actions
    close_abandoned()
    return list(OperatorAction.objects.all()[:number])


def close_abandoned() -> None:
    """Record the end of requests that no worker started in time, and of requests whose process has died."""
    late = OperatorAction.objects.filter(_build_longer_ago("requested_at", EXPIRES), started=None, ended=None)
    late.update(ended=Now(), outcome="no worker started it within 15 minutes: it was dropped, and nothing was done")
    for action in OperatorAction.objects.filter(_build_longer_ago("started", BEGIN), ended=None):
        if not is_running(lease_name(action.pk)):
            note_request_end(action.pk, None, ENDED_WITHOUT_RESULT)


def _may_be_abandoned(action: OperatorAction) -> bool:
    since, allowed = (action.started, BEGIN) if action.started else (action.requested_at, EXPIRES)
    return action.ended is None and not -_CLOCK_ERROR < timezone.now() - since <= allowed


def _build_longer_ago(column: str, allowed: timedelta) -> Q:
    return Q(**{f"{column}__lt": Now() - allowed}) | Q(**{f"{column}__gt": Now() + _CLOCK_ERROR})


def _start_here(action: OperatorAction) -> OperatorAction:
    action = _mark_claimed(action)
    program = [settings.CRONTAB_PYTHON_EXECUTABLE, settings.CRONTAB_DJANGO_MANAGE_PATH, "run_request", str(action.pk)]
    nowhere = subprocess.DEVNULL
    try:
        # In a separate session, so that the command continues when this web process ends.
        process = subprocess.Popen(  # noqa: S603 - our own command
            program, stdin=nowhere, stdout=nowhere, stderr=nowhere, start_new_session=True
        )
    except OSError as error:
        note_request_end(action.pk, CANNOT_BE_STARTED, f"cannot be started: {error}")
        raise NotStarted(f"{action.label}: cannot be started on this machine: {error}") from error
    threading.Thread(target=process.wait, name=f"waits for {action}", daemon=True).start()  # leaves no zombie
    return action


def _mark_claimed(action: OperatorAction) -> OperatorAction:
    action.started, action.host = load_database_now(), socket.gethostname()[:100]
    action.save(update_fields=["started", "host"])
    return action
