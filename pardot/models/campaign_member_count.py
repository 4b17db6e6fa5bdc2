from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from sf.models.fields import CopiedField, Identifier, Integer, Reference, SalesforceField


class CampaignMemberCount(models.Model):
    """The numbers of members of a Salesforce campaign: all, responded, leads and contacts.

    Salesforce counts them. ``id`` is the campaign's Salesforce id, with 18 characters.
    """

    id = Identifier("CampaignId", primary_key=True, null=False, blank=False)
    members = Integer("members", null=False)
    responded = Integer("responded", null=False)
    leads = Integer("leads", null=False)
    contacts = Integer("contacts", null=False)
    local_create_date = models.DateTimeField(db_default=Now(), editable=False)
    local_update_date = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return f"{self.id}: {self.members}"

    @classmethod
    def list_copied_fields(cls) -> list[CopiedField]:
        """Return the columns that come from Salesforce, in the order of their declaration."""
        return [field for field in cls._meta.concrete_fields if isinstance(field, SalesforceField | Reference)]
