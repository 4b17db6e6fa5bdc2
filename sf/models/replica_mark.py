from __future__ import annotations

from django.db import models


class ReplicaMark(models.Model):
    """The state of the primary: one row, which a read replica replays like all others.

    A reader that sees the row on a replica also sees everything that was committed before the row was written.
    """

    horizon = models.DateTimeField(help_text="When the mark was written, all rows dated earlier were visible.")
    written_at = models.DateTimeField(help_text="When the mark was written, by the primary's clock.")
    wanted_at = models.DateTimeField(help_text="Reads after a write need a mark at least this new.")
    origin = models.UUIDField(help_text="Identifies the database; only its own replicas have the same value.")

    def __str__(self) -> str:
        return f"complete until {self.horizon:%Y-%m-%d %H:%M:%S}, written at {self.written_at:%H:%M:%S}"
