"""Read the assets of campaigns, and orphaned assets. One statement reads all types.

The statements are written in SQL, because building a query set for each type took longer than running it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from pardot.domain.areas import Area
from pardot.selectors.area_health import AreaHealth
from pardot.selectors.assets import as_known

COUNT_OF: Mapping[Area, str] = {
    Area.FORMS: "form_count",
    Area.LANDING_PAGES: "landing_page_count",
    Area.LIST_EMAILS: "list_email_count",
    Area.CUSTOM_REDIRECTS: "custom_redirect_count",
}
"""The campaign's column with the number of assets, by type."""
MOST_CHILDREN = 50
"""The largest number of assets of each type that are listed with a campaign."""
MOST_ORPHANS = 25

# The activities of list emails are not counted.
_ACTIVITIES = {
    Area.FORMS: "activity_count",
    Area.LANDING_PAGES: "activity_count",
    Area.LIST_EMAILS: "NULL::int",
    Area.CUSTOM_REDIRECTS: "activity_count",
}
_COLUMNS = ("id", "name", "campaign_id", "flags", "activity_count")


@dataclass(frozen=True)
class Content:
    """Assets by type, each with the id of its campaign."""

    by_type: Mapping[Area, list[dict[str, Any]]]

    def group_by_campaign(self, area: Area) -> dict[int, list[dict[str, Any]]]:
        """Return copies of the records of this type, without ``campaign_id``, grouped by campaign id."""
        children: dict[int, list[dict[str, Any]]] = {}
        for record in self.by_type[area]:
            child = {name: value for name, value in record.items() if name != "campaign_id"}
            children.setdefault(record["campaign_id"], []).append(child)
        return children


def load_children(campaigns: Sequence[int], health: Mapping[Area, AreaHealth]) -> Content:
    """Return the first ``MOST_CHILDREN`` assets of each type of each campaign, by id."""
    place = ", row_number() OVER (PARTITION BY campaign_id ORDER BY id) AS place"
    selects = (_select(area, health, place) + " WHERE campaign_id = ANY(%(campaigns)s)" for area in COUNT_OF)
    parameters = {"campaigns": list(campaigns), "most": MOST_CHILDREN}
    return _load_content(f"({' UNION ALL '.join(selects)}) content WHERE place <= %(most)s", parameters, health)


def load_orphans(health: Mapping[Area, AreaHealth]) -> Content:
    """Return the first ``MOST_ORPHANS`` assets of each type whose campaign was deleted.

    Types without data about orphans have empty lists.
    """
    selects = [
        f"({_select(area, health)} WHERE flags @> ARRAY['orphan'] ORDER BY id LIMIT %(most)s)"
        for area in COUNT_OF
        if "orphan" in health[area].known_flags
    ]
    if not selects:
        return Content({area: [] for area in COUNT_OF})
    return _load_content(f"({' UNION ALL '.join(selects)}) content", {"most": MOST_ORPHANS}, health)


def _select(area: Area, health: Mapping[Area, AreaHealth], more: str = "") -> str:
    columns = f"'{area.value}' AS area, id, name, campaign_id, flags, {_ACTIVITIES[area]} AS activity_count"
    return f"SELECT {columns}{more} FROM {health[area].audit.model._meta.db_table}"  # noqa: S608 - our own names


def _load_content(rows: str, parameters: Mapping[str, Any], health: Mapping[Area, AreaHealth]) -> Content:
    by_type: dict[Area, list[dict[str, Any]]] = {area: [] for area in COUNT_OF}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT area, {', '.join(_COLUMNS)} FROM {rows} ORDER BY id", parameters)  # noqa: S608 - our own names
        for name, *values in cursor.fetchall():
            area = Area(name)
            by_type[area].append(as_known(dict(zip(_COLUMNS, values, strict=True)), health[area]))
    return Content(by_type)
