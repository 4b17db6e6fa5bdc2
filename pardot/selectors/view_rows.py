"""Count the rows of a saved view by the filters in its query string.

The counts are mailed, so only tables without people are counted: assets, campaigns and tags. The dashboard applies the
same filters: ``params`` in ``static/js/assets/audit-table.js`` and ``static/js/panels/campaigns.js``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.utils import timezone

from pardot.audits.run import AUDIT_OF
from pardot.domain.areas import Area
from pardot.selectors.area_health import AreaHealth, load_area_health
from pardot.selectors.assets import AssetFilters, NotOfThisArea, filter_assets
from pardot.selectors.campaigns import CampaignFilters, filter_campaigns
from pardot.selectors.children import COUNT_OF
from pardot.selectors.rows import LONGEST_SEARCH, Rows, Unknown

_MAP = "campaign-map"
_YES_OR_NO = {"yes": True, "no": False}
_MONTH, _YEAR = timedelta(days=30), timedelta(days=365)
_AGES = {"month": (None, _MONTH), "year": (_MONTH, _YEAR), "three": (_YEAR, 3 * _YEAR), "older": (3 * _YEAR, None)}
"""The minimum and maximum age of campaigns, by the name of the filter's option."""


@dataclass(frozen=True)
class ViewRows:
    """The number and a fingerprint of a view's current rows."""

    count: int
    fingerprint: str
    """A hash of the ids of the rows.
    It changes when rows are replaced, even if their number stays the same."""


def area_of_view(query: str) -> Area | None:
    """Return the area whose table the view shows; ``None`` when the view shows no table that is counted."""
    pairs = dict(parse_qsl(query))
    tab = pairs.get("tab", "")
    if tab == _MAP:
        return Area.CAMPAIGNS
    if tab == "tags":
        return Area.TAGS
    named = [pairs.get("gear.type", ""), *(name.partition(".")[0] for name in pairs)]
    areas = [Area(name) for name in named if name in AUDIT_OF]
    return areas[0] if tab == "gear-locker" and areas else None


def query_of_table(query: str) -> str:
    """Return the part of a view's query that is about its table.

    The rest may contain a search for a person.
    """
    area = area_of_view(query)

    def is_kept(name: str, value: str) -> bool:
        return name == "tab" or (name == "gear.type" and value == area) or name.startswith(f"{area}.")

    return urlencode([pair for pair in dict(parse_qsl(query)).items() if is_kept(*pair)])


def count_view_rows(query: str) -> ViewRows | None:
    """Return the number and fingerprint of the view's rows.

    ``None``: the view shows no table that is counted, there is no data, or one of the filters is not valid.
    """
    area = area_of_view(query)
    if area is None:
        return None
    health = load_area_health(area)[area]
    pairs = dict(parse_qsl(query))
    options = {name.removeprefix(f"{area.value}."): value for name, value in pairs.items()}
    if health.items is None or _parse_flag(options) not in {None, *health.known_flags}:
        return None
    try:
        return _count(_select_rows(health, options, is_map=pairs["tab"] == _MAP))
    except (Unknown, NotOfThisArea, ValueError):
        return None


def _select_rows(health: AreaHealth, options: Mapping[str, str], *, is_map: bool) -> Rows:
    """Return the rows of the Campaign Map, or else of a table of assets, which has other filters."""
    if is_map:
        return filter_campaigns(
            health, CampaignFilters(**_parse_shared_filters(options), **_parse_campaign_filters(options))
        )
    return filter_assets(health, AssetFilters(**_parse_shared_filters(options), **_parse_asset_filters(options)))


def _count(rows: Rows) -> ViewRows:
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    return ViewRows(len(ids), hashlib.sha256(repr(ids).encode()).hexdigest())


def _parse_flag(options: Mapping[str, str]) -> str | None:
    return None if options.get("flag") in {None, "any", "none"} else options["flag"]


def _parse_shared_filters(options: Mapping[str, str]) -> dict[str, Any]:
    return {
        "flag": _parse_flag(options),
        "issues": {"any": True, "none": False}.get(options.get("flag", "")),
        "exempt": _YES_OR_NO.get(options.get("exempt", "")),
        "new_since": _parse_day(options.get("new")),
        "fixed_since": _parse_day(options.get("fixed")),
        "q": _parse_words(options.get("q", "")),
    }


def _parse_asset_filters(options: Mapping[str, str]) -> dict[str, Any]:
    return {
        "campaign_id": _parse_number(options.get("campaign")),
        "linked": _YES_OR_NO.get(options.get("reach", "")),
        "tagged": _YES_OR_NO.get(options.get("tagged", "")),
        "prefix": _parse_words(options.get("prefix", "")),
    }


def _parse_campaign_filters(options: Mapping[str, str]) -> dict[str, Any]:
    linked, assets = _YES_OR_NO.get(options.get("sf", "")), options.get("assets", "")
    least, greatest = _AGES.get(options.get("age", ""), (None, None))
    return {
        "no_sf": None if linked is None else not linked,
        "has_assets": {"some": True, "empty": False}.get(assets),
        "asset_type": Area(assets) if assets in {area.value for area in COUNT_OF} else None,
        "has_members": _YES_OR_NO.get(options.get("members", "")),
        "folder_id": _parse_number(options.get("folder")),
        "begun_after": _subtract_age(greatest),
        "begun_before": _subtract_age(least),
    }


def _parse_day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _parse_words(text: str) -> str | None:
    """Return the words to search for. Raises ``ValueError`` for text that the table's endpoint refuses."""
    words = text.strip()
    if len(words) > LONGEST_SEARCH or "\0" in words:
        raise ValueError("no such search")
    return words or None


def _parse_number(text: str | None) -> int | None:
    return int(text) if text else None


def _subtract_age(age: timedelta | None) -> datetime | None:
    return None if age is None else timezone.now() - age
