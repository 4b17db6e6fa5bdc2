from __future__ import annotations

from django.db import models

from pardot.models.audited import Audited
from pardot.models.record import PardotRecord
from pardot.models.words import search_words
from sf.models.fields import Boolean, DateTime, Integer, Text


class ListEmail(Audited, PardotRecord):
    """An email to a list."""

    name = Text("name")
    campaign_id = Integer("campaignId")
    subject = Text("subject")
    folder_id = Integer("folderId")
    is_sent = Boolean("isSent")
    created_at = DateTime("createdAt")
    updated_at = DateTime("updatedAt")
    search_words = search_words("name", "subject")

    class Meta(Audited.Meta):
        indexes = [*Audited.Meta.indexes, models.Index(fields=["campaign_id"], name="list_email_campaign")]

    def __str__(self) -> str:
        return self.name or f"list email {self.id}"
