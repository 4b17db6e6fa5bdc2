"""Admin pages of prospects. There may be half a million prospects or more."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Lower
from django.http import HttpRequest

from pardot.admin.base import COUNTED, ByNumberAdmin, ProgramsOnlyAdmin, as_id
from pardot.models import Prospect, ProspectEngagement
from sf.salesforce.ids import id_of_18

_CRM_COLUMNS = ("salesforce_id", "salesforce_lead_id", "salesforce_contact_id", "salesforce_account_id")


@admin.register(Prospect)
class ProspectAdmin(ProgramsOnlyAdmin):
    list_display = [
        "id", "email", "first_name", "last_name", "company", "score", "grade", "crm_record", "opted_out", "is_deleted",
        "last_activity_at",
    ]  # fmt: skip
    list_filter = ["is_deleted", "opted_out"]
    ordering = ["-pk"]
    sortable_by = ["id", "score", "last_activity_at"]
    search_fields = ["email"]
    search_help_text = (
        f"A whole email address, or an id of Pardot or Salesforce. Empty: the newest {COUNTED:,} are listed."
    )

    @admin.display(description="lead or contact")
    def crm_record(self, prospect: Prospect) -> str:
        return prospect.salesforce_contact_id or prospect.salesforce_lead_id or prospect.salesforce_id or "–"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Search for email addresses and Pardot ids with an index; for a Salesforce id, scan the table."""
        term = search_term.strip()
        if not term:
            return queryset, False
        number = as_id(term)
        if number is not None:
            return queryset.filter(pk=number), False
        if id_of_18(term):
            return queryset.filter(_has_crm_id(term)), False
        return queryset.annotate(lower_email=Lower(F("email"))).filter(lower_email=term.lower()), False


def _has_crm_id(text: str) -> Q:
    """Return the condition that a CRM column contains this id, stored with 15 or 18 characters."""
    whole, short = id_of_18(text), text[:15]
    condition = Q()
    for column in _CRM_COLUMNS:
        condition |= Q(**{f"{column}__in": [whole, short]})
    return condition


@admin.register(ProspectEngagement)
class ProspectEngagementAdmin(ByNumberAdmin):
    list_display = ["prospect_id", "activity_count", "last_activity"]
    sortable_by = ["prospect_id"]
    search_help_text = "ID of a prospect"
