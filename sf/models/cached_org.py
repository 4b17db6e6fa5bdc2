from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models


class CachedOrg(models.Model):
    """The single row with the Salesforce org that the cache is a copy of; none while the cache is empty."""

    ONLY_ID: ClassVar[int] = 1

    organization_id = models.CharField("organization ID", max_length=18)
    name = models.TextField(blank=True)
    is_sandbox = models.BooleanField(
        null=True, help_text="Empty until a sync has read it, or if the API user may not read it."
    )
    adopted_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="When the cache was adopted from another org. Empty: never.",
    )
    to_replace = ArrayField(
        models.TextField(), default=list, blank=True, help_text="Objects whose rows still come from the previous org."
    )

    class Meta:
        verbose_name = "Salesforce org"
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="cached_org_is_one_row")]

    def __str__(self) -> str:
        return self.name or self.organization_id

    def save(self, *args: Any, **options: Any) -> None:
        self.id = self.ONLY_ID
        super().save(*args, **options)
