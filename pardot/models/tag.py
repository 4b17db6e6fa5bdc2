from __future__ import annotations

from django.db import models

from pardot.models.audited import Audited
from pardot.models.record import PardotRecord
from pardot.models.words import search_words
from sf.models.fields import DateTime, Integer, Text


class Tag(Audited, PardotRecord):
    """A tag, with the number of objects that Pardot reports for it."""

    name = Text("name")
    object_count = Integer("objectCount")
    created_at = DateTime("createdAt")
    updated_at = DateTime("updatedAt")
    usage = models.PositiveIntegerField(
        null=True, blank=True, editable=False, help_text="Number of tagged objects; empty: no data."
    )
    prefix = models.TextField(default="", db_default="", blank=True, editable=False)
    search_words = search_words("name")

    def __str__(self) -> str:
        return self.name or f"tag {self.id}"
