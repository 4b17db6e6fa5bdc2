from __future__ import annotations

from typing import ClassVar

from sf.models.fields import Date, DateTime
from sf.models.record import CachedRecord


class SalesforceCampaign(CachedRecord):
    """The dates of a Salesforce campaign: created, changed, start and end.

    The linked Pardot ``Campaign`` has copies of these dates.
    """

    salesforce_object: ClassVar[str] = "Campaign"

    created_date = DateTime("CreatedDate")
    last_modified_date = DateTime("LastModifiedDate")
    start_date = Date("StartDate")
    end_date = Date("EndDate")

    class Meta(CachedRecord.Meta):
        verbose_name = "Salesforce campaign"

    def __str__(self) -> str:
        return self.id
