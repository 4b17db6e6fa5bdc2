from __future__ import annotations

from django.db import models


class RefusedLogin(models.Model):
    """A login that Salesforce refuses: until ``next_try``, no process retries it by itself.

    Only ``sf/connection/refused_logins.py`` writes here. The row is deleted when a login with the same settings
    works.
    """

    fingerprint = models.CharField(
        max_length=64,
        primary_key=True,
        help_text="HMAC of the login variables; contains no secret.",
    )
    times = models.PositiveIntegerField(default=1, help_text="Number of refusals in a row.")
    next_try = models.DateTimeField()
    reason = models.TextField(help_text="Message of the last refusal.")

    def __str__(self) -> str:
        return self.reason
