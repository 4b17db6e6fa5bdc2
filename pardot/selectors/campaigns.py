"""Read a page of campaigns with their assets and numbers of members, for the Campaign Map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import F, Q
from django.db.models.functions import Coalesce

from pardot.domain.areas import Area
from pardot.models import Campaign, Folder
from pardot.models.audited import BY_NAME
from pardot.selectors.area_health import AreaHealth
from pardot.selectors.asset_search import search_rows, suggest_search
from pardot.selectors.assets import add_names, as_known
from pardot.selectors.children import COUNT_OF, load_children, load_orphans
from pardot.selectors.rows import FlagFilters, Rows, SortKeys, build_flag_count_key, filter_rows, sort_rows, with_flag
from pardot.selectors.since import add_since, build_newest_finding_key

_SHOWN = (
    "id", "name", "cost", "salesforce_id", "folder_id", "created_at", "updated_at", "sf_created_at", "sf_modified_at",
    "start_date", "end_date", *COUNT_OF.values(), "member_count", "responded_count", "activity_count", "flags",
)  # fmt: skip
_ASSETS = sum((F(column) for column in list(COUNT_OF.values())[1:]), F("form_count"))
_SORT_COLUMNS = {name: F(name) for name in _SHOWN if name not in {"id", "name", "salesforce_id", "folder_id", "flags"}}


@dataclass(frozen=True)
class CampaignFilters(FlagFilters):
    """The filters of the campaigns' table."""

    no_sf: bool | None = None
    empty: bool | None = None
    has_assets: bool | None = None
    has_members: bool | None = None
    asset_type: Area | None = None
    """Only campaigns with assets of this type, which must be in ``COUNT_OF``."""
    folder_id: int | None = None
    begun_after: datetime | None = None
    """Only campaigns created at this time or later. Pardot's date counts if Salesforce has none."""
    begun_before: datetime | None = None
    """Only campaigns created before this time. Pardot's date counts if Salesforce has none."""


@dataclass(frozen=True)
class CampaignPage:
    """One page of the matching campaigns, with the folders of all campaigns and the first orphaned assets."""

    count: int
    campaigns: list[dict[str, Any]]
    orphans: Mapping[Area, list[dict[str, Any]]] = field(default_factory=dict)
    """The first ``MOST_ORPHANS`` assets of each type whose campaign was deleted."""
    folders: Mapping[int, str | None] = field(default_factory=dict)
    """The names of all folders that contain campaigns, by id; ``None``: the folder has no name."""
    did_you_mean: str | None = None
    """Words of similar spelling that have matches, when the searched words have no match."""


def load_campaign_page(
    health: Mapping[Area, AreaHealth], filters: CampaignFilters, *, sort: str, limit: int, offset: int
) -> CampaignPage:
    """Return one page. The number of queries does not grow with the campaigns.

    Raises ``Unknown`` when the sort key or the flag does not exist. ``health`` must contain ``Area.CAMPAIGNS`` and
    every area in ``COUNT_OF``.
    """
    rows = filter_campaigns(health[Area.CAMPAIGNS], filters)
    keys = _build_sort_keys(health[Area.CAMPAIGNS], filters.flag)
    campaigns = list(sort_rows(rows, sort, keys).values(*_SHOWN)[offset : offset + limit])
    add_names(campaigns)
    add_since(campaigns, health[Area.CAMPAIGNS])
    content = load_children([campaign["id"] for campaign in campaigns], health)
    children = {area: content.group_by_campaign(area) for area in COUNT_OF}
    for campaign in campaigns:
        _complete(campaign, health, children)
    count = rows.count()
    of_campaigns = health[Area.CAMPAIGNS]
    return CampaignPage(
        count=count,
        campaigns=campaigns,
        orphans=load_orphans(health).by_type,
        folders=dict(Folder.objects.filter(pk__in=Campaign.objects.values("folder_id")).values_list("pk", "name")),
        did_you_mean=None
        if count
        else suggest_search(Area.CAMPAIGNS, filters, lambda other: filter_campaigns(of_campaigns, other)),
    )


def _build_sort_keys(health: AreaHealth, flag: str | None) -> SortKeys:
    return {
        "id": F("pk"),
        "name": BY_NAME,
        "issues": build_flag_count_key(health),
        **_SORT_COLUMNS,
        "asset_count": _ASSETS,
        "begun_at": Coalesce("sf_created_at", "created_at"),
        "since": build_newest_finding_key(health, flag),
    }


def filter_campaigns(health: AreaHealth, filters: CampaignFilters) -> Rows:
    """Return all campaigns that match. Raises ``Unknown`` when the flag does not exist."""
    rows: Rows = Campaign.objects.all()
    for flag, having in (("no_sf", filters.no_sf), ("empty", filters.empty)):
        if having is not None:
            rows = _filter_by_flag(rows, health, flag, having)
    rows = filter_rows(rows, health, filters).filter(_build_condition(filters))
    return search_rows(rows, Area.CAMPAIGNS, filters.q) if filters.q else rows


def _filter_by_flag(rows: Rows, health: AreaHealth, flag: str, having: bool) -> Rows:
    """Return the rows with the flag, or the rows without it; no rows when the flag has no data."""
    if having or flag not in health.known_flags:
        return with_flag(rows, health, flag, exempt=None)
    return rows.exclude(flags__contains=[flag])


def _build_condition(filters: CampaignFilters) -> Q:
    has_assets = Q(**{f"{COUNT_OF[Area.FORMS]}__gt": 0})
    for column in COUNT_OF.values():
        has_assets |= Q(**{f"{column}__gt": 0})
    condition = Q()
    if filters.has_assets is not None:
        condition &= has_assets if filters.has_assets else ~has_assets
    if filters.has_members is not None:
        condition &= Q(member_count__gt=0) if filters.has_members else Q(member_count=0)
    if filters.asset_type is not None:
        condition &= Q(**{f"{COUNT_OF[filters.asset_type]}__gt": 0})
    if filters.folder_id is not None:
        condition &= Q(folder_id=filters.folder_id)
    return condition & _match_begun_within(filters)


def _match_begun_within(filters: CampaignFilters) -> Q:
    begun = Q()
    if filters.begun_after is not None:
        begun &= Q(sf_created_at__gte=filters.begun_after) | Q(sf_created_at=None, created_at__gte=filters.begun_after)
    if filters.begun_before is not None:
        begun &= Q(sf_created_at__lt=filters.begun_before) | Q(sf_created_at=None, created_at__lt=filters.begun_before)
    return begun


def _complete(
    campaign: dict[str, Any], health: Mapping[Area, AreaHealth], children: Mapping[Area, Mapping[int, list[Any]]]
) -> None:
    """Add the assets of ``campaign``, and replace values without data with null.

    The number of assets of a type is null until the type was read completely.
    """
    as_known(campaign, health[Area.CAMPAIGNS])
    for area, column in COUNT_OF.items():
        if health[area].items is None:
            campaign[column] = None
    campaign["children"] = {area.value: children[area].get(campaign["id"], []) for area in COUNT_OF}
