from __future__ import annotations

from django.db import models


class ReplicaMark(models.Model):
    """The state of the primary: one row, which a read replica replays like all others.

    A reader that sees the row on a replica knows that everything committed before it was written is there too.
    """

    horizon = models.DateTimeField(help_text="Every cached row dated before this moment was visible.")
    written_at = models.DateTimeField(help_text="When the mark was written, by the primary's clock.")
    wanted_at = models.DateTimeField(help_text="Reads that follow a write need a mark written at this moment or later.")
    origin = models.UUIDField(help_text="Of the database: only its own replicas have the same.")

    def __str__(self) -> str:
        return f"complete until {self.horizon:%Y-%m-%d %H:%M:%S}, written at {self.written_at:%H:%M:%S}"
