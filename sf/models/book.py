from typing import ClassVar

from sf.models.fields import Boolean, Text
from sf.models.record import CachedRecord, ServedMeta


class Book(CachedRecord):
    """An OpenStax book."""

    salesforce_object: ClassVar[str] = "Book__c"

    name = Text("Name")
    official_name = Text("Official_Name__c")
    type = Text("Book_Type__c")
    subject_areas = Text("Subject_Area__c")
    website_url = Text("OSC_URL__c")
    active_book = Boolean("Active__c")

    class Meta(ServedMeta):
        pass

    def __str__(self) -> str:
        return self.name or self.id
