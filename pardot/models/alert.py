from __future__ import annotations

from django.db import models


class Alert(models.Model):
    """One occurrence of a problem. Each channel gets only one message about each occurrence."""

    key = models.CharField(max_length=100, help_text="Subject of the alert, such as “sync forms”.")
    text = models.TextField(help_text="Line of the message; contains no data of prospects.")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True, help_text="Empty: the alert has not ended.")

    class Meta:
        ordering = ["-began_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=models.Q(ended_at=None), name="alert_once_at_a_time")
        ]

    def __str__(self) -> str:
        return self.text
