from __future__ import annotations

from django.db import models

from pardot.models.audited import Audited, WithActivity
from pardot.models.record import PardotRecord
from pardot.models.words import search_words
from sf.models.fields import DateTime, Integer, Text


class CustomRedirect(WithActivity, PardotRecord):
    """A tracked link."""

    name = Text("name")
    campaign_id = Integer("campaignId")
    url = Text("url")
    folder_id = Integer("folderId")
    created_at = DateTime("createdAt")
    updated_at = DateTime("updatedAt")
    search_words = search_words("name", "url")

    class Meta(Audited.Meta):
        indexes = [*Audited.Meta.indexes, models.Index(fields=["campaign_id"], name="custom_redirect_campaign")]

    def __str__(self) -> str:
        return self.name or f"custom redirect {self.id}"
