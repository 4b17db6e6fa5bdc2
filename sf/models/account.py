from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Case, Func, GeneratedField, Q, Value, When
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact

from sf.models.fields import Date, DateTime, Integer, LongText, Text
from sf.models.record import CachedRecord, ServedMeta

PRESENT = Q(is_deleted=False)
EMPTY = Value("", models.TextField())
WITHOUT_BOOKS = Exact(Coalesce("books_adopted", EMPTY), EMPTY)


class Account(CachedRecord):
    """A school.

    PostgreSQL computes the columns ``search_…`` for ``sf/reads/school_search.py``; migrations 0002 and 0008 explain
    them, and create the functions.
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
    search_text = GeneratedField(
        expression=Func("name", "sheer_id_school_name", "city", "state", "state_code", function="sf_school_text"),
        output_field=models.TextField(),
        db_persist=True,
    )
    search_order = GeneratedField(
        expression=Func(Coalesce("name", EMPTY), function="char_length", output_field=models.IntegerField())
        + Case(When(WITHOUT_BOOKS, then=Value(1000)), default=Value(0), output_field=models.IntegerField()),
        output_field=models.IntegerField(),
        db_persist=True,
    )

    class Meta(ServedMeta):
        verbose_name = "school"
        indexes = [
            *ServedMeta.indexes,
            models.Index(fields=["id"], condition=PRESENT, name="account_present"),
            GinIndex(fields=["search_facets"], condition=PRESENT, name="account_search_facets"),
            GinIndex(Func("search_text", function="sf_lexemes"), condition=PRESENT, name="account_search_words"),
        ]

    def __str__(self) -> str:
        return self.name or self.id
