from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class SalesforceHealth(models.Model):
    """The numbers of all leads and contacts, and of those whom Pardot knows (with ``pi__url__c``).

    Each sync of ``sf_health`` adds a row. The latest row has the highest id; after the clock was set back,
    ``captured_at`` of an earlier row may be later.
    """

    captured_at = models.DateTimeField(db_default=Now())
    total_leads = models.PositiveBigIntegerField()
    total_contacts = models.PositiveBigIntegerField()
    leads_with_pardot = models.PositiveBigIntegerField()
    contacts_with_pardot = models.PositiveBigIntegerField()

    class Meta:
        verbose_name = verbose_name_plural = "Salesforce health"
        get_latest_by = "id"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.captured_at:%Y-%m-%d %H:%M}: {self.total_leads + self.total_contacts:,} people"
