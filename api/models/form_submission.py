from __future__ import annotations

import uuid

from django.db import models
from django.db.models.functions import Now

from api.models.outbound_case import OutboundCase


class FormSubmission(models.Model):
    """A form that a visitor sent in. Spam is kept too, so that people can check the decision."""

    class Status(models.TextChoices):
        PENDING = "pending"
        DELIVERED = "delivered"
        FAILED = "failed"
        SPAM = "spam"

    id = models.UUIDField("ID", primary_key=True, default=uuid.uuid4, editable=False)
    form_type = models.CharField(max_length=64)
    data = models.JSONField()
    source_url = models.TextField("source URL", blank=True, help_text="Page that contained the form.")
    identity = models.CharField(
        "submitted by",
        max_length=100,
        db_column="submitted_by",
        help_text="“user:” and an Accounts UUID, or “key:” and a public ID.",
    )
    spam_reason = models.CharField(max_length=100, blank=True, help_text="Empty: the submission is not spam.")
    case = models.OneToOneField(
        OutboundCase, on_delete=models.PROTECT, null=True, blank=True, related_name="submission"
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-created_at", "id"]
        indexes = [models.Index(fields=["-created_at", "id"], name="form_submission_newest")]

    def __str__(self) -> str:
        return f"{self.form_type} {self.created_at:%Y-%m-%d %H:%M} ({self.status})"

    @property
    def status(self) -> str:
        """Return one of ``Status``, from the state of the form's case."""
        if self.case is None:
            return self.Status.SPAM
        return _STATUS_OF_CASE[OutboundCase.State(self.case.state)]


_STATUS_OF_CASE = {
    OutboundCase.State.QUEUED: FormSubmission.Status.PENDING,
    OutboundCase.State.DELIVERED: FormSubmission.Status.DELIVERED,
    OutboundCase.State.REFUSED: FormSubmission.Status.FAILED,
    OutboundCase.State.FAILED: FormSubmission.Status.FAILED,
}
