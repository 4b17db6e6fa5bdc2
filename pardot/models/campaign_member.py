from __future__ import annotations

from typing import ClassVar

from django.db import models

from sf.models.fields import Boolean, Date, DateTime, Identifier, Text
from sf.models.record import CachedRecord


class CampaignMember(CachedRecord):
    """A lead or contact in a Salesforce campaign.

    ``campaign_id`` is the campaign's Salesforce id, with 18 characters.
    """

    salesforce_object: ClassVar[str] = "CampaignMember"

    campaign_id = Identifier("CampaignId")
    lead_id = Identifier("LeadId")
    contact_id = Identifier("ContactId")
    status = Text("Status")
    has_responded = Boolean("HasResponded")
    created_date = DateTime("CreatedDate")
    first_responded_date = Date("FirstRespondedDate")

    class Meta(CachedRecord.Meta):
        indexes = [models.Index(fields=["campaign_id", "id"], name="campaign_member_campaign")]

    def __str__(self) -> str:
        return self.id
