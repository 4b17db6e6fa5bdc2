"""The buttons of the operators' page. Each action is recorded; commands run in another process."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from api.protection.breaker import load_breakers, note_success
from pardot.catalog.entities import Tier, select_tier_entities
from pardot.models import PardotQuota
from pardot.pipeline.estimate import estimate_calls
from sf.ingest.requested import NotStarted, Submitted, note_action, request_sync, submit
from sf.ingest.switch import LONGEST_REASON, switch_off, switch_on
from sf.models import SyncConfig
from sfapi.operations.actions import ACCEPT, DIGEST, START_JOBS, SURVEY, Action, list_actions, list_synced_names
from sfapi.operations.runs import load_latest_runs
from sfapi.operations.words import format_moment

MOVE_SWITCH = "sf.change_syncconfig"
CLOSE_BREAKER = "api.change_circuitbreaker"

_PAUSES = {"30": "30 minutes", "60": "1 hour", "120": "2 hours", "240": "4 hours", "1440": "1 day"}
_NO_LONGER_HELD_BACK = (
    "Nothing was started: a new run of the object has begun since the button was shown. Look at the object again."
)


def start(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """Start the command of the requested action. If the action has a question, ask first.

    A typed or reloaded address starts nothing.
    """
    _demand(request, START_JOBS)
    key = request.POST.get("action") or request.GET.get("action", "")
    action = list_actions(load_latest_runs(list_synced_names())).get(key)
    if action is None and key.startswith(ACCEPT):
        messages.warning(request, _NO_LONGER_HELD_BACK)
        return _redirect_to_index()
    if action is None and request.method == "POST":
        raise Http404("no such action")
    if action is None:
        return _point_back(request, "Nothing was started. Use the buttons on this page.")
    if action.question and request.POST.get("confirmed") != "yes":
        return _ask(request, site, action)
    if request.method != "POST":
        return _point_back(request, f"{action.label}: nothing was started. Use the button on this page.")
    try:
        messages.success(request, str(_submit_action(action, by=_get_user_name(request))))
    except NotStarted as error:
        messages.warning(request, str(error))
    return _redirect_to_index()


def switch(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """Switch syncs on, or off with a reason and an optional end time."""
    _demand(request, MOVE_SWITCH)
    direction = request.POST.get("to", "") if request.method == "POST" else ""
    form = SwitchForm(request.POST if direction == "off" else None)
    if direction == "on":
        switch_on(by=_get_user_name(request))
        return _finish_action(request, "Switch syncs on", "Syncs are switched on.")
    if direction == "off" and form.is_valid():
        reason = form.cleaned_data["reason"]
        switch_off(by=_get_user_name(request), reason=reason, until=form.compute_until())
        return _finish_action(request, "Switch syncs off", "Syncs are switched off.", reason)
    config = SyncConfig.load()
    context = {"form": form, "config": config, "switch_text": config.describe_switch(format_moment)}
    return _render_page(request, site, "operations/switch.html", "Syncs on or off", context)


def close_breaker(request: HttpRequest) -> HttpResponse:
    _demand(request, CLOSE_BREAKER)
    name = request.POST.get("name", "") if request.method == "POST" else ""
    if name not in load_breakers():
        return _point_back(request, "No breaker was closed. Use the button “Close” beside an open breaker.")
    note_success(name)
    note_action(label=f"Close the breaker “{name}”", by=_get_user_name(request))
    messages.success(request, f"The breaker “{name}” is closed: requests call the system behind it again.")
    return _redirect_to_index()


def ask_sign_out(request: HttpRequest, site: AdminSite) -> TemplateResponse:
    return _render_page(request, site, "operations/sign_out.html", "Sign out", {})


class SwitchForm(forms.Form):
    reason = forms.CharField(
        max_length=LONGEST_REASON,
        help_text="Shown with each sync that the switch stops.",
        widget=forms.TextInput({"class": "vTextField"}),
    )
    pause = forms.ChoiceField(
        label="For", choices=[*_PAUSES.items(), ("", "until switched on")], required=False, initial="120"
    )

    def compute_until(self) -> Any:
        """Return the time at which syncs turn on again; ``None`` if a person must turn them on."""
        minutes = self.cleaned_data["pause"]
        return timezone.now() + timedelta(minutes=int(minutes)) if minutes else None


def _submit_action(action: Action, *, by: str) -> Submitted:
    if action is DIGEST:
        return submit(action.words, label=action.label, by=by)
    return request_sync(action.words, label=action.label, by=by, lease=action.lease)


def _ask(request: HttpRequest, site: AdminSite, action: Action) -> HttpResponse:
    calls = estimate_calls(select_tier_entities(Tier.SURVEY), full=False) if action is SURVEY else None
    context = {
        "action": action,
        "calls": calls,
        "budgets": _describe_budgets(action),
        "tone": "danger" if action.key.startswith(ACCEPT) else "primary",
    }
    return _render_page(request, site, "operations/confirm.html", action.label, context)


def _describe_budgets(action: Action) -> list[str]:
    """Return sentences about the calls of the day at Pardot (for ``camp_sync``) and Salesforce."""
    sentences, config = [], SyncConfig.load()
    quota = PardotQuota.objects.first() if action.words[0] == "camp_sync" else None
    if quota is not None:
        sentences.append(f"Pardot has {quota.left:,} of {quota.maximum:,} calls left today.")
    if config.last_usage_limit:
        used = config.last_usage_value or 0
        sentences.append(f"Salesforce last reported {used:,} of {config.last_usage_limit:,} calls as used.")
    return sentences


def _render_page(
    request: HttpRequest, site: AdminSite, template: str, title: str, context: dict[str, Any]
) -> TemplateResponse:
    return TemplateResponse(request, template, {**site.each_context(request), "title": title, **context})


def _finish_action(request: HttpRequest, label: str, message: str, reason: str = "") -> HttpResponse:
    note_action(label=label, by=_get_user_name(request), outcome=reason)
    messages.success(request, message)
    return _redirect_to_index()


def _point_back(request: HttpRequest, message: str) -> HttpResponse:
    """Redirect to the start page. The message there says which button to use."""
    messages.warning(request, message)
    return _redirect_to_index()


def _demand(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


def _get_user_name(request: HttpRequest) -> str:
    return str(request.user.get_username())


def _redirect_to_index() -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:index"))
