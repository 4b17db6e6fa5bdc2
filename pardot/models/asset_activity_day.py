from __future__ import annotations

from django.db import models


class AssetKind(models.TextChoices):
    """What an activity can be of, by the name of the entity; Pardot has no API for the form handlers here."""

    CAMPAIGNS = "campaigns"
    FORMS = "forms"
    FORM_HANDLERS = "form_handlers"
    LANDING_PAGES = "landing_pages"
    CUSTOM_REDIRECTS = "custom_redirects"
    EMAILS = "emails"
    LIST_EMAILS = "list_emails"


class AssetActivityDay(models.Model):
    """How many activities of a type an asset had on a day (UTC). Kept up by ``pardot/sync/rollups.py``.

    An activity counts for each asset that it names: for its form and for its campaign.
    """

    day = models.DateField()
    asset_kind = models.CharField(max_length=16, choices=AssetKind)
    asset_id = models.BigIntegerField()
    type = models.BigIntegerField(help_text="As in ActivityType.")
    count = models.PositiveIntegerField()

    class Meta:
        verbose_name = "activities of an asset on a day"
        verbose_name_plural = "activities of assets by day"
        constraints = [
            models.UniqueConstraint(
                fields=["asset_kind", "asset_id", "type", "day"], include=["count"], name="asset_activity_day_once"
            )
        ]
        indexes = [models.Index(fields=["day"], name="asset_activity_day_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.asset_kind} {self.asset_id}: {self.count} of type {self.type}"
