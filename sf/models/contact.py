from typing import ClassVar

from django.db import models

from sf.models.account import Account
from sf.models.fields import DateTime, LongText, Reference, Text, Uuid
from sf.models.record import CachedRecord, ServedMeta


class Contact(CachedRecord):
    """A contact with an OpenStax account and a verification status, mostly an instructor."""

    salesforce_object: ClassVar[str] = "Contact"

    first_name = Text("FirstName")
    last_name = Text("LastName")
    full_name = Text("Name")
    email = Text("Email")
    role = Text("Role__c")
    position = Text("Position__c")
    title = Text("Title")
    account = Reference("AccountId", to=Account)
    adoption_status = Text("Adoption_Status__c")
    adoptions_json = LongText("AdoptionsJSON__c")
    verification_status = Text("FV_Status__c")
    reject_reason = Text("Reject_Reason__c")
    accounts_uuid = Uuid("Accounts_UUID__c")
    accounts_id = Text("Accounts_ID__c")
    signup_date = DateTime("Signup_Date__c")
    lead_source = Text("LeadSource")
    lms = Text("LMS__c")
    last_modified_date = DateTime("LastModifiedDate")
    subject_interest = Text("Subject_Interest__c")

    class Meta(ServedMeta):
        indexes = [*ServedMeta.indexes, models.Index(fields=["accounts_uuid"], name="contact_accounts_uuid")]

    def __str__(self) -> str:
        return self.full_name or self.id
