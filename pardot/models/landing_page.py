from __future__ import annotations

from django.db import models

from pardot.models.audited import Audited, WithActivity
from pardot.models.record import PardotRecord
from pardot.models.words import search_words
from sf.models.fields import DateTime, Integer, Text


class LandingPage(WithActivity, PardotRecord):
    """A landing page."""

    name = Text("name")
    campaign_id = Integer("campaignId")
    folder_id = Integer("folderId")
    url = Text("url")
    created_at = DateTime("createdAt")
    updated_at = DateTime("updatedAt")
    search_words = search_words("name", "url")

    class Meta(Audited.Meta):
        indexes = [*Audited.Meta.indexes, models.Index(fields=["campaign_id"], name="landing_page_campaign")]

    def __str__(self) -> str:
        return self.name or f"landing page {self.id}"
