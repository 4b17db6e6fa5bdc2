from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


class RouteCount(models.Model):
    """The number and durations of the requests with one route, method and status, over all processes.

    Only ``api/observe/requests.py`` writes here. The table is UNLOGGED (see the migration). After a crash of the
    database the counts begin again at 0, as Prometheus expects of counters.
    """

    route = models.TextField()
    method = models.TextField()
    status = models.PositiveSmallIntegerField()
    total = models.BigIntegerField()
    seconds = models.FloatField(help_text="Sum of the durations of the requests.")
    buckets = ArrayField(models.BigIntegerField(), help_text="Number of requests by duration, in Prometheus buckets.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["route", "method", "status"], name="route_count_once")]

    def __str__(self) -> str:
        return f"{self.method} {self.route} {self.status}: {self.total:,}"
