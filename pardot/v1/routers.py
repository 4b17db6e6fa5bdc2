"""The routes of ``/api/v1/pardot/``; ``sfapi/urls.py`` mounts them on the API, which does not depend on this app."""

from __future__ import annotations

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

router = Router(auth=super_user())
for _module in (
    briefing,
    score,
    issues,
    what_if,
    goal,
    history,
    changes,
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
    bulk,  # before these three: their paths would take /tasks and /remove for an id
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
    router.add_router("", _module.router)
