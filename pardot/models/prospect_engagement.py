from __future__ import annotations

from django.db import models


class ProspectEngagement(models.Model):
    """The number of a prospect's activities in the 30 days before the last complete read of activities.

    A prospect without activities in this time has no row. ``pardot/sync/rollups.py`` updates the rows at each merge
    of activities.
    """

    prospect_id = models.BigIntegerField("prospect ID", primary_key=True)
    activity_count = models.PositiveIntegerField()
    last_activity = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["-activity_count", "prospect_id"], name="engagement_count")]

    def __str__(self) -> str:
        return f"prospect {self.prospect_id}: {self.activity_count}"
