from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class DayNote(models.Model):
    """A note about an event on a day, shown in the trend."""

    day = models.DateField()
    text = models.CharField(max_length=500)
    created_by = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["day", "id"]
        indexes = [models.Index(fields=["day"], name="day_note_day")]

    def __str__(self) -> str:
        return f"{self.day}: {self.text}"
