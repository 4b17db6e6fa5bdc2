from __future__ import annotations

from typing import Any, ClassVar, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models


class SyncConfig(models.Model):
    """The one row by which operators pause all syncs and set the share of Salesforce's daily calls they may use.

    Live look-ups obey it too. What people write (cases, forms, their contact) is delivered all the same.
    """

    ONLY_ID: ClassVar[int] = 1

    sync_enabled = models.BooleanField(
        default=True, help_text="Off: no sync starts, and one that is under way stops at its next page."
    )
    api_limit = models.PositiveIntegerField(
        "API limit",
        default=285_000,
        validators=[MinValueValidator(1)],
        help_text="Salesforce calls a day; the org's own maximum counts when it is smaller.",
    )
    pause_threshold = models.FloatField(
        default=0.85,
        validators=[MinValueValidator(0.01), MaxValueValidator(1.0)],
        help_text="From this share of the limit on, syncs are skipped (0.85 = 85 %).",
    )
    last_usage_check = models.DateTimeField(null=True, blank=True, editable=False)
    last_usage_value = models.PositiveIntegerField(null=True, blank=True, editable=False)
    last_usage_limit = models.PositiveIntegerField(null=True, blank=True, editable=False)
    instance_url = models.URLField(
        "Salesforce org", blank=True, editable=False, help_text="The org of the last run: where links to records lead."
    )

    class Meta:
        verbose_name = "sync configuration"
        verbose_name_plural = "sync configuration"
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="sync_config_is_one_row")]

    def __str__(self) -> str:
        return "Sync configuration"

    def save(self, *args: Any, **options: Any) -> None:
        self.id = self.ONLY_ID
        super().save(*args, **options)

    @classmethod
    def load(cls) -> Self:
        """The row, which is made with its defaults when it is not there."""
        return cls.objects.get_or_create(id=cls.ONLY_ID)[0]

    def budget(self, org_maximum: int) -> int:
        """From how many calls on syncs pause."""
        return int(self.pause_threshold * min(self.api_limit, org_maximum))
