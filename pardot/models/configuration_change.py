from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class ConfigurationChange(models.Model):
    """One change of a configured value: its author, time, and the values before and after.

    Rows are never deleted, not even when ``sync_all --adopt-org`` changes the org or ``camp_sync --adopt-org`` changes
    the business unit.
    """

    key = models.CharField(max_length=64)
    before = models.JSONField()
    after = models.JSONField(help_text="Value in effect after the change, or the default.")
    is_reset = models.BooleanField(
        "reset", default=False, db_default=False, help_text="The change restored the default."
    )
    changed_by = models.CharField(max_length=200, blank=True)
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-changed_at", "-id"]
        indexes = [models.Index(fields=["-changed_at", "-id"], name="configuration_change_newest")]

    def __str__(self) -> str:
        return f"{self.key} by {self.changed_by}"
