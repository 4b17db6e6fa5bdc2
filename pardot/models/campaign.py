from __future__ import annotations

from django.db import models

from pardot.models.record import PardotRecord
from sf.models.fields import DateTime, Integer, Text


class Campaign(PardotRecord):
    """A campaign; the last four columns come from the Salesforce campaign of ``salesforce_id``."""

    name = Text("name")
    cost = Integer("cost")
    salesforce_id = Text("salesforceId")
    folder_id = Integer("folderId")
    created_at = DateTime("createdAt")
    updated_at = DateTime("updatedAt")
    sf_created_at = models.DateTimeField(null=True, blank=True)
    sf_modified_at = models.DateTimeField(null=True, blank=True)
    start_date = models.DateField(null=True, blank=True)
    end_date = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name or f"campaign {self.id}"
