from __future__ import annotations

from django.db import models


class RequestCount(models.Model):
    """A total of requests that have no row in the request log."""

    UNKNOWN_PATHS = "unknown_paths"
    LOST_ROWS = "lost_rows"

    name = models.CharField(max_length=40, primary_key=True)
    total = models.BigIntegerField(default=0, db_default=0)

    def __str__(self) -> str:
        return f"{self.name}: {self.total}"
