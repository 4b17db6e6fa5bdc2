from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class ConfiguredValue(models.Model):
    """A setting that staff have changed (``pardot/configuration/values.py``).

    Without a row, the default applies.
    """

    key = models.CharField(max_length=64, primary_key=True)
    value = models.JSONField()
    updated_at = models.DateTimeField(db_default=Now())
    updated_by = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return self.key
