from __future__ import annotations

from django.db import models


class RefusedLogin(models.Model):
    """A login that Salesforce refuses.

    Until ``next_try``, requests and ``deliver_pending`` do not retry it.

    Only ``sf/connection/refused_logins.py`` writes here. The row is deleted when a login with the same settings
    works, or when an operator ends the pause.
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
