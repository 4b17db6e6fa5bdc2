from django.contrib.postgres.fields import ArrayField
from django.db import models


class RateCount(models.Model):
    """When a caller last passed a limit: one row a limit and caller, kept by ``api/protection/rate_limit.py`` alone.

    The table is UNLOGGED (see the migration): cheap to write, emptied by a crash of the database.
    """

    key = models.TextField(primary_key=True)
    hits = ArrayField(models.DateTimeField(), help_text="Times of the last passes, and of the one before.")
    totals = ArrayField(models.BigIntegerField(), help_text="How many had passed by then.")

    class Meta:
        verbose_name = "rate count"

    def __str__(self) -> str:
        return self.key
