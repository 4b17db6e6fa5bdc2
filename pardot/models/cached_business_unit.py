from __future__ import annotations

from typing import Any, ClassVar

from django.db import models


class CachedBusinessUnit(models.Model):
    """The Pardot business unit from which the data was copied: one row, or none before the first sync."""

    ONLY_ID: ClassVar[int] = 1

    business_unit = models.CharField("business unit ID", max_length=64)

    class Meta:
        verbose_name = "Pardot business unit"
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="cached_business_unit_is_one_row")]

    def __str__(self) -> str:
        return self.business_unit

    def save(self, *args: Any, **options: Any) -> None:
        self.id = self.ONLY_ID
        super().save(*args, **options)
