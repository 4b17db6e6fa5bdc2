"""Let an admin send cases of another org to the cached org, or discard them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from api.models import OutboundCase
from api.outbox.dead_letters import discard, is_kept_apart, send_to_cached_org
from sf.admin import ReadOnlyAdmin
from sf.sync.identity import load_cached_org

Decide = Callable[[Sequence[OutboundCase]], int]


class CasesOfOtherOrgs(ReadOnlyAdmin):
    """Two actions on the list of cases. Each shows a page that asks for confirmation first."""

    @admin.action(description="Send the selected cases of another org to the cached org", permissions=["retry"])
    def send_to_this_org(self, request: HttpRequest, queryset: QuerySet[OutboundCase]) -> HttpResponse | None:
        if request.POST.get("confirmed"):
            self._decide(request, queryset, send_to_cached_org, "Queued for the cached org")
            return None
        return self._ask(request, queryset, "send_to_this_org", "Send to cached org")

    @admin.action(description="Discard the selected cases of another org", permissions=["retry"])
    def discard_apart(self, request: HttpRequest, queryset: QuerySet[OutboundCase]) -> HttpResponse | None:
        if request.POST.get("confirmed"):
            self._decide(request, queryset, lambda cases: discard(cases, by=request.user.get_username()), "Discarded")
            return None
        return self._ask(request, queryset, "discard_apart", "Discard")

    def _ask(
        self, request: HttpRequest, queryset: QuerySet[OutboundCase], action: str, verb: str
    ) -> HttpResponse | None:
        orgs = Counter(case.organization_id for case in queryset if is_kept_apart(case))
        if not orgs:
            self.message_user(request, "None of the selected cases waits for another org.", messages.WARNING)
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": f"{verb}: {orgs.total()} case{'s' * (orgs.total() != 1)} of another org",
            "opts": self.opts,
            "action": action,
            "checkbox": helpers.ACTION_CHECKBOX_NAME,
            "chosen": request.POST.getlist(helpers.ACTION_CHECKBOX_NAME),
            "select_across": request.POST.get("select_across", "0"),
            "verb": verb,
            "orgs": orgs.items(),
            "here": load_cached_org(),
            "discards": action == "discard_apart",
        }
        return TemplateResponse(request, "admin/api/outboundcase/confirm.html", context)

    def _decide(self, request: HttpRequest, queryset: QuerySet[OutboundCase], decide: Decide, result: str) -> None:
        cases = list(queryset)
        changed_cases = [case for case in cases if decide([case])]
        for case in changed_cases:
            self.log_change(request, case, f"{result}; the case was for the org {case.organization_id}.")
        message = f"{result}: {len(changed_cases)}."
        if others := len(cases) - len(changed_cases):
            message += f" Not changed: {others} (being sent, or not waiting for another org)."
        self.message_user(request, message, messages.WARNING if others else messages.SUCCESS)
