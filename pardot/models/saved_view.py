from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower, Now


class SavedView(models.Model):
    """A named dashboard tab with its search, filters and order, which are stored as a URL query."""

    name = models.CharField(max_length=100)
    query = models.CharField(max_length=2000, help_text="The part of the address after /pardot/?")
    owner_uuid = models.UUIDField("owner", help_text="UUID of the account that may change and delete the view.")
    is_shared = models.BooleanField("shared", default=False, db_default=False, help_text="Shown to the whole team.")
    created_by = models.CharField(max_length=200, blank=True, help_text="Name or UUID of the user.")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = [Lower("name"), "id"]
        constraints = [
            models.UniqueConstraint(
                "owner_uuid", Lower("name"), name="saved_view_once",
                violation_error_message="This user has a view with this name already.",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name
