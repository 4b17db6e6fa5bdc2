from __future__ import annotations

from pardot.models.record import PardotRecord
from sf.models.fields import DateTime, Integer, Text


class Tag(PardotRecord):
    """A tag, and on how many objects Pardot says that it is."""

    name = Text("name")
    object_count = Integer("objectCount")
    created_at = DateTime("createdAt")
    updated_at = DateTime("updatedAt")

    def __str__(self) -> str:
        return self.name or f"tag {self.id}"
