from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Func, GeneratedField, Q

from sf.models.fields import Date, DateTime, Integer, LongText, Text
from sf.models.record import CachedRecord, ServedMeta

PRESENT = Q(is_deleted=False)


class Account(CachedRecord):
    """A school.

    PostgreSQL computes ``search_facets`` for ``sf/reads/school_search.py``. Migration 0002 explains the column, and
    creates the function ``sf_school_facets``. The words to search are in another model, ``SearchedSchool``.
    """

    salesforce_object: ClassVar[str] = "Account"

    name = Text("Name")
    type = Text("Type")
    city = Text("BillingCity")
    state = Text("BillingState")
    country = Text("BillingCountry")
    state_code = Text("BillingStateCode")
    country_code = Text("BillingCountryCode")
    created_date = DateTime("CreatedDate")
    last_modified_date = DateTime("LastModifiedDate")
    last_activity_date = Date("LastActivityDate")
    lms = Text("LMS__c")
    books_adopted = LongText("Books_Adopted__c")
    sheer_id_school_name = Text("SheerID_School_Name__c")
    ipeds_id = Text("IPEDS_ID__c")
    nces_id = Text("NCESID__c")
    nces_district_id = Text("NCES_District_ID__c")
    nces_district_id2 = Text("NCES_District_ID2__c")
    assignable_status = Text("Assignable_Status__c")
    assignable_maturity_score = Integer("Assignable_Maturity_Score__c")
    assignments_created = Integer("Assignments_Created__c")
    assignments_completed = Integer("Assignments_Completed__c")

    search_facets = GeneratedField(
        expression=Func("city", "state", "state_code", "country", "country_code", "type", function="sf_school_facets"),
        output_field=ArrayField(models.TextField()),
        db_persist=True,
    )

    class Meta(ServedMeta):
        verbose_name = "school"
        indexes = [
            *ServedMeta.indexes,
            models.Index(fields=["id"], condition=PRESENT, name="account_present"),
            GinIndex(fields=["search_facets"], condition=PRESENT, name="account_search_facets"),
        ]

    def __str__(self) -> str:
        return self.name or self.id
