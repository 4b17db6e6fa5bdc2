from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from pardot.domain.areas import Area


class AuditSummary(models.Model):
    """The counts of an area's latest audit, so that pages need not count assets.

    An area without a row was never audited. Exempt assets are counted, because exemptions can end between two audits.
    """

    area = models.CharField(max_length=32, primary_key=True, choices=Area)
    audited_at = models.DateTimeField(db_default=Now())
    is_complete = models.BooleanField(
        "complete", default=False, help_text="The area was read completely at least once."
    )
    items = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict, help_text="Number of assets by flag; null: no data.")
    activity_until = models.DateTimeField(
        null=True, blank=True, help_text="End of the activity window; empty: no data."
    )
    figures = models.JSONField(default=dict, blank=True, help_text="Further figures of the audit.")

    class Meta:
        verbose_name_plural = "audit summaries"

    def __str__(self) -> str:
        return f"{self.area}: {self.items:,} items"
