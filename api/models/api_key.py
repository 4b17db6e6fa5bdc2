from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from api.domain.keys import NewKey
from api.domain.rates import RATE_FORM, validate_rate


class APIKey(models.Model):
    """The key of a service. Only a hash of it is stored: a lost key cannot be recovered, only replaced."""

    LAST_USED_PRECISION: ClassVar[timedelta] = timedelta(minutes=10)

    name = models.CharField(max_length=100, help_text="The service that uses the key.")
    public_id = models.CharField("public ID", max_length=16, unique=True, editable=False)
    first_id = models.CharField(
        "first ID",
        max_length=16,
        blank=True,
        db_default="",
        editable=False,
        help_text="Public ID of the first key, if this key came from a rotation. Otherwise empty.",
    )
    prefix = models.CharField(max_length=32, editable=False, help_text="First characters of the key, to recognize it.")
    key_hash = models.CharField(max_length=64, editable=False, help_text="SHA-256 of the whole key.")
    scopes = ArrayField(
        models.CharField(max_length=32), help_text="Scopes of the key; each opens the routes that require it."
    )
    rate = models.CharField(
        max_length=20,
        blank=True,
        db_default="",
        validators=[validate_rate],
        help_text="The key's own limit, such as 100/min. Empty: SALESFORCE_API_RATE_LIMIT applies.",
    )
    expires_at = models.DateTimeField(null=True, blank=True, help_text="Empty: the key does not expire.")
    active = models.BooleanField(default=True, help_text="Off means revoked.")
    created_by = models.CharField(max_length=150, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    last_used_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="Updated at most every ten minutes."
    )

    text: str = ""
    """The key itself. Only an object that was just created has it; it is never stored."""

    class Meta:
        verbose_name = "API key"
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(rate="") | models.Q(rate__regex=RATE_FORM),
                name="rate_of_a_key_is_a_rate",
                violation_error_message="Write the rate as a number and a unit (sec, min, hour, day), such as 100/min.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def give(self, key: NewKey) -> None:
        """Copy the public ID, visible prefix, hash and text of ``key`` to this object."""
        self.public_id, self.prefix, self.key_hash, self.text = key.public_id, key.visible_prefix, key.hash, key.text

    @property
    def identity(self) -> str:
        """Return the service's identity in limits, logs, cases and forms.

        The successor of a rotated key has the same identity.
        """
        return f"key:{self.first_id or self.public_id}"

    @property
    def expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()

    @property
    def state(self) -> str:
        """Return ``active``, ``expired`` or ``revoked``."""
        if not self.active:
            return "revoked"
        return "expired" if self.expired else "active"
