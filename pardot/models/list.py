from __future__ import annotations

from pardot.models.audited import Audited
from pardot.models.record import PardotRecord
from pardot.models.words import search_words
from sf.models.fields import Boolean, DateTime, Text


class List(Audited, PardotRecord):
    """A list of prospects."""

    name = Text("name")
    title = Text("title")
    is_dynamic = Boolean("isDynamic")
    is_public = Boolean("isPublic")
    created_at = DateTime("createdAt")
    updated_at = DateTime("updatedAt")
    search_words = search_words("name", "title")

    def __str__(self) -> str:
        return self.name or f"list {self.id}"
