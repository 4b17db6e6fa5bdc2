"""Admin pages of alerts, sent messages, and the results of syncs and audits."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from pardot.admin.base import ProgramsOnlyAdmin
from pardot.models import (
    Alert,
    AuditSummary,
    DailySnapshot,
    DigestDelivery,
    EntityState,
    Finding,
    OrphanRecord,
    OrphanRun,
    PardotQuota,
)


@admin.register(AuditSummary)
class AuditSummaryAdmin(ProgramsOnlyAdmin):
    list_display = ["area", "items", "flag_counts", "is_complete", "activity_until", "audited_at"]
    ordering = ["area"]

    @admin.display(description="flags")
    def flag_counts(self, summary: AuditSummary) -> str:
        counts = ((flag.replace("_", " "), count) for flag, count in summary.counts.items())
        return ", ".join(f"{flag}: {'no data' if count is None else format(count, ',')}" for flag, count in counts)


@admin.register(Alert)
class AlertAdmin(ProgramsOnlyAdmin):
    list_display = ["text", "began_at", "ended_at"]
    ordering = ["-began_at", "-pk"]


@admin.register(DigestDelivery)
class DigestDeliveryAdmin(ProgramsOnlyAdmin):
    list_display = ["sent_at", "day", "sent_by", "recipient", "alert"]
    list_select_related = ["alert"]
    ordering = ["-sent_at", "-pk"]
    sortable_by = ["sent_at"]

    @admin.display(description="channel")
    def sent_by(self, delivery: DigestDelivery) -> str:
        """Return the channel in words. The stored channel of team member 12 is ``member 12``."""
        return "Mail to a member" if delivery.channel.startswith("member ") else delivery.channel.capitalize()


@admin.register(Finding)
class FindingAdmin(ProgramsOnlyAdmin):
    list_display = ["asset_type", "asset_id", "issue", "first_seen", "fixed_on"]
    list_filter = ["asset_type"]
    ordering = ["-pk"]
    sortable_by = ["asset_id"]


@admin.register(DailySnapshot)
class DailySnapshotAdmin(ProgramsOnlyAdmin):
    list_display = [
        "day", "tier", "health_score", "issues", "campaigns", "forms", "landing_pages", "list_emails", "prospects",
        "orphans", "on_dashboard",
    ]  # fmt: skip
    list_filter = ["tier"]
    ordering = ["-day"]
    date_hierarchy = "day"

    @admin.display(description="dashboard")
    def on_dashboard(self, snapshot: DailySnapshot) -> SafeString:
        page = f"{reverse('pardot:dashboard')}?open=compare&compare.to={snapshot.day}"
        return format_html('<a href="{}">compare</a>', page)

    @admin.display(description="issue types")
    def issues(self, snapshot: DailySnapshot) -> int:
        return sum(1 for count in snapshot.issue_counts.values() if count)


@admin.register(EntityState)
class EntityStateAdmin(ProgramsOnlyAdmin):
    list_display = ["name", "complete_until", "complete_since", "withheld"]
    ordering = ["name"]


@admin.register(PardotQuota)
class PardotQuotaAdmin(ProgramsOnlyAdmin):
    list_display = ["used", "maximum", "left", "told_at"]


@admin.register(OrphanRun)
class OrphanRunAdmin(ProgramsOnlyAdmin):
    list_display = [
        "captured_at", "total", "forms", "landing_pages", "list_emails", "custom_redirects", "prospects_crm_gone",
        "prospects_unlinked", "leads_without_prospect", "contacts_without_prospect", "record_list",
    ]  # fmt: skip
    date_hierarchy = "captured_at"

    @admin.display(description="records")
    def record_list(self, run: OrphanRun) -> SafeString:
        page = reverse("admin:pardot_orphanrecord_changelist")
        return format_html('<a href="{}?run__id__exact={}">list</a>', page, run.pk)


@admin.register(OrphanRecord)
class OrphanRecordAdmin(ProgramsOnlyAdmin):
    """The orphans of the latest run. The links of older runs in ``OrphanRunAdmin`` lead to an empty list."""

    list_display = ["record_id", "kind", "name", "missing", "run"]
    list_filter = ["kind"]
    list_select_related = ["run"]
    ordering = ["-pk"]
    sortable_by = ["record_id"]
    search_fields = ["=record_id"]
    search_help_text = "Pardot or Salesforce ID of a record"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        return (queryset.filter(record_id=term) if term else queryset), False
