"""Admin pages of Pardot's assets, with the results of the audits."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from pardot.admin.base import ByNumberAdmin, FlagFilter, ProgramsOnlyAdmin, build_drawer_address
from pardot.audits.run import AUDIT_OF
from pardot.models import (
    Campaign,
    CustomRedirect,
    Folder,
    Form,
    LandingPage,
    List,
    ListEmail,
    Tag,
    TaggedObject,
)
from pardot.platform.links import PARDOT_PAGES, get_pardot_base
from sf.models import SyncConfig


class AssetAdmin(ProgramsOnlyAdmin):
    """The list of one type of asset. It has at most about ten thousand rows, so a search may scan names."""

    ordering = ["name", "id"]
    search_fields = ["name", "=id"]
    search_help_text = "Part of the name, or a whole Pardot ID"

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Return the links, then the fields of the model; flags are shown in words."""
        return ["pages", *("flag_list" if name == "flags" else name for name in super().get_fields(request, obj))]

    @admin.display(description="open in")
    def pages(self, asset: Any) -> SafeString | str:
        """Link to the asset's page in Pardot and to its drawer on the dashboard."""
        kind = next((area.value for area, audit in AUDIT_OF.items() if audit.model is self.model), None)
        if kind is None:
            return "–"
        drawer = build_drawer_address(kind, asset.pk)
        text = '<a href="{}" target="_blank" rel="noopener">Pardot</a> · <a href="{}">Dashboard</a>'
        return format_html(text, get_pardot_base() + PARDOT_PAGES[kind].format(id=asset.pk), drawer)

    @admin.display(description="name", ordering="name")
    def named(self, asset: Any) -> str:
        return str(asset)

    @admin.display(description="flags")
    def flag_list(self, asset: Any) -> str:
        return ", ".join(flag.replace("_", " ") for flag in asset.flags) or "–"


class ContentAdmin(AssetAdmin):
    """The list of one type of asset that can belong to a campaign."""

    list_filter = [FlagFilter]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Return the fields with the campaign's name instead of its id."""
        return ["campaign" if name == "campaign_id" else name for name in super().get_fields(request, obj)]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        # The annotation saves a query per row for the campaign's name.
        campaign = Campaign.objects.filter(pk=OuterRef("campaign_id"))
        return super().get_queryset(request).annotate(campaign_name=Subquery(campaign.values("name")[:1]))

    @admin.display(description="campaign", ordering="campaign_name")
    def campaign(self, asset: Any) -> SafeString | str:
        if not asset.campaign_id:
            return "–"
        if asset.campaign_name is None:
            return f"{asset.campaign_id} (unknown)"
        page = reverse("admin:pardot_campaign_change", args=[asset.campaign_id])
        return format_html('<a href="{}">{}</a>', page, asset.campaign_name)


@admin.register(Campaign)
class CampaignAdmin(AssetAdmin):
    list_display = [
        "named", "flag_list", "form_count", "landing_page_count", "list_email_count", "custom_redirect_count",
        "member_count", "responded_count", "activity_count", "created_at", "salesforce_page",
    ]  # fmt: skip
    list_filter = [FlagFilter]
    search_fields = ["name", "=id", "salesforce_id__startswith"]
    search_help_text = "Part of the name, or a whole Pardot ID, or the start of a Salesforce ID"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        instance_url = Subquery(SyncConfig.objects.values("instance_url")[:1])
        return super().get_queryset(request).annotate(instance_url=instance_url)

    @admin.display(description="Salesforce")
    def salesforce_page(self, campaign: Any) -> SafeString | str:
        if not campaign.salesforce_id or not campaign.instance_url:
            return campaign.salesforce_id or "–"
        page = f"{campaign.instance_url}/lightning/r/Campaign/{campaign.salesforce_id}/view"
        return format_html('<a href="{}" target="_blank" rel="noopener">open</a>', page)


@admin.register(Form)
class FormAdmin(ContentAdmin):
    list_display = ["named", "flag_list", "campaign", "activity_count", "error_count", "created_at", "updated_at"]


@admin.register(LandingPage)
class LandingPageAdmin(ContentAdmin):
    list_display = ["named", "flag_list", "campaign", "activity_count", "url", "created_at", "updated_at"]


@admin.register(ListEmail)
class ListEmailAdmin(ContentAdmin):
    list_display = ["named", "flag_list", "campaign", "subject", "is_sent", "created_at", "updated_at"]
    list_filter = [FlagFilter, "is_sent"]
    search_fields = ["name", "subject", "=id"]
    search_help_text = "Part of the name or of the subject, or a whole Pardot ID"


@admin.register(CustomRedirect)
class CustomRedirectAdmin(ContentAdmin):
    list_display = ["named", "flag_list", "campaign", "activity_count", "url", "created_at", "updated_at"]


@admin.register(List)
class ListAdmin(AssetAdmin):
    list_display = ["named", "flag_list", "title", "is_dynamic", "is_public", "created_at", "updated_at"]
    list_filter = [FlagFilter, "is_dynamic", "is_public"]


@admin.register(Tag)
class TagAdmin(AssetAdmin):
    list_display = ["named", "flag_list", "prefix", "usage", "object_count", "created_at", "updated_at"]
    list_filter = [FlagFilter]


@admin.register(Folder)
class FolderAdmin(AssetAdmin):
    list_display = ["named", "id", "parent_folder_id", "created_at", "updated_at"]


@admin.register(TaggedObject)
class TaggedObjectAdmin(ByNumberAdmin):
    list_display = ["id", "tag_id", "object_type", "object_id", "object_name", "created_at"]
    number_columns = ("pk", "tag_id", "object_id")
    sortable_by = ["id"]
    search_help_text = "ID of a tag, an object or a row"
