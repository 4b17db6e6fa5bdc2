from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower

from pardot.domain.areas import Area


class TeamMember(models.Model):
    """A person on the team, who may own areas and get tasks."""

    name = models.CharField(max_length=100)
    role = models.CharField(max_length=100, blank=True)
    areas = ArrayField(models.CharField(max_length=32, choices=Area), default=list, blank=True)
    label = models.CharField("short name", max_length=40, blank=True, help_text="Shown where space is limited.")
    order = models.PositiveSmallIntegerField(default=0, help_text="Position in lists.")
    accounts_uuid = models.UUIDField(
        "Accounts UUID",
        null=True,
        blank=True,
        unique=True,
        help_text="OpenStax account, by which the dashboard recognizes the member.",
    )
    email = models.EmailField(
        blank=True, default="", db_default="", help_text="Address for a message each morning; empty: no messages."
    )
    gets_messages = models.BooleanField(
        default=True, db_default=True, help_text="Turned off by the link to unsubscribe in each message."
    )

    class Meta:
        ordering = ["order", "name", "id"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"), name="team_member_once", violation_error_message="This person is in the team already."
            )
        ]

    def __str__(self) -> str:
        return self.name
