from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class DigestDelivery(models.Model):
    """A channel that got the digest of a day, so that no other run sends it there again."""

    day = models.DateField()
    channel = models.CharField(max_length=40)
    sent_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name_plural = "digest deliveries"
        constraints = [models.UniqueConstraint(fields=["day", "channel"], name="digest_once_a_day")]

    def __str__(self) -> str:
        return f"{self.day} to {self.channel}"
