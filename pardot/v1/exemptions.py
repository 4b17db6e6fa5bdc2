"""``/pardot/exemptions``: assets that are exempt from an issue, with the reason."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema
from ninja.responses import Status
from pydantic import ConfigDict, StringConstraints

from api.http.errors import NotFound, Unprocessable, document_errors
from api.http.fields import STORABLE
from api.records.values import QueryBoolean, QueryText
from pardot.catalog.asset_names import load_asset_names, load_campaign_salesforce_ids
from pardot.domain.areas import Area
from pardot.models import Exemption
from pardot.scoring.exemptions import BadExemption, add_exemption, filter_exemptions
from pardot.v1.fields import NOT_BLANK, AssetId, Day, Line, PageQuery, PathId, get_actor_name

router = Router(tags=["pardot: team"])

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000), STORABLE]


class ExemptionIn(Schema):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "asset_type": "forms",
                "asset_id": 1234,
                "issue": "forms_dormant",
                "reason": "Only used at the conference in May.",
                "until": "2027-05-31",
            }
        },
    )

    asset_type: Area
    asset_id: AssetId
    issue: Line = Field(description="The key of an issue that assets of this `asset_type` can have.")
    reason: Reason = Field(json_schema_extra=NOT_BLANK)
    until: Day | None = Field(None, description="Last day of the exemption; null: no end.")


class ExemptionOut(Schema):
    id: int
    asset_type: Area
    asset_id: int
    asset_name: str | None = Field(
        description="The asset's name, or its type and id when it has no name; null: the asset no longer exists."
    )
    salesforce_id: str | None = Field(description="The Salesforce id, when the asset is a linked campaign.")
    issue: str
    reason: str
    until: date | None = Field(description="Last day of the exemption; null: no end.")
    in_force: bool
    created_by: str
    created_at: datetime


class ExemptionPage(Schema):
    count: int = Field(description="The number of all matching exemptions, whatever the limit.")
    exemptions: list[ExemptionOut]


class ExemptionQuery(PageQuery):
    asset_type: Area | None = None
    issue: QueryText | None = None
    in_force: QueryBoolean | None = Field(
        None, description="true: only exemptions that are in force. false: only those that have ended."
    )


@router.get("/exemptions", response={200: ExemptionPage, **document_errors(401, 403, 422)}, summary="Exempt assets")
def list_exemptions(request: HttpRequest, query: Query[ExemptionQuery]) -> ExemptionPage:
    """Return the matching exemptions, newest first. Without `in_force`, ended ones are included."""
    matches = filter_exemptions(asset_type=query.asset_type, issue=query.issue, in_force=query.in_force)
    return ExemptionPage(
        count=matches.count(), exemptions=load_exemption_answers(matches[query.offset : query.offset + query.limit])
    )


@router.post(
    "/exemptions",
    response={201: ExemptionOut, **document_errors(400, 401, 403, 413, 415, 422)},
    summary="Exempt an asset from an issue",
)
def create_exemption(request: HttpRequest, exemption: ExemptionIn) -> Status[ExemptionOut]:
    """Exempt an asset from an issue.

    The issue no longer counts for the asset from the next request on. An ended exemption of the same asset from the
    same issue is replaced.
    """
    try:
        new_exemption = add_exemption(**exemption.dict(), created_by=get_actor_name(request))
    except BadExemption as error:
        raise Unprocessable(str(error), errors=[{"loc": ["body", error.field], "message": str(error)}]) from error
    return Status(201, load_exemption_answers([new_exemption])[0])


@router.delete(
    "/exemptions/{exemption_id}",
    response={204: None, **document_errors(401, 403, 404, 422)},
    summary="Delete an exemption",
)
def delete_exemption(request: HttpRequest, exemption_id: PathId) -> Status[None]:
    """Delete an exemption. The asset counts again from the next request on."""
    if not Exemption.objects.filter(pk=exemption_id).delete()[0]:
        raise NotFound("There is no exemption with this id.")
    return Status(204, None)


def load_exemption_answers(exemptions: list[Exemption] | QuerySet[Exemption]) -> list[ExemptionOut]:
    """Return the exemptions as answers; the number of queries does not grow with the exemptions."""
    rows = list(exemptions)
    assets = [(Area(row.asset_type), row.asset_id) for row in rows]
    names, linked = load_asset_names(assets), load_campaign_salesforce_ids(assets)
    day = timezone.localdate()
    return [
        ExemptionOut(
            id=row.pk,
            asset_type=asset[0],
            asset_id=row.asset_id,
            asset_name=names.get(asset),
            salesforce_id=linked.get(asset),
            issue=row.issue,
            reason=row.reason,
            until=row.until,
            in_force=row.until is None or row.until >= day,
            created_by=row.created_by,
            created_at=row.created_at,
        )
        for row, asset in zip(rows, assets, strict=True)
    ]
