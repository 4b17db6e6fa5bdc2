from __future__ import annotations

from django.db import models

from pardot.models.audited import WithActivity
from pardot.models.record import PardotRecord
from pardot.models.words import search_words
from sf.models.fields import DateTime, Integer, Text


class Campaign(WithActivity, PardotRecord):
    """A Pardot campaign.

    Some columns come from the Salesforce campaign with the id ``salesforce_id``: ``sf_created_at``,
    ``sf_modified_at``, ``start_date``, ``end_date``, ``member_count`` and ``responded_count``.
    """

    name = Text("name")
    cost = Integer("cost")
    salesforce_id = Text("salesforceId")
    folder_id = Integer("folderId")
    created_at = DateTime("createdAt")
    updated_at = DateTime("updatedAt")
    sf_created_at = models.DateTimeField("created in Salesforce", null=True, blank=True)
    sf_modified_at = models.DateTimeField("modified in Salesforce", null=True, blank=True)
    start_date = models.DateField(null=True, blank=True)
    end_date = models.DateField(null=True, blank=True)
    form_count = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    landing_page_count = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    list_email_count = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    custom_redirect_count = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    member_count = models.PositiveIntegerField(null=True, blank=True, editable=False)
    responded_count = models.PositiveIntegerField(null=True, blank=True, editable=False)
    search_words = search_words("name", "salesforce_id")

    def __str__(self) -> str:
        return self.name or f"campaign {self.id}"
