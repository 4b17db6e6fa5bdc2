"""Read a page of the audit table of one area, and the inventory of all types of assets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Subquery, Value, When
from django.db.models.functions import Lower

from pardot.audits.run import AUDIT_OF
from pardot.catalog.entities import FOLDERS
from pardot.domain.areas import Area
from pardot.domain.object_types import load_object_type_words
from pardot.models import AuditSummary, Campaign, EntityState, Folder, TaggedObject
from pardot.models.audited import BY_NAME
from pardot.selectors.area_health import AreaHealth
from pardot.selectors.asset_search import search_rows, suggest_search
from pardot.selectors.rows import FlagFilters, Rows, SortKeys, build_flag_count_key, filter_rows, sort_rows
from pardot.selectors.since import add_since, build_newest_finding_key

SHOWN = (
    "id", "name", "title", "subject", "url", "salesforce_id", "campaign_id", "folder_id", "is_sent", "is_dynamic",
    "is_public", "prefix", "usage", "activity_count", "error_count", "created_at", "updated_at", "flags",
)  # fmt: skip
"""The columns that a page shows, as far as the area has them."""
_SORT_COLUMNS = (
    "created_at",
    "updated_at",
    "activity_count",
    "error_count",
    "usage",
    "campaign_id",
    "folder_id",
    "is_sent",
)
MOST_RECENT = 10


class NotOfThisArea(ValueError):
    """The filter does not exist for this area. ``name`` is the name of the query parameter."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


@dataclass(frozen=True)
class AssetFilters(FlagFilters):
    """The filters of the table of one type of assets."""

    campaign_id: int | None = None
    linked: bool | None = None
    """True: in a campaign that is linked to Salesforce; false: in an existing campaign that is not."""
    tagged: bool | None = None
    prefix: str | None = None
    """A prefix of tags. Case does not matter."""


@dataclass(frozen=True)
class AssetPage:
    """One page of the matching records."""

    count: int
    """The number of all matching records."""
    records: list[dict[str, Any]]
    did_you_mean: str | None = None
    """Words of similar spelling that have matches, when the searched words have no match."""


@cache
def columns_of(area: Area) -> tuple[str, ...]:
    """Return the columns of ``SHOWN`` that the area has."""
    have = {field.name for field in AUDIT_OF[area].model._meta.concrete_fields}
    return tuple(name for name in SHOWN if name in have)


def _build_sort_keys(health: AreaHealth, flag: str | None) -> SortKeys:
    have = columns_of(health.area)
    keys: dict[str, Any] = {"id": F("pk"), "name": BY_NAME, "issues": build_flag_count_key(health)}
    keys |= {name: F(name) for name in _SORT_COLUMNS if name in have}
    # A missing text may also be stored as an empty one, or as white space, and is last too.
    keys |= {
        name: Case(When(**{f"{name}__regex": "[^[:space:]]"}, then=Lower(name)))
        for name in ("subject", "prefix")
        if name in have
    }
    if "campaign_id" in have:
        name_of = Campaign.objects.filter(pk=OuterRef("campaign_id")).values(lower=BY_NAME)
        keys["campaign_name"] = Subquery(name_of)
    return {**keys, "since": build_newest_finding_key(health, flag)}


def load_asset_page(health: AreaHealth, filters: AssetFilters, *, sort: str, limit: int, offset: int) -> AssetPage:
    """Return one page of the area's records. The number of queries does not grow with the records.

    Raises ``NotOfThisArea``, or ``Unknown`` when the flag or sort key does not exist.
    """
    rows = filter_assets(health, filters)
    keys = _build_sort_keys(health, filters.flag)
    records = load_shown_records(sort_rows(rows, sort, keys)[offset : offset + limit], health)
    count = rows.count()
    suggestion = None if count else suggest_search(health.area, filters, lambda other: filter_assets(health, other))
    return AssetPage(count, records, suggestion)


def load_shown_records(rows: Rows, health: AreaHealth) -> list[dict[str, Any]]:
    """Return the rows as records, changed by ``add_names``, ``add_since`` and ``as_known``."""
    records = list(rows.values(*columns_of(health.area)))
    add_names(records)
    add_since(records, health)
    return [as_known(record, health) for record in records]


def filter_assets(health: AreaHealth, filters: AssetFilters) -> Rows:
    """Return all assets of the area that match.

    Raises ``NotOfThisArea``, or ``Unknown`` when the flag does not exist.
    """
    rows: Rows = health.audit.model._default_manager.all()
    if filters.campaign_id is not None:
        rows = _require_in_campaigns(rows, health.area, "campaign_id").filter(campaign_id=filters.campaign_id)
    if filters.linked is not None:
        rows = _require_in_campaigns(rows, health.area, "linked").filter(
            campaign_id__in=_select_campaign_ids(linked=filters.linked)
        )
    if filters.tagged is not None:
        rows = _filter_by_tag(rows, health.area, filters.tagged)
    if filters.prefix:
        rows = _filter_by_prefix(rows, health.area, filters.prefix)
    rows = filter_rows(rows, health, filters)
    return search_rows(rows, health.area, filters.q) if filters.q else rows


def _require_in_campaigns(rows: Rows, area: Area, parameter: str) -> Rows:
    if "campaign_id" not in columns_of(area):
        raise NotOfThisArea(parameter, f"{area.label} belong to no campaign")
    return rows


def _select_campaign_ids(*, linked: bool) -> Rows:
    """Return the ids of linked or unlinked campaigns.

    A blank Salesforce id counts as no id, as in ``CHAIN`` of ``pardot/audits/asset_audit.py``.
    """
    having = {"salesforce_id__regex": "[^[:space:]]"}
    campaigns: Rows = Campaign.objects.filter(**having) if linked else Campaign.objects.exclude(**having)
    return campaigns.values("pk")


def _filter_by_tag(rows: Rows, area: Area, tagged: bool) -> Rows:
    """Return the rows with a tag, or the rows without one."""
    if area is Area.TAGS:
        raise NotOfThisArea("tagged", "Tags have no tags")
    has_tag = Exists(
        TaggedObject.objects.filter(object_type__in=load_object_type_words(area), object_id=OuterRef("pk"))
    )
    return rows.filter(has_tag if tagged else ~has_tag)


def _filter_by_prefix(rows: Rows, area: Area, prefix: str) -> Rows:
    """Return the tags with this prefix. Case does not matter."""
    if area is not Area.TAGS:
        raise NotOfThisArea("prefix", "Only tags have prefixes")
    matches: Rows = rows.annotate(lower_prefix=Lower("prefix")).filter(lower_prefix=Lower(Value(prefix)))
    return matches


def as_known(record: dict[str, Any], health: AreaHealth) -> dict[str, Any]:
    """Set to null the columns whose activity data is missing or too old, and remove flags without data.

    Add ``exempt``: the remaining flags from which the asset is exempt. These flags stay in ``flags`` too.
    """
    stored = record["flags"]
    record |= dict.fromkeys(health.unknown_columns & record.keys())
    record["flags"], record["exempt"] = health.flags_of(stored), health.select_exempt_flags(record["id"], stored)
    return record


def add_names(records: Sequence[dict[str, Any]]) -> None:
    """Add the names of campaign and folder to the records that have ``campaign_id`` or ``folder_id``.

    A name is null when no campaign or folder has the id, or when the campaign or folder has no name.
    """
    for column, model, name in (("campaign_id", Campaign, "campaign_name"), ("folder_id", Folder, "folder_name")):
        having = [record for record in records if column in record]
        ids = {record[column] for record in having if record[column]}
        names = dict(model._default_manager.filter(pk__in=ids).values_list("pk", "name"))
        for record in having:
            record[name] = names.get(record[column])


@dataclass(frozen=True)
class Inventory:
    """The number of assets of one type, and the latest of them."""

    type: str
    label: str
    count: int | None
    """``None``: never read completely."""
    recent: list[dict[str, Any]]
    """The assets with the highest ids, which are the latest."""


def load_inventory() -> list[Inventory]:
    """Return every type of asset, including folders; one query per type and three more."""
    complete = dict(AuditSummary.objects.filter(is_complete=True).values_list("area", "items"))
    counted = [
        Inventory(area.value, area.label, complete.get(area.value), _load_recent(audit.model._default_manager.all()))
        for area, audit in AUDIT_OF.items()
    ]
    have_folders = EntityState.objects.filter(name=FOLDERS.name).exists()
    count = Folder.objects.count() if have_folders else None
    return [*counted, Inventory(FOLDERS.name, "Folders", count, _load_recent(Folder.objects.all()))]


def _load_recent(rows: Rows) -> list[dict[str, Any]]:
    return list(rows.order_by("-pk").values("id", "name", "created_at", "updated_at")[:MOST_RECENT])
