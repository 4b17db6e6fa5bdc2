from __future__ import annotations

from django.db import models

from pardot.models.saved_view import SavedView
from pardot.models.team_member import TeamMember


class ViewSubscription(models.Model):
    """A team member's subscription to a saved view.

    The next morning message compares the view's rows with ``count`` and ``fingerprint``. Both are stored when the
    member subscribes or changes the subscription, and after each message about the view.
    """

    class MailTime(models.TextChoices):
        CHANGE = "change", "When it changes"
        MONDAY = "monday", "Every Monday"

    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, related_name="subscriptions")
    member = models.ForeignKey(TeamMember, on_delete=models.CASCADE, related_name="subscriptions")
    when = models.CharField(max_length=8, choices=MailTime)
    count = models.PositiveIntegerField(help_text="Number of rows at the last message or change of the subscription.")
    fingerprint = models.CharField(max_length=64, help_text="Hash of the IDs of the same rows.")
    told_on = models.DateField(help_text="Day of the last message or change of the subscription.")

    class Meta:
        ordering = ["view__name", "id"]
        constraints = [models.UniqueConstraint(fields=["view", "member"], name="view_subscription_once")]

    def __str__(self) -> str:
        return f"{self.view} for {self.member}"
