from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class OrphanRun(models.Model):
    """The counts of one orphan check.

    Only the latest check has ``records``, at most ``RECORDS_A_KIND`` (``pardot/orphans/compare.py``) of each kind. The
    latest check has the highest id; after the clock was set back, ``captured_at`` of an earlier check may be later.
    """

    captured_at = models.DateTimeField(db_default=Now())
    forms = models.PositiveIntegerField(default=0)
    landing_pages = models.PositiveIntegerField(default=0)
    list_emails = models.PositiveIntegerField(default=0)
    custom_redirects = models.PositiveIntegerField(default=0)
    prospects_crm_gone = models.PositiveIntegerField(default=0)
    prospects_unlinked = models.PositiveIntegerField(default=0)
    leads_without_prospect = models.PositiveIntegerField(default=0)
    contacts_without_prospect = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-id"]
        get_latest_by = "id"

    def __str__(self) -> str:
        return f"orphans of {self.captured_at:%Y-%m-%d %H:%M}"

    @property
    def total(self) -> int:
        """Return the number of orphans of all kinds together."""
        return sum(getattr(self, kind) for kind in OrphanRecord.Kind.values)


class OrphanRecord(models.Model):
    """An orphan that the latest check found."""

    class Kind(models.TextChoices):
        FORM = "forms"
        LANDING_PAGE = "landing_pages", "Landing page"
        LIST_EMAIL = "list_emails", "List email"
        CUSTOM_REDIRECT = "custom_redirects", "Custom redirect"
        PROSPECT_CRM_GONE = "prospects_crm_gone", "Prospect whose lead or contact is deleted"
        PROSPECT_UNLINKED = "prospects_unlinked", "Prospect without lead or contact"
        LEAD_WITHOUT_PROSPECT = "leads_without_prospect", "Lead without prospect"
        CONTACT_WITHOUT_PROSPECT = "contacts_without_prospect", "Contact without prospect"

    run = models.ForeignKey(OrphanRun, on_delete=models.CASCADE, related_name="records")
    kind = models.CharField(max_length=32, choices=Kind)
    record_id = models.TextField("record ID", help_text="ID in Pardot; for leads and contacts, in Salesforce.")
    name = models.TextField(blank=True)
    missing = models.TextField(blank=True, help_text="ID or email address of the record that does not exist.")

    class Meta:
        indexes = [models.Index(fields=["run", "kind", "id"], name="orphan_record_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.record_id}"
