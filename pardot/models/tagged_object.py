from __future__ import annotations

from django.db import models

from pardot.models.record import PardotRecord
from sf.models.fields import DateTime, Integer, Text


class TaggedObject(PardotRecord):
    """One tag on one object.

    ``object_type`` is Pardot's word for the type (``Campaign``, ``Form``, ``Prospect`` …).
    """

    tag_id = Integer("tagId")
    object_type = Text("objectType")
    object_id = Integer("objectId")
    object_name = Text("objectName")
    created_at = DateTime("createdAt")

    class Meta(PardotRecord.Meta):
        indexes = [
            models.Index(fields=["tag_id", "object_type"], name="tagged_object_tag"),
            models.Index(fields=["object_type", "object_id"], name="tagged_object_object"),
        ]

    def __str__(self) -> str:
        return f"{self.object_type} {self.object_id}: tag {self.tag_id}"
