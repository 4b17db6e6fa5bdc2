from __future__ import annotations

from django.db import models
from django.db.models import Q

from pardot.domain.areas import Area


class Finding(models.Model):
    """One issue of one asset, from the first audit that found it to the first audit that no longer did.

    Only ``pardot/audits/ledger.py`` writes findings. An issue that comes back on a later day gets a new row. Exempt
    assets have findings too; counts leave these findings out.
    """

    asset_type = models.CharField(max_length=32, choices=Area)
    asset_id = models.BigIntegerField("asset ID")
    issue = models.CharField(max_length=64)
    first_seen = models.DateField(null=True, blank=True, help_text="Empty: first seen before findings were recorded.")
    fixed_on = models.DateField(
        null=True, blank=True, help_text="Day of the first audit without the finding; empty: open."
    )

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["asset_type", "asset_id", "issue"], condition=Q(fixed_on=None), name="finding_open_once"
            )
        ]
        indexes = [
            models.Index(fields=["asset_type", "first_seen"], name="finding_first_seen"),
            models.Index(fields=["fixed_on"], condition=Q(fixed_on__isnull=False), name="finding_fixed_on"),
        ]

    def __str__(self) -> str:
        return f"{self.asset_type} {self.asset_id}: {self.issue}"
