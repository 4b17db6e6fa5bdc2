from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class DailySnapshot(models.Model):
    """The figures of one day (in ``TIME_ZONE``). Later syncs of the day update the row.

    A count that no sync of the day has read keeps its last value. A null count was never read; null does not mean zero.

    Every sync computes the scores and the counts of issues again. They are null if their data is missing or too old.
    """

    day = models.DateField(unique=True)
    tier = models.PositiveSmallIntegerField(help_text="Highest tier read completely on this day, 1 to 3; 0: none.")
    updated_at = models.DateTimeField(db_default=Now())

    health_score = models.PositiveSmallIntegerField(null=True, blank=True)
    area_scores = models.JSONField(default=dict, blank=True, help_text="Score by area; null: no data.")
    person_scores = models.JSONField(default=dict, blank=True, help_text="Score by name; null: no data.")
    issue_counts = models.JSONField(default=dict, blank=True, help_text="Count by issue key; null: no data.")

    campaigns = models.PositiveIntegerField(null=True, blank=True)
    lists = models.PositiveIntegerField(null=True, blank=True)
    forms = models.PositiveIntegerField(null=True, blank=True)
    landing_pages = models.PositiveIntegerField(null=True, blank=True)
    list_emails = models.PositiveIntegerField(null=True, blank=True)
    custom_redirects = models.PositiveIntegerField(null=True, blank=True)
    folders = models.PositiveIntegerField(null=True, blank=True)
    tags = models.PositiveIntegerField(null=True, blank=True)
    tagged_objects = models.PositiveIntegerField(null=True, blank=True)

    total_leads = models.PositiveBigIntegerField(null=True, blank=True)
    total_contacts = models.PositiveBigIntegerField(null=True, blank=True)
    leads_with_pardot = models.PositiveBigIntegerField(null=True, blank=True)
    contacts_with_pardot = models.PositiveBigIntegerField(null=True, blank=True)

    prospects = models.PositiveIntegerField(null=True, blank=True)
    prospects_linked = models.PositiveIntegerField(null=True, blank=True)
    prospects_active = models.PositiveIntegerField(
        null=True, blank=True, help_text="Prospects active in the 30 days before the last complete read."
    )
    activities = models.PositiveIntegerField(null=True, blank=True, help_text="Number of all retained activities.")
    campaign_members = models.PositiveIntegerField(null=True, blank=True)
    orphans = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["day"]
        get_latest_by = "day"

    def __str__(self) -> str:
        return f"{self.day}: {self.health_score}"
