from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from pardot.models.alert import Alert


class DigestDelivery(models.Model):
    """A sent message: a daily digest or an alert to a channel, or a daily message to a team member.

    The row prevents a second delivery of the same message, except with ``camp_digest --again``.
    """

    day = models.DateField()
    channel = models.CharField(
        max_length=40, help_text="slack, mail, or the number of a team member, such as member 12."
    )
    recipient = models.TextField(blank=True, default="", db_default="", help_text="Slack, or the mail addresses.")
    text = models.TextField(
        blank=True,
        default="",
        db_default="",
        help_text="Text of the message; empty for the team digest, which names prospects.",
    )
    alert = models.ForeignKey(
        Alert,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        help_text="Alert that was sent; empty: the message is a daily digest.",
    )
    sent_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-sent_at", "-id"]
        verbose_name = "sent message"
        constraints = [
            models.UniqueConstraint(
                fields=["day", "channel"], condition=models.Q(alert=None), name="digest_once_a_day"
            ),
            models.UniqueConstraint(fields=["alert", "channel"], name="alert_once_a_channel"),
        ]

    def __str__(self) -> str:
        return f"{self.day} to {self.recipient or self.channel}"
