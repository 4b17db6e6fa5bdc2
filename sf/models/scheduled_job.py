from __future__ import annotations

from django.db import models


class ScheduledJob(models.Model):
    """A line of the cron table as ``manage.py work`` runs it, and its last run."""

    command = models.CharField(max_length=200, primary_key=True)
    handled_until = models.DateTimeField(
        help_text="All scheduled times up to this one were started, or counted as missed."
    )
    started = models.DateTimeField(null=True)
    ended = models.DateTimeField(null=True)
    exit_status = models.IntegerField(null=True, help_text="Negative: the signal that ended the last run.")
    host = models.CharField(max_length=100, blank=True)

    def __str__(self) -> str:
        return self.command
