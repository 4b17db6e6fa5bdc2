from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class FollowedObject(models.Model):
    """The place in Salesforce's change events up to which the changes of an object are stored.

    Only ``sf follow`` moves the place, together with the changed records or after they are stored. ``sync_all
    --adopt-org`` deletes all places.
    """

    LEASE = "follow"
    """The name of the lease held by the process that follows."""

    object = models.CharField(max_length=64, primary_key=True, help_text="Name in the cache, such as contacts.")
    organization_id = models.CharField(
        "organization ID", max_length=18, help_text="ID of the org that sends the events."
    )
    replay_id = models.BinaryField(
        "replay ID", help_text="Salesforce's position in the event stream; Salesforce keeps it for 72 hours."
    )
    stored_at = models.DateTimeField(db_default=Now(), help_text="When the replay ID was last stored.")

    def __str__(self) -> str:
        return self.object
