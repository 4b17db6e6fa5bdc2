from typing import ClassVar

from sf.models.account import Account
from sf.models.book import Book
from sf.models.contact import Contact
from sf.models.fields import Boolean, Currency, Date, DateTime, Identifier, Integer, LongText, Number, Reference, Text
from sf.models.record import CachedRecord, ServedMeta


class Opportunity(CachedRecord):
    """One book at one school."""

    salesforce_object: ClassVar[str] = "Opportunity"

    account = Reference("AccountId", to=Account)
    contact = Reference("ContactId", to=Contact)
    book = Reference("Book__c", to=Book)
    record_type_id = Identifier("RecordTypeId")
    name = Text("Name")
    description = LongText("Description")
    stage_name = Text("StageName")
    amount = Currency("Amount")
    probability = Number("Probability")
    close_date = Date("CloseDate")
    type = Text("Type")
    lead_source = Text("LeadSource")
    is_closed = Boolean("IsClosed")
    is_won = Boolean("IsWon")
    owner_id = Identifier("OwnerId")
    created_date = DateTime("CreatedDate")
    created_by_id = Identifier("CreatedById")
    last_modified_date = DateTime("LastModifiedDate")
    last_modified_by_id = Identifier("LastModifiedById")
    last_activity_date = Date("LastActivityDate")
    last_activity_in_days = Integer("LastActivityInDays")
    last_stage_change_date = DateTime("LastStageChangeDate")
    last_stage_change_in_days = Integer("LastStageChangeInDays")
    fiscal_year = Integer("FiscalYear")
    fiscal = Text("Fiscal")
    last_viewed_date = DateTime("LastViewedDate")
    last_referenced_date = DateTime("LastReferencedDate")

    class Meta(ServedMeta):
        verbose_name_plural = "opportunities"

    def __str__(self) -> str:
        return self.name or self.id
