"""The cache in Django admin: only the settings and the short forms of school names can be edited."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from django.contrib import admin, messages
from django.db.models import BooleanField, QuerySet, Subquery, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from outgoing.numbers import format_count
from outgoing.times import format_clock_and_day
from sf.ingest.errors import SyncSkipped
from sf.models import (
    Account,
    Adoption,
    Book,
    CachedRecord,
    Contact,
    FollowedObject,
    OperatorAction,
    Opportunity,
    RefusedRecord,
    SchoolShortForm,
    SFAPIUsageLog,
    SyncConfig,
    SyncRun,
    UnreadableField,
)
from sf.sync.identity import load_cached_org
from sf.sync.retry import RETRIES


@cache
def _in_words(field: BooleanField[Any, Any]) -> Callable[[Any], str]:
    """Return a column that says yes or no.

    Django's red cross would look like an error even where “no” is good.
    """

    @admin.display(description=field.verbose_name, ordering=field.name)
    def shown(row: Any) -> str:
        return {True: "yes", False: "no"}.get(getattr(row, field.name), "–")

    return shown


class ReadOnlyAdmin(admin.ModelAdmin):
    """A page of rows that only programs write."""

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        fields = {field.name: field for field in self.model._meta.fields}
        shown = ((name, fields.get(str(name))) for name in super().get_list_display(request))
        return [_in_words(field) if isinstance(field, BooleanField) else name for name, field in shown]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def with_instance_url(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Add the cached org's address to each row, so that the links in a list need no further queries."""
    return rows.annotate(instance_url=Subquery(SyncConfig.objects.values("instance_url")[:1]))


def link_to_salesforce(row: Any, salesforce_object: str, record_id: str) -> SafeString | None:
    """Return a link to a record, or ``None`` while the org's address is not known.

    ``row`` comes from ``with_instance_url``.
    """
    instance_url = getattr(row, "instance_url", "")
    if not instance_url:
        return None
    page = f"{instance_url}/lightning/r/{salesforce_object}/{record_id}/view"
    return format_html('<a href="{}" target="_blank" rel="noopener">open</a>', page)


class CachedRecordAdmin(ReadOnlyAdmin):
    """The records of a cached object, including deleted records, with links to their pages in Salesforce."""

    list_per_page = 50
    show_full_result_count = False
    ordering = ["-system_modstamp", "id"]
    search_help_text = "Name or Salesforce ID"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        model: type[CachedRecord] = self.model
        return with_instance_url(model.all_objects.all())

    @admin.display(description="Salesforce")
    def salesforce_page(self, record: CachedRecord) -> SafeString | str:
        return link_to_salesforce(record, record.salesforce_object, record.pk) or "–"

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return ["salesforce_page", *(field.name for field in self.model._meta.fields if not field.generated)]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return self.get_fields(request, obj)


@admin.register(Account)
class AccountAdmin(CachedRecordAdmin):
    list_display = [
        "name", "type", "city", "state", "country", "lms", "is_deleted", "system_modstamp", "salesforce_page",
    ]  # fmt: skip
    list_filter = ["is_deleted", "type", "lms", "country"]
    search_fields = ["name", "id__startswith"]


@admin.register(Book)
class BookAdmin(CachedRecordAdmin):
    list_display = ["name", "official_name", "type", "active_book", "is_deleted", "system_modstamp", "salesforce_page"]
    list_filter = ["active_book", "is_deleted", "type"]
    search_fields = ["name", "official_name", "id__startswith"]


@admin.register(Contact)
class ContactAdmin(CachedRecordAdmin):
    list_display = [
        "full_name", "email", "account_name", "role", "verification_status", "adoption_status", "is_deleted",
        "system_modstamp", "salesforce_page",
    ]  # fmt: skip
    list_filter = ["is_deleted", "verification_status", "adoption_status", "lead_source"]
    search_fields = ["full_name", "email", "accounts_uuid", "id__startswith"]
    search_help_text = "Name, email address, Accounts UUID, or Salesforce ID"
    list_select_related = ["account"]

    @admin.display(description="school", ordering="account__name")
    def account_name(self, contact: Contact) -> str:
        return str(contact.account or contact.account_id or "–")


@admin.register(Opportunity)
class OpportunityAdmin(CachedRecordAdmin):
    list_display = ["name", "stage_name", "close_date", "amount", "is_deleted", "system_modstamp", "salesforce_page"]
    list_filter = ["is_deleted", "stage_name", "type", "is_won"]
    search_fields = ["name", "id__startswith"]


@admin.register(Adoption)
class AdoptionAdmin(CachedRecordAdmin):
    list_display = [
        "adoption_number", "name", "school_year", "confirmation_type", "students", "savings", "is_deleted",
        "system_modstamp", "salesforce_page",
    ]  # fmt: skip
    list_filter = ["is_deleted", "confirmation_type", "adoption_type", "school_year"]
    search_fields = ["adoption_number", "name", "id__startswith"]
    search_help_text = "Adoption number, name, or Salesforce ID"


@admin.register(SyncConfig)
class SyncConfigAdmin(admin.ModelAdmin):
    """The single row of settings; its list page is skipped."""

    readonly_fields = (
        "switch", "org", "last_usage_check", "last_usage_value", "last_usage_limit", "instance_url",
    )  # fmt: skip
    fieldsets = [
        (
            None,
            {
                "fields": ["switch", "api_limit", "pause_threshold"],
                "description": "While syncs are off, no syncs (including Pardot's) and no live look-ups run. When the "
                "API usage reaches the pause threshold, no syncs from Salesforce and no live look-ups run. Cases and "
                "forms are still delivered, users can still change their contact, and the digest is still sent.",
            },
        ),
        ("Last reported by Salesforce", {"fields": readonly_fields[1:]}),
    ]

    @admin.display(description="syncs")
    def switch(self, config: SyncConfig) -> SafeString:
        """Show the state of the switch, with a link to the page that changes it and records the reason."""
        state = "on" if config.syncs_are_on else f"off ({config.switch_details})"
        return format_html('{} · <a href="{}">switch…</a>', state, reverse("admin:operations-switch"))

    @admin.display(description="org")
    def org(self, config: SyncConfig) -> str:
        return str(load_cached_org() or "none yet")

    def save_model(self, request: HttpRequest, obj: SyncConfig, form: Any, change: bool) -> None:
        """Save only the fields changed on this page: other columns may have been written meanwhile."""
        obj.save(update_fields=form.changed_data)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:sf_syncconfig_change", args=[SyncConfig.load().pk]))


@admin.register(SFAPIUsageLog)
class UsageLogAdmin(ReadOnlyAdmin):
    list_display = ["date", "source", "call_count"]
    list_filter = ["source"]
    date_hierarchy = "date"

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        today = SFAPIUsageLog.objects.filter(date=timezone.now().date()).aggregate(calls=Sum("call_count"))
        title = f"Salesforce API usage: {format_count(today['calls'] or 0, 'call')} today (UTC)"
        return super().changelist_view(request, {"title": title, **(extra_context or {})})


class EndFilter(admin.SimpleListFilter):
    """Filter runs by outcome. One choice shows all runs that ended badly."""

    title = "outcome"
    parameter_name = "end"
    BAD = (SyncRun.State.FAILED, SyncRun.State.INTERRUPTED, SyncRun.State.PAUSED)

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("bad", "Ended badly"), *((state.value, state.label) for state in SyncRun.State)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.value():
            return queryset
        return queryset.filter(state__in=self.BAD if self.value() == "bad" else [self.value()])


@admin.register(SyncRun)
class SyncRunAdmin(ReadOnlyAdmin):
    list_display = ["begun", "name", "state", "short_message", "took", "read", "changes", "how"]
    list_display_links = ["begun", "name"]
    list_filter = [EndFilter, "object", "mode", "transport"]
    date_hierarchy = "started"

    @admin.display(description="started", ordering="started")
    def begun(self, run: SyncRun) -> str:
        return format_clock_and_day(timezone.localtime(run.started), seconds=True)

    @admin.display(description="object", ordering="object")
    def name(self, run: SyncRun) -> str:
        return run.object.replace("_", " ").capitalize()

    @admin.display(description="records read", ordering="rows_read")
    def read(self, run: SyncRun) -> str:
        return f"{run.rows_read:,}"

    @admin.display(description="how")
    def how(self, run: SyncRun) -> str:
        return f"{run.mode}, {run.get_transport_display()}" if run.mode else "–"

    @admin.display(description="new / changed / deleted")
    def changes(self, run: SyncRun) -> str:
        return f"{run.inserted:,} / {run.updated:,} / {run.soft_deleted:,}"

    @admin.display(description="seconds")
    def took(self, run: SyncRun) -> str:
        return f"{(run.ended - run.started).total_seconds():,.1f}" if run.ended else "–"

    @admin.display(description="message")
    def short_message(self, run: SyncRun) -> str:
        return run.message if len(run.message) <= 80 else run.message[:80] + "…"


@admin.register(FollowedObject)
class FollowedObjectAdmin(ReadOnlyAdmin):
    list_display = ["object", "stored_at"]
    exclude = ["replay_id"]


@admin.register(OperatorAction)
class OperatorActionAdmin(ReadOnlyAdmin):
    list_display = ["requested_at", "label", "requested_by", "state", "command", "host", "last_line"]
    list_filter = ["label", "requested_by"]
    date_hierarchy = "requested_at"


@admin.register(UnreadableField)
class UnreadableFieldAdmin(ReadOnlyAdmin):
    list_display = ["field", "object", "column", "since"]


@admin.register(RefusedRecord)
class RefusedRecordAdmin(ReadOnlyAdmin):
    list_display = ["object", "record_id", "reason", "attempts", "first_seen", "last_tried"]
    fieldsets = [
        (
            None,
            {
                "fields": ["object", "record_id", "reason", "attempts", "first_seen", "last_tried", "payload"],
                "description": "Each sync tries this record again. Correct its values at the source, or retry it "
                "with the action on the list page.",
            },
        )
    ]
    list_filter = ["object"]
    search_fields = ["record_id", "reason"]
    actions = ["retry"]

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("sf.change_refusedrecord")

    @admin.action(description="Retry the selected records, and all others of the same objects", permissions=["retry"])
    def retry(self, request: HttpRequest, records: QuerySet[RefusedRecord]) -> None:
        names = set(records.values_list("object", flat=True))
        for name, retry in ((name, retry) for name, retry in RETRIES.items() if name in names):
            try:
                stored, left = retry()
            except SyncSkipped as error:
                self.message_user(request, str(error), messages.WARNING)
                continue
            level = messages.WARNING if left else messages.SUCCESS
            self.message_user(request, f"{name}: {stored} stored, {left} still set aside", level)


@admin.register(SchoolShortForm)
class SchoolShortFormAdmin(admin.ModelAdmin):
    list_display = ("short", "stands_for")
    search_fields = ("short", "stands_for")
