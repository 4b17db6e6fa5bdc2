"""``GET /pardot/gear-summary``: the assets in campaigns, and in campaigns linked to Salesforce."""

from __future__ import annotations

from dataclasses import asdict

from django.http import HttpRequest
from ninja import Field, Router, Schema

from api.http.errors import document_errors
from pardot.domain.areas import Area
from pardot.selectors.campaign_links import load_campaign_links

router = Router(tags=["pardot: assets"])


class ChainOut(Schema):
    """The numbers of assets of one type, or of all types that have data; null: no data.

    All numbers except `total` also need data about campaigns.
    """

    total: int | None
    in_campaign: int | None = Field(description="The number of assets in a campaign that is not deleted.")
    in_sf_campaign: int | None = Field(description="The number of assets in a campaign that is linked to Salesforce.")
    orphaned: int | None = Field(description="The number of assets in a deleted campaign.")
    no_campaign: int | None


class CampaignLinks(Schema):
    total: int | None
    with_sf: int | None
    missing_sf: int | None


class GearSummary(Schema):
    content: dict[Area, ChainOut]
    totals: ChainOut = Field(description="The sums over all types that have data.")
    campaigns: CampaignLinks
    lists_count: int | None


@router.get(
    "/gear-summary", response={200: GearSummary, **document_errors(401, 403)}, summary="Asset → campaign → Salesforce"
)
def get_gear_summary(request: HttpRequest) -> GearSummary:
    """Return how many assets are in campaigns, as of the latest audits. Exempt assets are counted too."""
    links = load_campaign_links()
    return GearSummary(
        content={area: ChainOut(**asdict(counts)) for area, counts in links.by_type.items()},
        totals=ChainOut(**asdict(links.totals)),
        campaigns=CampaignLinks(total=links.campaigns, with_sf=links.with_sf, missing_sf=links.missing_sf),
        lists_count=links.lists,
    )
