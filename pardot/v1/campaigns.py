"""``GET /pardot/campaigns``, and ``/pardot/campaigns/{sf_id}/members``: the members of one campaign."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, Path, Query, Router, Schema

from api.http.errors import NotFound, document_errors
from api.http.fields import SalesforceIdText, make_json_response
from api.http.ids import require_id
from pardot.domain.areas import Area
from pardot.domain.grading import compute_percentage
from pardot.selectors.area_health import AreaHealth, load_area_health
from pardot.selectors.campaign_members import MemberPage, load_member_page
from pardot.selectors.campaigns import CampaignFilters, load_campaign_page
from pardot.selectors.children import COUNT_OF
from pardot.v1.health_of_area import AreaSummary, build_area_summary
from pardot.v1.pages import FlagParameters, Name, Paging, RecordId, make_unprocessable_query, reject_unknown

router = Router(tags=["pardot: campaigns"])

ContentType = StrEnum("ContentType", {area.name: area.value for area in COUNT_OF})  # type: ignore[misc]
MOST_DAYS = 36_600


class CampaignChild(Schema):
    id: int
    name: str | None
    flags: list[str]
    exempt: list[str] = Field(description="The flags that do not count for this asset, because it is exempt from them.")
    activity_count: int | None = Field(
        description="The number of activities within the look-back (`activity_lookback_days`): successful submissions "
        "of forms, views of pages, clicks on redirects; null: no data. Always null for list emails, whose activities "
        "are not counted."
    )


class OrphanedAsset(Schema):
    id: int
    name: str | None
    campaign_id: int = Field(description="The id of the deleted campaign.")
    flags: list[str]
    exempt: list[str]
    activity_count: int | None


class CampaignItem(Schema):
    id: int
    name: str | None
    cost: int | None
    salesforce_id: str | None
    folder_id: int | None
    folder_name: str | None
    created_at: datetime | None
    updated_at: datetime | None
    sf_created_at: datetime | None
    sf_modified_at: datetime | None
    start_date: date | None
    end_date: date | None
    form_count: int | None = Field(
        description="The number of forms; null: no data. The campaign's other counts are null without data too."
    )
    landing_page_count: int | None
    list_email_count: int | None
    custom_redirect_count: int | None
    member_count: int | None
    responded_count: int | None
    activity_count: int | None
    flags: list[str]
    exempt: list[str]
    since: dict[str, date | None] = Field(
        description="By flag, the day since which audits have found the flag without a break; null: SFAPI kept no "
        "record of issues yet on that day."
    )
    children: dict[ContentType, list[CampaignChild]] = Field(
        description="The first 50 assets of each type; `assets/{type}?campaign_id=` returns all."
    )


class CampaignSummary(AreaSummary):
    with_sf: int | None = Field(description="The number of campaigns that are linked to Salesforce.")
    missing_sf: int | None


class OrphanedAssets(Schema):
    count: int | None = Field(
        description="The number of assets in a deleted campaign that are not exempt; null: no data."
    )
    exempt: int = Field(description="The number of assets in a deleted campaign that are exempt today.")
    records: list[OrphanedAsset] = Field(
        description="The first 25 orphaned assets; `assets/{type}?flag=orphan` returns all."
    )


class CampaignList(Schema):
    has_activities: bool
    summary: CampaignSummary
    count: int = Field(description="The number of all matching campaigns, whatever the limit.")
    campaigns: list[CampaignItem]
    did_you_mean: str | None = Field(
        description="Similar words that have matches, when `q` has no match; null: there are none."
    )
    orphans: dict[ContentType, OrphanedAssets] = Field(description="The assets in a deleted campaign.")
    folders: dict[str, str | None] = Field(description="The folders that contain campaigns: id → name.")


class CampaignParameters(FlagParameters):
    """The filters of the table of campaigns."""

    no_sf: bool | None = None
    empty: bool | None = None
    has_assets: bool | None = None
    has_members: bool | None = None
    asset_type: ContentType | None = Field(None, description="Only campaigns with assets of this type.")
    folder_id: RecordId | None = None
    min_age_days: int | None = Field(
        None,
        ge=0,
        le=MOST_DAYS,
        description="The minimum number of days since the creation in Salesforce, or in Pardot if that day is unknown.",
    )
    max_age_days: int | None = Field(None, ge=0, le=MOST_DAYS)

    def filters(self) -> CampaignFilters:
        now = timezone.now()
        if (self.min_age_days or 0) > (MOST_DAYS if self.max_age_days is None else self.max_age_days):
            raise make_unprocessable_query("min_age_days", "min_age_days is more than max_age_days")
        return CampaignFilters(
            flag=self.flag,
            issues=self.issues,
            exempt=self.exempt,
            new_since=self.new_since,
            fixed_since=self.fixed_since,
            q=self.q or None,
            no_sf=self.no_sf,
            empty=self.empty,
            has_assets=self.has_assets,
            has_members=self.has_members,
            asset_type=Area(self.asset_type) if self.asset_type else None,
            folder_id=self.folder_id,
            begun_after=_subtract_days(now, self.max_age_days),
            begun_before=_subtract_days(now, self.min_age_days),
        )


class CampaignSearch(CampaignParameters, Paging):
    sort: Name = Field(
        "id",
        description="`id`, `name`, `issues`, `since`, `created_at`, `updated_at`, `sf_created_at`, `start_date`, "
        "`end_date`, `asset_count`, `member_count`, `activity_count` …. `begun_at` sorts by the creation in "
        "Salesforce, or in Pardot if that time is unknown. A `-` before the name sorts descending.",
    )


def _subtract_days(now: datetime, days: int | None) -> datetime | None:
    return None if days is None else now - timedelta(days=days)


@router.get(
    "/campaigns", response={200: CampaignList, **document_errors(401, 403, 422)}, summary="Campaigns with their assets"
)
def list_campaigns(request: HttpRequest, search: Query[CampaignSearch]) -> HttpResponse:
    """Return a page of campaigns. The filters do not apply to `summary`, `orphans` and `folders`."""
    health = load_area_health(Area.CAMPAIGNS, *COUNT_OF)
    with reject_unknown():
        page = load_campaign_page(health, search.filters(), sort=search.sort, limit=search.limit, offset=search.offset)
    return make_json_response(
        {
            "has_activities": health[Area.CAMPAIGNS].has_activities,
            "summary": _build_summary(health[Area.CAMPAIGNS]),
            "count": page.count,
            "campaigns": page.campaigns,
            "did_you_mean": page.did_you_mean,
            "orphans": {
                area.value: {
                    "count": health[area].counts["orphan"],
                    "exempt": health[area].exempt["orphan"],
                    "records": records,
                }
                for area, records in page.orphans.items()
            },
            "folders": page.folders,
        }
    )


def _build_summary(health: AreaHealth) -> dict[str, Any]:
    links = {name: health.figures.get(name) for name in ("with_sf", "missing_sf")}
    return {**build_area_summary(health), **links}


class LinkedCampaign(Schema):
    id: int
    name: str | None


class CampaignMemberItem(Schema):
    id: str
    lead_id: str | None
    contact_id: str | None
    name: str | None = Field(
        description="The name of a contact; null for leads, which are not copied, and for contacts not read yet."
    )
    status: str | None
    has_responded: bool | None
    created_date: datetime | None
    first_responded_date: date | None


class CampaignMemberSummary(Schema):
    """The numbers of members, as counted by Salesforce; null: never counted."""

    members: int | None
    responded: int | None
    leads: int | None
    contacts: int | None
    response_pct: float | None = Field(description="The percentage of members that responded; null without members.")


class CampaignMemberList(Schema):
    sf_id: str = Field(description="The campaign's Salesforce id, with 18 characters.")
    campaigns: list[LinkedCampaign] = Field(description="The Pardot campaigns that are linked to this campaign.")
    summary: CampaignMemberSummary
    members: list[CampaignMemberItem] | None = Field(
        description="The members in the order of their ids; null: members were never read completely."
    )
    next: str | None = Field(description="The value of `after` for the next page; null on the last page.")


class MemberPaging(Schema):
    limit: int = Field(50, ge=1, le=500)
    after: SalesforceIdText | None = Field(None, description="The value of `next` of the previous page.")


@router.get(
    "/campaigns/{sf_id}/members",
    response={200: CampaignMemberList, **document_errors(401, 403, 404, 422)},
    summary="Members of a Salesforce campaign",
)
def list_campaign_members(
    request: HttpRequest, sf_id: Path[SalesforceIdText], paging: Query[MemberPaging]
) -> HttpResponse:
    """Return the members of a campaign by its Salesforce id of 15 or 18 characters."""
    whole = require_id(sf_id, name="sf_id")
    after = require_id(paging.after, place="query", name="after") if paging.after is not None else ""
    page = load_member_page(whole, after=after, limit=paging.limit)
    if page is None:
        raise NotFound("There is no campaign with this id, in Pardot or in Salesforce.")
    return make_json_response(
        {
            "sf_id": whole,
            "campaigns": page.campaigns,
            "summary": _build_member_summary(page),
            "members": page.members,
            "next": page.following,
        }
    )


def _build_member_summary(page: MemberPage) -> dict[str, Any]:
    counts: dict[str, Any] = page.counts or dict.fromkeys(("members", "responded", "leads", "contacts"))
    return {**counts, "response_pct": compute_percentage(counts["responded"], counts["members"])}
