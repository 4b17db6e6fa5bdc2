"""The admin with the operators' page as its start page, and its models in groups."""

from __future__ import annotations

import re
from functools import wraps
from itertools import chain
from typing import Any

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse

from sf.ingest.requested import load_latest_actions
from sf.status.freshness import JOBS, MAX_AGE
from sfapi.operations import views
from sfapi.operations.actions import START_JOBS
from sfapi.operations.board import Rights, load_board
from sfapi.operations.groups import group_models
from sfapi.operations.rows import list_running_now
from sfapi.operations.runs import ACTIONS_SHOWN, load_latest_runs, load_live_leases, mark_of

_VIEW_PAGE = "sf.view_syncrun"
"""The permission to see the operators' page. Staff without it see only the list of models."""

_YEAR = r"(?!0000|9999)\d{4}"
_DATE_PARTS = {"year": _YEAR, "iso_year": _YEAR, "month": r"\d{1,2}", "day": r"\d{1,2}"}
"""The parts of a date by which the admin's lists are filtered, and what each may be."""


def _is_impossible(request: HttpRequest) -> bool:
    """Return whether PostgreSQL or Python would refuse the address, which Django's admin does not check.

    PostgreSQL stores no NUL. For the year 9999 Django would compute the year 10000, which Python does not have.
    """
    values = [(name, value) for name, each in request.GET.lists() for value in each]
    has_nul = any("\0" in text for text in (request.path, *chain.from_iterable(values)))
    return has_nul or any(
        part in name.split("__")[1:] and not re.fullmatch(pattern, value)
        for name, value in values
        for part, pattern in _DATE_PARTS.items()
    )


class OperatorsSite(AdminSite):
    def get_urls(self) -> list[URLPattern | URLResolver]:
        own = [
            path("ops/state.json", self.admin_view(self.show_state), name="operations-state"),
            path("ops/start/", self.admin_view(self.start), name="operations-start"),
            path("ops/switch/", self.admin_view(self.switch), name="operations-switch"),
            path("ops/close-breaker/", self.admin_view(views.close_breaker), name="operations-close-breaker"),
        ]
        return [*own, *super().get_urls()]

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def check_request(request: HttpRequest, *args: Any, **options: Any) -> Any:
            if _is_impossible(request):
                raise Http404
            return inner(request, *args, **options)

        return check_request

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        user = request.user
        shown = None
        if user.has_perm(_VIEW_PAGE):
            rights = map(user.has_perm, (START_JOBS, views.MOVE_SWITCH, views.CLOSE_BREAKER))
            shown = load_board(Rights(*rights))
        return super().index(request, {"board": shown, **(extra_context or {})})

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Return the models in groups; with ``app_label``, only the models of that app."""
        apps = super().get_app_list(request, app_label)
        return apps if app_label else group_models(apps, reverse("admin:index"))

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Sign out on POST. On GET show a page with the button, where Django would answer with a blank 405."""
        if request.method != "POST":
            return views.ask_sign_out(request, self)
        return super().logout(request, extra_context)

    def start(self, request: HttpRequest) -> HttpResponse:
        return views.start(request, self)

    def switch(self, request: HttpRequest) -> HttpResponse:
        return views.switch(request, self)

    def show_state(self, request: HttpRequest) -> HttpResponse:
        """Return the progress of runs, and a mark that changes when a run or an action begins or ends."""
        if not request.user.has_perm(_VIEW_PAGE):
            raise PermissionDenied
        runs, leases = load_latest_runs([*MAX_AGE, *JOBS], each=1), load_live_leases()
        progress = {each.run.object: each.progress for each in list_running_now(runs, leases)}
        actions = load_latest_actions(ACTIONS_SHOWN)
        is_busy = bool(progress) or any(action.ended is None for action in actions)
        body = {"mark": mark_of(runs, leases, actions), "running": progress, "is_busy": is_busy}
        return JsonResponse(body, headers={"Cache-Control": "no-store"})
