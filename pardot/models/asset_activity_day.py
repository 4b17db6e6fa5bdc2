from __future__ import annotations

from django.db import models


class AssetKind(models.TextChoices):
    """The kinds of assets that activities refer to. Form handlers and emails are not copied."""

    CAMPAIGNS = "campaigns"
    FORMS = "forms"
    FORM_HANDLERS = "form_handlers"
    LANDING_PAGES = "landing_pages"
    CUSTOM_REDIRECTS = "custom_redirects"
    EMAILS = "emails"
    LIST_EMAILS = "list_emails"


class AssetActivityDay(models.Model):
    """The number of an asset's activities of one type on one day (UTC).

    ``pardot/sync/rollups.py`` updates it. An activity counts once for each asset that it names: for its form, for its
    campaign, and so on.
    """

    day = models.DateField()
    asset_kind = models.CharField(max_length=16, choices=AssetKind)
    asset_id = models.BigIntegerField("asset ID")
    type = models.BigIntegerField(help_text="Activity type, as in ActivityType.")
    count = models.PositiveIntegerField()

    class Meta:
        verbose_name = "daily activity count"
        verbose_name_plural = "daily activity counts"
        constraints = [
            models.UniqueConstraint(
                fields=["asset_kind", "asset_id", "type", "day"], include=["count"], name="asset_activity_day_once"
            )
        ]
        indexes = [models.Index(fields=["day"], name="asset_activity_day_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.asset_kind} {self.asset_id}: {self.count} of type {self.type}"
