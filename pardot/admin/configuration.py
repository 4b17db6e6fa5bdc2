"""Admin pages of configured values and their changes; values are checked against their declarations."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from pardot.admin.base import ProgramsOnlyAdmin
from pardot.admin.team import get_acting_name
from pardot.configuration.values import (
    KEYS,
    BadValue,
    UnknownKey,
    check_value,
    load_described_values,
    require_configured_key,
)
from pardot.models import ConfigurationChange, ConfiguredValue
from pardot.pipeline.after_change import change_value, reset_to_default

_LONGEST = 120
_UNKNOWN = "This release does not know this setting, and does not use its value. Delete it with “Reset to default”."


class PrettyJSON(json.JSONEncoder):
    """Encodes one entry per line."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "indent": 2, "ensure_ascii": False})


class ConfiguredValueForm(forms.ModelForm):
    key = forms.ChoiceField(choices=[(declared.key, declared.title) for declared in KEYS])
    value = forms.JSONField(
        encoder=PrettyJSON,
        widget=forms.Textarea(attrs={"rows": 20, "cols": 100, "class": "vLargeTextField", "spellcheck": "false"}),
        help_text="JSON, in the same form as the default.",
    )

    class Meta:
        model = ConfiguredValue
        fields = ["key", "value"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.instance.key:
            del self.fields["key"]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        key = values.get("key") or self.instance.key
        if key and "value" in values:
            try:
                values["value"] = check_value(key, values["value"])
            except UnknownKey:
                self.add_error(None, _UNKNOWN)
            except BadValue as error:
                self.add_error("value", [_format_error(each) for each in error.errors])
        return values


def _format_error(error: dict[str, Any]) -> str:
    where = " → ".join(error["loc"])
    return f"{where}: {error['message']}" if where else str(error["message"])


@admin.register(ConfigurationChange)
class ConfigurationChangeAdmin(ProgramsOnlyAdmin):
    list_display = ["changed_at", "key", "changed_by", "is_reset"]
    list_filter = ["key"]
    ordering = ["-changed_at", "-id"]


@admin.register(ConfiguredValue)
class ConfiguredValueAdmin(admin.ModelAdmin):
    """Shows one row per changed value, then the settings at their default, each with a link to change it."""

    form = ConfiguredValueForm
    change_list_template = "admin/pardot/configuredvalue/change_list.html"
    list_display = ["title", "shown_value", "shown_default", "problem", "updated_by", "updated_at"]
    actions = ["reset_to_default"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Forbid plain deletion, because ``reset_to_default`` also records the change and runs the audits."""
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return ["title", "explanation", "value", "default", "updated_by", "updated_at"] if obj else ["key", "value"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["title", "explanation", "default", "updated_by", "updated_at"] if obj else []

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Fill the form with the default of the key in ``?key=…``. The links of the list set this parameter."""
        try:
            declared = require_configured_key(request.GET.get("key", ""))
        except UnknownKey:
            return {}
        return {"key": declared.key, "value": declared.default()}

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        at_default = [current for current in load_described_values() if current.updated_at is None]
        context = {"at_default": [(current.declared, _format_short(current.value)) for current in at_default]}
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def save_model(self, request: HttpRequest, obj: ConfiguredValue, form: Any, change: bool) -> None:
        change_value(obj.key, form.cleaned_data["value"], by=get_acting_name(request))

    @admin.action(description="Reset to default", permissions=["change"])
    def reset_to_default(self, request: HttpRequest, queryset: QuerySet[ConfiguredValue]) -> None:
        for row in queryset:
            key = row.key
            try:
                reset_to_default(key, by=get_acting_name(request))
            except UnknownKey:
                row.delete()
                self.message_user(request, f"{key}: deleted, because this release does not know it", messages.SUCCESS)
                continue
            except BadValue as error:
                self.message_user(request, f"{key}: {error}", messages.ERROR)
                continue
            self.message_user(request, f"{key}: reset to its default", messages.SUCCESS)

    # -- columns ----------------------------------------------------------------------------------------------------

    @admin.display(description="setting", ordering="key")
    def title(self, row: ConfiguredValue) -> str:
        try:
            return require_configured_key(row.key).title
        except UnknownKey:
            return f"{row.key} (unknown to this release)"

    @admin.display(description="value")
    def shown_value(self, row: ConfiguredValue) -> str:
        return _format_short(row.value)

    @admin.display(description="default")
    def shown_default(self, row: ConfiguredValue) -> str:
        try:
            return _format_short(require_configured_key(row.key).default())
        except UnknownKey:
            return "–"

    @admin.display(description="problem")
    def problem(self, row: ConfiguredValue) -> str:
        try:
            check_value(row.key, row.value)
        except (BadValue, UnknownKey) as error:
            return f"not used: {error}"[:_LONGEST]
        return "–"

    @admin.display(description="purpose")
    def explanation(self, row: ConfiguredValue) -> SafeString:
        text = '{} <a href="{}">The settings page has a form for this setting.</a>'
        try:
            return format_html(text, require_configured_key(row.key).help, reverse("pardot:admin-settings"))
        except UnknownKey:
            return format_html("{}", _UNKNOWN)

    @admin.display(description="default")
    def default(self, row: ConfiguredValue) -> SafeString:
        try:
            return format_html("<pre>{}</pre>", json.dumps(require_configured_key(row.key).default(), cls=PrettyJSON))
        except UnknownKey:
            return format_html("{}", "–")


def _format_short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
