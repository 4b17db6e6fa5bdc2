"""Admin pages of users, API keys, logs, form submissions and circuit breakers.

The text of an API key is shown once, right after the key was created.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from api.admin.cases import OutboundCaseAdmin
from api.auth.api_keys import revoke_api_key
from api.domain.keys import make_key
from api.domain.scopes import Scope
from api.models import (
    APIKey,
    CircuitBreaker,
    FieldChangeLog,
    FormSubmission,
    RequestLog,
    SuperUser,
    User,
)
from sf.admin import ReadOnlyAdmin

__all__ = ["OutboundCaseAdmin"]

admin.site.register(User, UserAdmin)


@admin.register(SuperUser)
class SuperUserAdmin(admin.ModelAdmin):
    list_display = ["name", "accounts_uuid", "active", "may_start_jobs", "created_at"]
    list_filter = ["active", "may_start_jobs"]
    search_fields = ["name", "accounts_uuid"]


class APIKeyForm(forms.ModelForm):
    scopes = forms.MultipleChoiceField(
        choices=[(scope.value, f"{scope.value}: {scope.purpose}") for scope in Scope],
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = APIKey
        fields = ["name", "scopes", "rate", "expires_at", "active"]

    def clean_expires_at(self) -> Any:
        expires_at = self.cleaned_data["expires_at"]
        if self.instance.pk is None and expires_at is not None and expires_at <= timezone.now():
            raise forms.ValidationError("This time is in the past: the key could never be used.")
        return expires_at


@admin.register(APIKey)
class APIKeyAdmin(admin.ModelAdmin):
    form = APIKeyForm
    list_display = [
        "name",
        "prefix",
        "state",
        "scope_list",
        "rate",
        "expires_at",
        "last_used_at",
        "created_by",
        "created_at",
    ]
    list_filter = ["active"]
    search_fields = ["name", "public_id", "created_by"]
    readonly_fields = ["prefix", "created_by", "created_at", "last_used_at"]
    actions = ["revoke"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Show read-only fields only for a stored key: a new key has no values for them yet."""
        return [] if obj is None else [str(name) for name in super().get_readonly_fields(request, obj)]

    @admin.display(description="scopes")
    def scope_list(self, key: APIKey) -> str:
        return ", ".join(key.scopes)

    @admin.action(description="Revoke the selected keys", permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[APIKey]) -> None:
        for key in queryset:
            revoke_api_key(key.public_id)
        self.message_user(request, f"Revoked: {len(queryset)}. These keys no longer work.", messages.SUCCESS)

    def save_model(self, request: HttpRequest, obj: APIKey, form: Any, change: bool) -> None:
        if not change:
            obj.give(make_key())
            obj.created_by = request.user.get_username()
        super().save_model(request, obj, form, change)

    def response_add(self, request: HttpRequest, obj: APIKey, post_url_continue: str | None = None) -> HttpResponse:
        """Show the key on a page instead of redirecting, because the text of the key is not stored anywhere."""
        context = {
            **self.admin_site.each_context(request),
            "title": "API key created",
            "api_key": obj,
            "text": obj.text,
        }
        response = render(request, "admin/api/apikey/created.html", context)
        response["Cache-Control"] = "no-store"
        return response


class LogAdmin(ReadOnlyAdmin):
    """A log. Logs grow large: filtered lists show no total, and a search needs whole values."""

    list_per_page = 50
    show_full_result_count = False
    date_hierarchy = "time"


@admin.register(RequestLog)
class RequestLogAdmin(LogAdmin):
    list_display = [
        "time", "method", "path", "query", "status", "milliseconds", "auth_type", "identity", "address", "request_id",
    ]  # fmt: skip
    list_filter = ["status", "method", "auth_type"]
    search_fields = ["request_id__exact", "identity__exact"]
    search_help_text = "Request ID, user:<Accounts UUID> or key:<public id>"


@admin.register(FieldChangeLog)
class FieldChangeLogAdmin(LogAdmin):
    list_display = ["time", "object", "record_id", "field", "old", "new", "source", "identity", "request_id"]
    list_filter = ["object", "field", "source"]
    search_fields = ["record_id__exact", "identity__exact", "request_id__exact"]
    search_help_text = "Salesforce ID, user:<Accounts UUID>, key:<public id> or request ID"


@admin.register(FormSubmission)
class FormSubmissionAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "form_type", "identity", "state", "spam_reason", "case_link"]
    list_filter = ["form_type", ("spam_reason", admin.EmptyFieldListFilter), "case__state"]
    list_select_related = ["case"]
    search_fields = ["id", "identity", "data"]
    date_hierarchy = "created_at"
    show_full_result_count = False

    @admin.display(description="state")
    def state(self, submission: FormSubmission) -> str:
        return submission.status

    @admin.display(description="case")
    def case_link(self, submission: FormSubmission) -> SafeString | str:
        if submission.case_id is None:
            return "–"
        return format_html('<a href="{}">case</a>', reverse("admin:api_outboundcase_change", args=[submission.case_id]))


@admin.register(CircuitBreaker)
class CircuitBreakerAdmin(ReadOnlyAdmin):
    list_display = ["name", "failures", "failed_probes", "last_failure", "reason"]
