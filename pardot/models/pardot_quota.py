from __future__ import annotations

from typing import ClassVar

from django.db import models


class PardotQuota(models.Model):
    """The day's API calls as Pardot last reported them, in a single row."""

    ONLY_ID: ClassVar[int] = 1

    used = models.PositiveIntegerField()
    maximum = models.PositiveIntegerField()
    told_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "Pardot quota"
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="pardot_quota_is_one_row")]

    def __str__(self) -> str:
        return f"{self.used:,} of {self.maximum:,} calls"

    @property
    def left(self) -> int:
        return max(0, self.maximum - self.used)
