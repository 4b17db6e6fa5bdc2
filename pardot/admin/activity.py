"""Admin pages of visitor activities (there are millions) and their daily counts."""

from __future__ import annotations

from django.contrib import admin

from pardot.admin.base import COUNTED, ByNumberAdmin
from pardot.models import ActivityType, AssetActivityDay, VisitorActivity

_ASSETS = {
    "form_id": "form",
    "form_handler_id": "form handler",
    "landing_page_id": "landing page",
    "custom_redirect_id": "custom redirect",
    "list_email_id": "list email",
    "email_id": "email",
    "campaign_id": "campaign",
}


@admin.register(VisitorActivity)
class VisitorActivityAdmin(ByNumberAdmin):
    list_display = ["id", "created_at", "kind", "prospect_id", "assets"]
    sortable_by = ["id", "created_at"]
    number_columns = ("pk", "prospect_id")
    search_help_text = f"ID of a prospect or activity. Empty: the newest {COUNTED:,} are listed."

    @admin.display(description="type")
    def kind(self, activity: VisitorActivity) -> str:
        is_known = activity.type in ActivityType.values
        return activity.type_name or (ActivityType(activity.type).label if is_known else str(activity.type))

    @admin.display(description="assets")
    def assets(self, activity: VisitorActivity) -> str:
        assets = ((label, getattr(activity, column)) for column, label in _ASSETS.items())
        return ", ".join(f"{label} {asset}" for label, asset in assets if asset)


@admin.register(AssetActivityDay)
class AssetActivityDayAdmin(ByNumberAdmin):
    list_display = ["day", "asset_kind", "asset_id", "kind", "count"]
    list_filter = ["asset_kind"]
    ordering = ["-day", "-id"]
    sortable_by = ["day"]
    number_columns = ("asset_id",)
    search_help_text = "ID of an asset"

    @admin.display(description="type")
    def kind(self, row: AssetActivityDay) -> str:
        is_known = row.type in ActivityType.values
        return ActivityType(row.type).label if is_known else str(row.type)
