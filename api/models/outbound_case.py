from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from sf.salesforce.refusals import Group

_GROUPS = [
    (Group.RECORD.value, "This record"),
    (Group.MOMENT.value, "This moment"),
    (Group.ORG.value, "The org or its user"),
    (Group.UNKNOWN.value, "Unknown code"),
]


class OutboundCase(models.Model):
    """A support case on its way to Salesforce: stored before Salesforce is called, and kept afterward.

    Only ``api/outbox/`` adds and changes rows; ``api/retention/`` removes rows and erases ``settled_by``.

    The setting ``SALESFORCE_CASE_EXTERNAL_ID_FIELD`` can name a field of Salesforce's Case. This field then contains
    the row's ``id``.
    """

    class State(models.TextChoices):
        QUEUED = "queued"
        DELIVERED = "delivered"
        REFUSED = "refused", "Refused at once"
        """Rejected synchronously; the caller got the error."""
        FAILED = "failed"
        """Accepted, then refused by Salesforce (a dead letter), or its delivery was ended by an operator."""

    id = models.UUIDField("ID", primary_key=True, default=uuid.uuid4, editable=False)
    identity = models.CharField(
        "created by",
        max_length=100,
        db_column="maker",
        help_text="“user:” and an Accounts UUID, or “key:” and a public ID.",
    )
    source = models.CharField(max_length=64, help_text="“case”, or the type of the form.")
    organization_id = models.CharField(
        "organization ID",
        max_length=18,
        blank=True,
        db_default="",
        help_text="Only Salesforce org the case may be sent to; empty: the cached org.",
    )
    values = models.JSONField(help_text="Values by Salesforce field name.")
    state = models.CharField(max_length=16, choices=State, default=State.QUEUED)
    attempts = models.PositiveIntegerField(default=0, help_text="Number of delivery attempts.")
    next_attempt_at = models.DateTimeField(db_default=Now())
    lease_holder = models.CharField(max_length=64, blank=True, help_text="Process that is sending the case now.")
    lease_until = models.DateTimeField(
        null=True, blank=True, help_text="After this time another process may send the case."
    )
    salesforce_id = models.CharField("Salesforce ID", max_length=18, blank=True)
    error_group = models.CharField(
        max_length=16,
        blank=True,
        default="",
        db_default="",
        choices=_GROUPS,
        help_text="Cause of the last refusal; see docs/refusals.md.",
    )
    error_code = models.CharField(max_length=100, blank=True, help_text="Salesforce's error code of the last attempt.")
    error_fields = models.JSONField(
        default=list, db_default=[], blank=True, help_text="Fields named in Salesforce's error."
    )
    error_message = models.TextField(blank=True, help_text="Salesforce's own message, which may quote values.")
    created_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="When an operator marked the refusal as resolved.",
    )
    settled_by = models.CharField(max_length=150, blank=True, default="", db_default="")

    class Meta:
        verbose_name = "case"
        verbose_name_plural = "cases (outbox)"
        ordering = ["-created_at", "id"]
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=Q(state="queued"), name="outbound_case_queued"),
            models.Index(fields=["created_at"], condition=Q(state="failed"), name="outbound_case_failed"),
            models.Index(fields=["-created_at", "id"], name="outbound_case_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.values.get('Subject', '')[:60]} ({self.state})"
