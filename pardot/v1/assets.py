"""``GET /pardot/assets``, ``/pardot/assets/{type}`` and ``/pardot/asset-health``."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Field, Path, Query, Router, Schema
from pydantic import StringConstraints

from api.http.errors import NotFound, document_errors
from api.http.fields import PlainText, make_json_response
from pardot.audits.run import AUDIT_OF
from pardot.domain.areas import Area
from pardot.selectors.area_health import load_area_health
from pardot.selectors.assets import AssetFilters, NotOfThisArea, load_asset_page, load_inventory
from pardot.v1.health_of_area import AreaSummary, build_area_summary
from pardot.v1.pages import FlagParameters, Name, Paging, RecordId, SearchText, make_unprocessable_query, reject_unknown

router = Router(tags=["pardot: assets"])

TYPES = ", ".join(area.value for area in AUDIT_OF)
TypeName = Annotated[
    PlainText, StringConstraints(max_length=64), Field(description=f"One of {TYPES}.", examples=["forms"])
]


class RecentAsset(Schema):
    id: int
    name: str | None
    created_at: datetime | None
    updated_at: datetime | None


class TypeInventory(Schema):
    type: str
    label: str
    count: int | None = Field(description="The number of assets; null: never read completely.")
    recent: list[RecentAsset] = Field(description="The 10 newest assets.")


class AssetInventory(Schema):
    types: list[TypeInventory]


class AssetHealth(Schema):
    types: dict[Area, AreaSummary]


class AssetRecord(Schema):
    """One asset. Fields that its type does not have are absent."""

    id: int
    name: str | None
    created_at: datetime | None
    updated_at: datetime | None
    flags: list[str] = Field(
        description="The asset's flags, named as in `summary.counts`. Flags without data are absent."
    )
    exempt: list[str] = Field(description="The flags that do not count for this asset, because it is exempt from them.")
    since: dict[str, date | None] = Field(
        description="By flag, the day since which audits have found the flag without a break; null: SFAPI kept no "
        "record of issues yet on that day. Flags that belong to no issue are absent."
    )
    title: str | None = None
    subject: str | None = None
    url: str | None = None
    salesforce_id: str | None = None
    campaign_id: int | None = None
    campaign_name: str | None = Field(
        None, description="The campaign's name; null: no campaign, a deleted campaign, or a campaign without a name."
    )
    folder_id: int | None = None
    folder_name: str | None = None
    is_sent: bool | None = None
    is_dynamic: bool | None = None
    is_public: bool | None = None
    prefix: str | None = None
    usage: int | None = Field(None, description="The number of objects with the tag; null: no data.")
    activity_count: int | None = Field(
        None,
        description="The number of activities within the look-back (`activity_lookback_days`): successful submissions "
        "of forms, views of pages, clicks on redirects, all activities of campaigns; null: no data.",
    )
    error_count: int | None = Field(
        None,
        description="The number of failed submissions of the form within the look-back (`activity_lookback_days`); "
        "null: no data.",
    )


class AssetList(Schema):
    type: Area
    has_activities: bool
    summary: AreaSummary
    count: int = Field(description="The number of all matching records, whatever the limit.")
    records: list[AssetRecord]
    did_you_mean: str | None = Field(
        description="Similar words that have matches, when `q` has no match; null: there are none."
    )


class AssetParameters(FlagParameters):
    """The filters of one type's table."""

    campaign_id: RecordId | None = None
    linked: bool | None = Field(
        None,
        description="Only assets in a campaign that is linked to Salesforce; false: only assets in an existing "
        "campaign that is not linked.",
    )
    tagged: bool | None = Field(None, description="Only assets with a tag; false: only assets without a tag.")
    prefix: SearchText | None = Field(None, description="Only tags with this prefix. Case does not matter.")

    def filters(self) -> AssetFilters:
        return AssetFilters(
            flag=self.flag,
            issues=self.issues,
            exempt=self.exempt,
            new_since=self.new_since,
            fixed_since=self.fixed_since,
            campaign_id=self.campaign_id,
            linked=self.linked,
            tagged=self.tagged,
            prefix=self.prefix or None,
            q=self.q or None,
        )


class AssetSearch(AssetParameters, Paging):
    sort: Name = Field(
        "id",
        description="`id`, `name`, `created_at`, `updated_at`, `activity_count`, `issues` (the number of flags), "
        "`since` (the first day of the newest issue) …. A `-` before the name sorts descending. 422 for a column that "
        "the type does not have; the message lists the columns.",
    )


@router.get("/assets", response={200: AssetInventory, **document_errors(401, 403)}, summary="Inventory of each type")
def get_asset_inventory(request: HttpRequest) -> HttpResponse:
    """Return the number of assets of each type, and the newest assets of each. Folders are included."""
    return make_json_response({"types": [asdict(each) for each in load_inventory()]})


@router.get("/asset-health", response={200: AssetHealth, **document_errors(401, 403)}, summary="Audits of all assets")
def get_asset_health(request: HttpRequest) -> HttpResponse:
    """Return the number of assets with each flag, by type."""
    return make_json_response(
        {"types": {area.value: build_area_summary(health) for area, health in load_area_health().items()}}
    )


@router.get(
    "/assets/{type}",
    response={200: AssetList, **document_errors(401, 403, 404, 422)},
    summary="Assets with their flags",
)
def list_assets(request: HttpRequest, type: Path[TypeName], search: Query[AssetSearch]) -> HttpResponse:  # noqa: A002 - its name in the path
    """Return a page of the audit table of one type."""
    area = require_area(type)
    health = load_area_health(area)[area]
    with reject_unknown():
        try:
            page = load_asset_page(health, search.filters(), sort=search.sort, limit=search.limit, offset=search.offset)
        except NotOfThisArea as error:
            raise make_unprocessable_query(error.name, str(error)) from error
    return make_json_response(
        {
            "type": area.value,
            "has_activities": health.has_activities,
            "summary": build_area_summary(health),
            "count": page.count,
            "records": page.records,
            "did_you_mean": page.did_you_mean,
        }
    )


def require_area(name: str) -> Area:
    """Return the type of assets with this name. Raises ``NotFound``."""
    if name not in AUDIT_OF:
        raise NotFound(f"There are no audits of assets of the type {name!r}. Audited types: {TYPES}.")
    return Area(name)
