"""What ``/api/v1/pardot/`` consists of; ``sfapi/urls.py`` mounts it on the API, which need not know this app."""

from __future__ import annotations

from ninja import Router

from api.auth import super_user
from pardot.v1 import cleanup, engagement, orphans, prospect_health, score

router = Router(auth=super_user())
for _module in (score, prospect_health, engagement, orphans, cleanup):
    router.add_router("", _module.router)
