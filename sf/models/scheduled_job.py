from __future__ import annotations

from django.db import models


class ScheduledJob(models.Model):
    """A command of the cron table, with its last run by ``manage.py work``."""

    command = models.CharField(max_length=200, primary_key=True)
    handled_until = models.DateTimeField(help_text="All runs due until then have started or count as missed.")
    started = models.DateTimeField(null=True)
    ended = models.DateTimeField(null=True)
    exit_status = models.IntegerField(
        null=True, help_text="Exit status of the last run; negative: the signal that ended it."
    )
    host = models.CharField(max_length=100, blank=True)

    def __str__(self) -> str:
        return self.command
