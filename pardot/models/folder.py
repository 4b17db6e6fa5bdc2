from __future__ import annotations

from pardot.models.record import PardotRecord
from pardot.models.words import search_words
from sf.models.fields import DateTime, Integer, Text


class Folder(PardotRecord):
    """A folder of assets."""

    name = Text("name")
    parent_folder_id = Integer("parentFolderId")
    created_at = DateTime("createdAt")
    updated_at = DateTime("updatedAt")
    search_words = search_words("name")

    def __str__(self) -> str:
        return self.name or f"folder {self.id}"
