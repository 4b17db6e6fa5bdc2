"""What ``/api/v1/pardot/`` consists of; ``sfapi/urls.py`` mounts it on the API, which need not know this app."""

from __future__ import annotations

from ninja import Router

from api.auth import super_user
from pardot.v1 import briefing, config, history, issues, score, sync, what_if

router = Router(auth=super_user())
for _module in (
    briefing,
    score,
    issues,
    what_if,
    history,
    sync,
    config,
):
    router.add_router("", _module.router)
