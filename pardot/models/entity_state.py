from __future__ import annotations

from django.db import models


class EntityState(models.Model):
    """The state of one entity. An entity of several parts (``Entity.parts``) has one row for each part.

    The first complete read creates the row; without a row there is "no data".
    """

    name = models.CharField(max_length=64, primary_key=True)
    complete_until = models.DateTimeField(help_text="Start of the last complete read; records up to then are complete.")
    complete_since = models.DateTimeField(
        null=True, blank=True, help_text="Activities from this time on are complete; empty: all records are."
    )
    withheld = models.BooleanField(default=False, help_text="Pardot withheld rows that the API user may not see.")

    rows = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="Rows after the last sync, without the recycle bin."
    )

    def __str__(self) -> str:
        return f"{self.name}: complete until {self.complete_until:%Y-%m-%d %H:%M}"
