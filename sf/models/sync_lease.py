from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class SyncLease(models.Model):
    """The process that may run a sync or a job now. A lease whose heartbeat has stopped may be taken over."""

    name = models.CharField(max_length=96, primary_key=True)
    holder = models.CharField(max_length=32, help_text="Identifies the run that has the lease.")
    place = models.CharField(
        max_length=200, blank=True, help_text="Host, boot and process namespace of the process that has the lease."
    )
    pid = models.PositiveIntegerField(help_text="ID of the process that has the lease.")
    taken_at = models.DateTimeField(db_default=Now())
    renewed_at = models.DateTimeField(db_default=Now(), help_text="Last heartbeat, by PostgreSQL's clock.")

    def __str__(self) -> str:
        return f"{self.name} by process {self.pid} on {self.host}"

    @property
    def host(self) -> str:
        return self.place.partition(" ")[0] or "an unknown host"
