from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Lower

from pardot.models.record import PardotRecord
from sf.models.fields import Boolean, DateTime, Integer, Text


class Prospect(PardotRecord):
    """A person whom Pardot knows. Prospects in its recycle bin stay here, with ``is_deleted``.

    The CRM id fields contain what Pardot sends: ids of 15 or 18 characters, or other text. ``adoption_json`` is the
    custom field named by ``PARDOT_ADOPTION_JSON_FIELD``; without that setting it stays null.
    """

    kept_when_deleted: ClassVar[frozenset[str]] = frozenset({"id", "is_deleted", "created_at", "updated_at"})
    """The columns that stay when a prospect has been in the recycle bin for long (``sf/ingest/tombstones.py``)."""

    email = Text("email")
    first_name = Text("firstName")
    last_name = Text("lastName")
    company = Text("company")
    score = Integer("score")
    grade = Text("grade")
    campaign_id = Integer("campaignId")
    salesforce_id = Text("salesforceId")
    salesforce_lead_id = Text("salesforceLeadId")
    salesforce_contact_id = Text("salesforceContactId")
    salesforce_account_id = Text("salesforceAccountId")
    opted_out = Boolean("optedOut")
    is_deleted = Boolean("isDeleted")
    last_activity_at = DateTime("lastActivityAt")
    created_at = DateTime("createdAt")
    updated_at = DateTime("updatedAt")
    adoption_json = Text("")

    class Meta(PardotRecord.Meta):
        indexes = [
            models.Index(Lower("email"), name="prospect_email_lower"),
            models.Index(fields=["-score", "id"], name="prospect_score"),
            models.Index(fields=["-last_activity_at", "id"], name="prospect_last_activity"),
        ]

    def __str__(self) -> str:
        return self.email or f"prospect {self.id}"
