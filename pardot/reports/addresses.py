"""URLs of the dashboard, for messages.

``rowsOf`` in ``static/js/core/rows.js`` follows the same rules as ``build_rows_address``.
"""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings

from pardot.domain.areas import Area

_TAB = {Area.CAMPAIGNS: "campaign-map", Area.TAGS: "tags", Area.PROSPECTS: "full-survey"}


def build_site_address(path: str) -> str:
    """Return the URL of a page of this service; without ``PUBLIC_URL``, only its path."""
    return f"{settings.PUBLIC_URL.rstrip('/')}{path}"


def build_rows_address(area: Area, **filters: str) -> str:
    """Return the URL of an area's table with these filters.

    For prospects, ``filters`` are ignored: the URL shows the prospects without lead or contact.
    """
    parameters = {"tab": _TAB.get(area, "gear-locker")}
    if area is Area.PROSPECTS:
        parameters["orphans.kind"] = "prospects_unlinked"
    else:
        if area not in _TAB:
            parameters["gear.type"] = area.value
        parameters |= {f"{area.value}.{name}": value for name, value in filters.items()}
    return build_site_address(f"/pardot/?{urlencode(parameters)}")


def build_tasks_address(search: str = "") -> str:
    """Return the URL of the task board with this search."""
    return build_site_address(f"/pardot/?{urlencode({'open': 'tasks', **({'tasks.q': search} if search else {})})}")
