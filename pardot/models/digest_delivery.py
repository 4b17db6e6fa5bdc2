from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class DigestDelivery(models.Model):
    """A channel or team member that got the digest of a day, so that no other run sends it there again."""

    day = models.DateField()
    channel = models.CharField(max_length=40, help_text="slack, mail, or a team member's number.")
    recipient = models.TextField(blank=True, default="", db_default="", help_text="Slack, or the mail addresses.")
    text = models.TextField(
        blank=True,
        default="",
        db_default="",
        help_text="What a team member was sent. The digest for all is not kept: it names prospects.",
    )
    sent_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-sent_at", "-id"]
        verbose_name_plural = "digest deliveries"
        constraints = [models.UniqueConstraint(fields=["day", "channel"], name="digest_once_a_day")]

    def __str__(self) -> str:
        return f"{self.day} to {self.recipient or self.channel}"
