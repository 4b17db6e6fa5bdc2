from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from pardot.domain.areas import Area


class Exemption(models.Model):
    """An exemption of an asset from an issue: for this asset the issue does not lower the score.

    The asset is still listed, and marked as exempt.
    """

    asset_type = models.CharField(max_length=32, choices=Area)
    asset_id = models.BigIntegerField("asset ID")
    issue = models.CharField(max_length=64)
    reason = models.TextField()
    until = models.DateField(null=True, blank=True, help_text="Last day of the exemption; empty: no end date.")
    created_by = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["asset_type", "asset_id", "issue"], name="exemption_once")]

    def __str__(self) -> str:
        return f"{self.asset_type} {self.asset_id}: {self.issue}"
