from __future__ import annotations

from django.db import models

from pardot.models.audited import Audited, WithActivity
from pardot.models.record import PardotRecord
from pardot.models.words import search_words
from sf.models.fields import DateTime, Integer, Text


class Form(WithActivity, PardotRecord):
    """A form. Submissions are activities of type 4, and errors are activities of type 3."""

    name = Text("name")
    campaign_id = Integer("campaignId")
    folder_id = Integer("folderId")
    embed_code = Text("embedCode")
    created_at = DateTime("createdAt")
    updated_at = DateTime("updatedAt")
    error_count = models.PositiveIntegerField(
        null=True, blank=True, editable=False, help_text="Errors within the activity window; empty: no data."
    )
    search_words = search_words("name")

    class Meta(Audited.Meta):
        indexes = [*Audited.Meta.indexes, models.Index(fields=["campaign_id"], name="form_campaign")]

    def __str__(self) -> str:
        return self.name or f"form {self.id}"
