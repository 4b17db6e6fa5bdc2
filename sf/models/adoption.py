from typing import ClassVar

from sf.models.contact import Contact
from sf.models.fields import Currency, Date, DateTime, Integer, Reference, Text
from sf.models.opportunity import Opportunity
from sf.models.record import CachedRecord, ServedMeta


class Adoption(CachedRecord):
    """The adoption of one book in one school year. Its contact is the contact of its opportunity."""

    salesforce_object: ClassVar[str] = "Adoption__c"

    contact = Reference("Opportunity__r.Contact__c", to=Contact)
    opportunity = Reference("Opportunity__c", to=Opportunity)
    adoption_number = Text("Name")
    name = Text("Name__c")
    created_date = DateTime("CreatedDate")
    last_modified_date = DateTime("LastModifiedDate")
    last_activity_date = Date("LastActivityDate")
    class_start_date = Date("Class_Start_Date__c")
    confirmation_date = Date("Confirmation_Date__c")
    base_year = Integer("Base_Year__c")
    adoption_type = Text("Adoption_Type__c")
    students = Integer("Students__c")
    school_year = Text("School_Year__c")
    terms_used = Text("Terms_Used__c")
    confirmation_type = Text("Confirmation_Type__c")
    how_using = Text("How_Using__c")
    savings = Currency("Savings__c")

    class Meta(ServedMeta):
        pass

    def __str__(self) -> str:
        return self.name or self.adoption_number or self.id
