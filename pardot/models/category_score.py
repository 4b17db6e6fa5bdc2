from __future__ import annotations

from typing import ClassVar

from django.db import models

from sf.models.fields import Identifier, Number, Text
from sf.models.record import CachedRecord


class CategoryScore(CachedRecord):
    """A score in one scoring category, stored in Salesforce by the Pardot package."""

    category = Text("pi__Scoring_Category_Name__c")
    score = Number("pi__Score__c")

    class Meta(CachedRecord.Meta):
        abstract = True

    def __str__(self) -> str:
        return f"{self.category}: {self.score}"


class LeadCategoryScore(CategoryScore):
    """A category score of a lead."""

    salesforce_object: ClassVar[str] = "pi__Category_Lead_Score__c"

    lead_id = Identifier("pi__Lead__c")

    class Meta(CategoryScore.Meta):
        abstract = False
        indexes = [models.Index(fields=["lead_id"], name="lead_category_score_lead")]


class ContactCategoryScore(CategoryScore):
    """A category score of a contact."""

    salesforce_object: ClassVar[str] = "pi__Category_Contact_Score__c"

    contact_id = Identifier("pi__Contact__c")

    class Meta(CategoryScore.Meta):
        abstract = False
        indexes = [models.Index(fields=["contact_id"], name="contact_category_score_contact")]
