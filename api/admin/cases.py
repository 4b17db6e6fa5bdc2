"""The outbox in the admin: read a refused case, correct and resend it, or mark it as dealt with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from api.admin.cases_of_other_orgs import CasesOfOtherOrgs
from api.models import OutboundCase
from api.outbox.dead_letters import can_be_changed, is_kept_apart, queue_again, settle
from sf.admin import link_to_salesforce, with_instance_url
from sf.salesforce.refusals import REFUSALS
from sf.sync.identity import load_cached_org_id

_LONGEST = {"Subject": 255, "Description": 32_000, "SuppliedName": 80, "SuppliedEmail": 80}
"""The greatest lengths of fields of Salesforce's Case."""
_LONGEST_OTHER = 255
"""The greatest length of any other field."""
_FIELDS = (
    "Subject", "Description", "Product__c", "Feature__c", "Issue__c", "SuppliedName", "SuppliedEmail", "Origin",
)  # fmt: skip


class CaseForm(forms.ModelForm):
    """The form of a case.

    It has no fields; for a case that may be changed, ``get_form`` derives a form with fields.
    """

    class Meta:
        model = OutboundCase
        fields: tuple[str, ...] = ()

    def build_salesforce_values(self) -> dict[str, str]:
        """Return the corrected values, without the empty ones."""
        return {name: value for name, value in self.cleaned_data.items() if value}


class _Paragraphs(forms.CharField):
    """A multi-line text with LF line breaks.

    Browsers send each line break as CR LF. Without the conversion, an unchanged text would look changed.
    """

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n")


def _make_form_field(name: str, values: Mapping[str, str]) -> forms.CharField:
    common: dict[str, Any] = {
        "label": name,
        "initial": values.get(name, ""),
        "required": name == "Subject",
        "max_length": _LONGEST.get(name, _LONGEST_OTHER),
    }
    if name == "SuppliedEmail":
        return forms.EmailField(**common, widget=forms.EmailInput({"class": "vTextField"}))
    if name == "Description":
        common["initial"] = common["initial"].replace("\r\n", "\n")
        return _Paragraphs(**common, strip=False, widget=forms.Textarea({"class": "vLargeTextField"}))
    return forms.CharField(**common, strip=False, widget=forms.TextInput({"class": "vTextField"}))


def _list_field_names(case: OutboundCase) -> list[str]:
    return [*_FIELDS, *sorted(set(case.values) - set(_FIELDS))]


@admin.register(OutboundCase)
class OutboundCaseAdmin(CasesOfOtherOrgs):
    """Shows cases, and lets operators change failed and stuck cases that no process is sending."""

    form = CaseForm
    change_form_template = "admin/api/outboundcase/change_form.html"
    list_display = [
        "created_at", "subject", "source", "identity", "state", "error_group", "why", "settled_at", "attempts",
        "salesforce_page",
    ]  # fmt: skip
    list_filter = [
        "state",
        "error_group",
        ("settled_at", admin.EmptyFieldListFilter),
        "source",
        "error_code",
        "organization_id",
    ]
    search_fields = ["id", "salesforce_id", "identity", "values__Subject"]
    search_help_text = "Subject, case ID, Salesforce ID, or creator"
    date_hierarchy = "created_at"
    show_full_result_count = False
    actions = ["retry", "deal_with", "send_to_this_org", "discard_apart"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[OutboundCase]:
        return with_instance_url(OutboundCase.objects.all())

    # -- permissions ------------------------------------------------------------------------------------------

    def has_change_permission(self, request: HttpRequest, obj: OutboundCase | None = None) -> bool:
        return obj is not None and self.has_retry_permission(request) and can_be_changed(obj)

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("api.change_outboundcase")

    # -- columns ----------------------------------------------------------------------------------------------

    @admin.display(description="subject")
    def subject(self, case: OutboundCase) -> str:
        return str(case.values.get("Subject", ""))[:80]

    @admin.display(description="why not delivered")
    def why(self, case: OutboundCase) -> str:
        if is_kept_apart(case):
            return f"for another org: {case.organization_id}"
        return f"{case.error_code} {', '.join(case.error_fields)}".strip()

    @admin.display(description="meaning")
    def meaning(self, case: OutboundCase) -> str:
        if is_kept_apart(case):
            org = case.organization_id
            return (
                f"The case waits for the org {org}. Actions in the list of cases send it to the cached org, "
                "or discard it."
            )
        refusal = REFUSALS.get(case.error_code)
        if refusal:
            return f"{refusal.meaning} {refusal.remedy}"
        return "SFAPI does not know this code: read Salesforce's message." if case.error_code else "–"

    @admin.display(description="fields")
    def named_fields(self, case: OutboundCase) -> str:
        return ", ".join(case.error_fields) or "–"

    @admin.display(description="values")
    def sent_values(self, case: OutboundCase) -> SafeString:
        rows = [(name, case.values[name]) for name in _list_field_names(case) if name in case.values]
        return format_html("<dl>{}</dl>", format_html_join("", "<dt>{}</dt><dd>{}</dd>", rows))

    @admin.display(description="Salesforce")
    def salesforce_page(self, case: OutboundCase) -> SafeString | str:
        if not case.salesforce_id:
            return "–"
        if case.organization_id not in {"", load_cached_org_id()}:
            return case.salesforce_id  # a link would lead to the wrong org
        return link_to_salesforce(case, "Case", case.salesforce_id) or case.salesforce_id

    # -- one case ---------------------------------------------------------------------------------------------

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None or not self.has_change_permission(request, obj):
            return super().get_form(request, obj, change=change, **kwargs)
        return type(
            "RefusedCaseForm",
            (CaseForm,),
            {name: _make_form_field(name, obj.values) for name in _list_field_names(obj)},
        )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        refusal = ["state", "error_group", "error_code", "named_fields", "error_message", "meaning"]
        values = _list_field_names(obj) if obj and self.has_change_permission(request, obj) else ["sent_values"]
        more = [
            "id",
            "created_at",
            "source",
            "identity",
            "attempts",
            "next_attempt_at",
            "ended_at",
            "salesforce_page",
            "organization_id",
        ]
        return [
            ("Refusal", {"fields": refusal}),
            ("Values", {"fields": values}),
            ("More", {"fields": [*more, "settled_at", "settled_by"]}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        names = [name for _, part in self.get_fieldsets(request, obj) for name in part["fields"]]
        return [name for name in names if obj is None or name not in _list_field_names(obj)]

    def save_model(self, request: HttpRequest, obj: OutboundCase, form: Any, change: bool) -> None:
        """Queue the case with the corrected values, instead of saving the whole row.

        ``queue_again`` changes nothing if a process has begun to send the case.
        """
        request.queued_again = bool(queue_again([obj], form.build_salesforce_values()))  # type: ignore[attr-defined]

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        if not request.queued_again:  # type: ignore[attr-defined]
            return "Tried to queue the case again; nothing was changed."
        names = ", ".join(form.changed_data)
        return f"Corrected {names}; queued again." if names else "Queued again."

    def response_change(self, request: HttpRequest, obj: OutboundCase) -> HttpResponse:
        if request.queued_again:  # type: ignore[attr-defined]
            self.message_user(request, self._compose_queued_message(obj), messages.SUCCESS)
        else:
            message = "Nothing was changed: SFAPI has begun to send the case, or another user has queued it."
            self.message_user(request, message, messages.WARNING)
        return HttpResponseRedirect(self._page_of(obj))

    @staticmethod
    def _compose_queued_message(case: OutboundCase) -> str:
        if case.organization_id in {"", load_cached_org_id()}:
            return "Queued again: deliver_pending sends it within a minute."
        org = case.organization_id
        return (
            f"Queued for the org {org}, which is not cached. An action in the list of cases sends the case to the "
            "cached org."
        )

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.settle_view)
        own = path("<path:object_id>/settle/", view, name="api_outboundcase_settle")
        return [own, *super().get_urls()]

    def settle_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Mark one case as dealt with, on POST. A GET changes nothing and redirects to the case."""
        case = self.get_object(request, unquote(object_id))
        if case is None:
            raise Http404
        if not self.has_retry_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            message = (
                "Nothing was changed. If the case can be changed, “Mark as dealt with” is at the end of this page."
            )
            self.message_user(request, message, messages.WARNING)
            return HttpResponseRedirect(self._page_of(case))
        self._settle(request, [case])
        return HttpResponseRedirect(self._page_of(case))

    @staticmethod
    def _page_of(case: OutboundCase) -> str:
        return reverse("admin:api_outboundcase_change", args=[case.pk])

    # -- several ----------------------------------------------------------------------------------------------

    @admin.action(description="Send the selected failed or stuck cases again", permissions=["retry"])
    def retry(self, request: HttpRequest, queryset: QuerySet[OutboundCase]) -> None:
        cases = list(queryset)
        changed_cases = [case for case in cases if queue_again([case])]
        for case in changed_cases:
            self.log_change(request, case, "Queued again.")
        result = f"Queued again: {len(changed_cases)}; deliver_pending sends those for the cached org within a minute."
        self._report(request, result, others=len(cases) - len(changed_cases))

    @admin.action(description="Mark the selected failed or stuck cases as dealt with", permissions=["retry"])
    def deal_with(self, request: HttpRequest, queryset: QuerySet[OutboundCase]) -> None:
        self._settle(request, list(queryset))

    def _settle(self, request: HttpRequest, cases: list[OutboundCase]) -> None:
        changed_cases = [case for case in cases if settle([case], by=request.user.get_username())]
        for case in changed_cases:
            self.log_change(request, case, "Marked as dealt with.")
        self._report(request, f"Marked as dealt with: {len(changed_cases)}.", others=len(cases) - len(changed_cases))

    def _report(self, request: HttpRequest, result: str, *, others: int) -> None:
        if others:
            result += f" Not changed: {others} (neither failed nor stuck, or being sent)."
        self.message_user(request, result, messages.WARNING if others else messages.SUCCESS)
