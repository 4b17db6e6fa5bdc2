from __future__ import annotations

from django.db import models


class EntityState(models.Model):
    """The complete reads of one entity. The first one creates the row: no row means "no data"."""

    name = models.CharField(max_length=64, primary_key=True)
    complete_until = models.DateTimeField(help_text="When the last complete read began: all is here up to then.")
    complete_since = models.DateTimeField(
        null=True, blank=True, help_text="From when on all is here (activities); empty: from the beginning."
    )
    withheld = models.BooleanField(
        default=False, help_text="Pardot left rows out of the last read: the API user may not see them."
    )

    rows = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="As counted at the end of the last sync; without those in the recycle bin."
    )

    def __str__(self) -> str:
        return f"{self.name}: complete until {self.complete_until:%Y-%m-%d %H:%M}"
