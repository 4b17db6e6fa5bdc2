from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone


class SyncConfig(models.Model):
    """The single row with the kill switch of all syncs, and their share of Salesforce's daily calls.

    Live look-ups obey both. What people write (cases, forms, their contact) is delivered regardless.
    """

    ONLY_ID: ClassVar[int] = 1

    sync_enabled = models.BooleanField(
        default=True, help_text="When off, no sync starts, and running syncs stop at the next page."
    )
    off_until = models.DateTimeField(
        null=True, blank=True, help_text="When syncs turn on again; empty: only by an operator."
    )
    off_reason = models.CharField(
        max_length=200,
        blank=True,
        default="",
        db_default="",
        help_text="Why syncs are off; a sync that stops shows this reason.",
    )
    switched_by = models.CharField(max_length=150, blank=True, default="", db_default="", editable=False)
    switched_at = models.DateTimeField(null=True, blank=True, editable=False)
    api_limit = models.PositiveIntegerField(
        "API limit",
        default=285_000,
        validators=[MinValueValidator(1)],
        help_text="Salesforce calls a day. The org's own maximum applies if smaller.",
    )
    pause_threshold = models.FloatField(
        default=0.85,
        validators=[MinValueValidator(0.01), MaxValueValidator(1.0)],
        help_text="Syncs pause from this share of the daily calls on (0.85 = 85%).",
    )
    last_usage_check = models.DateTimeField("reported at", null=True, blank=True, editable=False)
    last_usage_value = models.PositiveIntegerField("calls used", null=True, blank=True, editable=False)
    last_usage_limit = models.PositiveIntegerField("calls allowed", null=True, blank=True, editable=False)
    instance_url = models.URLField(
        "address", blank=True, editable=False, help_text="Address of the org; used in links to records."
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
        """Return the row; create it with its defaults when it is missing."""
        return cls.objects.get_or_create(id=cls.ONLY_ID)[0]

    @property
    def syncs_are_on(self) -> bool:
        """Return whether syncs may run: they are on, or were off until a time that has passed."""
        return self.sync_enabled or (self.off_until is not None and self.off_until <= timezone.now())

    @property
    def switch_details(self) -> str:
        """Say where the switch is, by whom and when syncs were switched off, until when, and why."""
        return f"at /ops/{self.describe_switch(lambda moment: f'{moment:%Y-%m-%d %H:%M %Z}')}"

    def describe_switch(self, format_moment: Callable[[datetime], str]) -> str:
        """Say by whom and when syncs were switched off, until when, and why."""
        by = f" by {self.switched_by}" if self.switched_by else ""
        at = f" {format_moment(self.switched_at)}" if self.switched_at else ""
        until = f", until {format_moment(self.off_until)}" if self.off_until else ""
        why = f": {' '.join(self.off_reason.split())}" if self.off_reason else ""
        return f"{by}{at}{until}{why}"

    def compute_budget(self, org_maximum: int) -> int:
        """Return the number of calls at which syncs pause."""
        return int(self.pause_threshold * min(self.api_limit, org_maximum))
