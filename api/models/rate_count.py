from django.contrib.postgres.fields import ArrayField
from django.db import models


class RateCount(models.Model):
    """The times of a caller's accepted requests under a limit: one row per limit and caller.

    Only ``api/protection/rate_limit.py`` adds and changes rows. The table is UNLOGGED (see the migration): writes are
    cheap, and a crash of the database empties the table.
    """

    key = models.TextField(primary_key=True)
    hits = ArrayField(
        models.DateTimeField(),
        help_text="Times of accepted requests: the last before the window, then all in it.",
    )
    totals = ArrayField(models.BigIntegerField(), help_text="Number of accepted requests up to each time in hits.")

    class Meta:
        verbose_name = "rate count"

    def __str__(self) -> str:
        return self.key
