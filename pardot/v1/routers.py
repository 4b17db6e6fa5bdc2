"""The routes of ``/api/v1/pardot/``. ``sfapi/urls.py`` mounts them; ``api`` does not import them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from ninja import Router

from api.auth.callers import super_user
from pardot.v1 import (
    admin_settings,
    asset_detail,
    assets,
    briefing,
    bulk,
    campaigns,
    changes,
    cleanup,
    config,
    engagement,
    exemptions,
    gear,
    goal,
    history,
    issues,
    my_work,
    notes,
    orphans,
    preview,
    prospect_health,
    score,
    search,
    sync,
    sync_requests,
    tags,
    tasks,
    texts,
    views,
    what_if,
)
from sf.reads.replica import noted_write, read_from_replica

View = Callable[..., Any]


def by_replica(view: View) -> View:
    """Let a read replica answer a GET if the replica has the writes of earlier requests to these routes."""

    @wraps(view)
    def answer(request: HttpRequest, **values: Any) -> Any:
        if request.method == "GET":  # also HEAD, which the middleware turns into GET
            return read_from_replica(lambda: view(request, **values), after_writes=True)
        with noted_write():
            return view(request, **values)

    return answer


router = Router(auth=super_user())
_OF_THE_PRIMARY = (sync, sync_requests)
"""The modules with the routes under ``/sync/``. Only the primary knows the current state of syncs."""
for _module in (
    briefing,
    score,
    issues,
    what_if,
    goal,
    history,
    changes,
    my_work,
    assets,
    search,
    gear,
    campaigns,
    tags,
    prospect_health,
    engagement,
    orphans,
    cleanup,
    texts,
    # bulk is before the next three modules, because /tasks/{task_id}, for example, also matches /tasks/remove.
    bulk,
    asset_detail,
    tasks,
    exemptions,
    notes,
    views,
    sync,
    sync_requests,
    config,
    admin_settings,
    preview,
):
    if _module not in _OF_THE_PRIMARY:
        _module.router.add_decorator(by_replica, mode="operation")
    router.add_router("", _module.router)
