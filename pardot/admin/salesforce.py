"""Admin pages of the records and counts that this app reads from Salesforce."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from pardot.admin.base import ProgramsOnlyAdmin
from pardot.models import (
    CampaignMember,
    CampaignMemberCount,
    ContactCategoryScore,
    LeadCategoryScore,
    SalesforceCampaign,
    SalesforceHealth,
)
from sf.salesforce.ids import id_of_18


class BySalesforceIdAdmin(ProgramsOnlyAdmin):
    """A table of any size, including deleted records. A search compares the id with ``id_columns``."""

    ordering = ["-pk"]
    search_fields = ["pk"]
    id_columns: tuple[str, ...] = ("pk",)
    sortable_by = ["id"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return self.model._base_manager.all()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        matches, whole = queryset.none(), id_of_18(term)
        if whole:
            for column in self.id_columns:
                matches |= queryset.filter(**{column: whole})
        return matches, False


@admin.register(SalesforceCampaign)
class SalesforceCampaignAdmin(BySalesforceIdAdmin):
    list_display = ["id", "start_date", "end_date", "created_date", "last_modified_date", "is_deleted"]
    search_help_text = "Salesforce ID"


@admin.register(CampaignMember)
class CampaignMemberAdmin(BySalesforceIdAdmin):
    list_display = [
        "id", "campaign_id", "lead_id", "contact_id", "status", "has_responded", "first_responded_date", "is_deleted",
    ]  # fmt: skip
    id_columns = ("pk", "campaign_id")
    search_help_text = "Salesforce ID of a campaign or member"


@admin.register(CampaignMemberCount)
class CampaignMemberCountAdmin(BySalesforceIdAdmin):
    list_display = ["id", "members", "responded", "leads", "contacts"]
    sortable_by = ["id", "members", "responded"]
    search_help_text = "Salesforce ID of a campaign"


@admin.register(LeadCategoryScore)
class LeadCategoryScoreAdmin(BySalesforceIdAdmin):
    list_display = ["id", "lead_id", "category", "score", "is_deleted"]
    id_columns = ("pk", "lead_id")
    search_help_text = "Salesforce ID of a lead or score"


@admin.register(ContactCategoryScore)
class ContactCategoryScoreAdmin(BySalesforceIdAdmin):
    list_display = ["id", "contact_id", "category", "score", "is_deleted"]
    id_columns = ("pk", "contact_id")
    search_help_text = "Salesforce ID of a contact or score"


@admin.register(SalesforceHealth)
class SalesforceHealthAdmin(ProgramsOnlyAdmin):
    list_display = ["captured_at", "total_leads", "leads_with_pardot", "total_contacts", "contacts_with_pardot"]
    date_hierarchy = "captured_at"
