from __future__ import annotations

import shlex

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class OperatorAction(models.Model):
    """One action of an operator and its outcome. If it has a command, the row is also a queue entry.

    A worker, or the web process, starts the command (``sf/ingest/requested.py``). An action without a command is
    recorded after its end.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    label = models.CharField(max_length=120)
    command = models.CharField(max_length=1000, blank=True, help_text="Arguments of manage.py.")
    requested_by = models.CharField(max_length=200)
    requested_at = models.DateTimeField(db_default=Now())
    started = models.DateTimeField(null=True, blank=True)
    ended = models.DateTimeField(null=True, blank=True)
    exit_status = models.IntegerField(
        null=True, blank=True, help_text="Empty: not ended, never started, or ended without a report."
    )
    host = models.CharField(max_length=100, blank=True)
    outcome = models.TextField(
        blank=True, help_text="Last lines of the command's output, a note about its end, or the operator's reason."
    )

    class Meta:
        ordering = ["-requested_at", "-id"]
        permissions = [("start_jobs", "Can start syncs and other jobs")]
        indexes = [models.Index(fields=["-requested_at", "-id"], name="operator_action_newest")]
        constraints = [
            models.UniqueConstraint(
                fields=["command"], condition=Q(ended=None) & ~Q(command=""), name="operator_action_once_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def words(self) -> list[str]:
        return shlex.split(self.command)

    @property
    def queue(self) -> str:
        """Return the command's name: a worker runs commands of the same name one after another."""
        return self.words[0]

    @property
    def state(self) -> str:
        if self.ended is None:
            return self.State.RUNNING.value if self.started else self.State.WAITING.value
        return self.State.DONE.value if self.exit_status == 0 else self.State.FAILED.value

    @property
    def last_line(self) -> str:
        return self.outcome.strip().rpartition("\n")[2]
