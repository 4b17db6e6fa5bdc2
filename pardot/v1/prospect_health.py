"""``GET /pardot/prospect-health``: the counts of the latest audit of prospects."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest
from ninja import Field, Router, Schema

from api.http.errors import document_errors
from pardot.domain.areas import Area
from pardot.models import AuditSummary

router = Router(tags=["pardot: prospects"])


class ProspectHealth(Schema):
    """The health of prospects.

    All values are null until a sync has read every prospect. Prospects in Pardot's recycle bin count only in
    ``deleted``.
    """

    audited_at: datetime | None
    total: int | None
    linked: int | None = Field(
        description="The number of prospects with a `salesforce_id`, `salesforce_lead_id` or `salesforce_contact_id`, "
        "valid or not."
    )
    as_lead: int | None
    as_contact: int | None
    unlinked: int | None
    unlinked_pct: float | None
    link_rate: float | None = Field(
        description="The percentage of linked prospects, to one decimal place; null without prospects."
    )
    deleted: int | None = Field(description="The number of prospects in Pardot's recycle bin.")
    with_email: int | None
    opted_out: int | None
    bad_salesforce_ids: int | None = Field(
        description="The number of prospects whose `salesforce_id` contains something other than a Salesforce id "
        "(15 or 18 characters)."
    )
    bad_lead_ids: int | None
    bad_contact_ids: int | None
    bad_account_ids: int | None
    adoption_stuck: int | None = Field(
        description="The number of prospects whose `adoption_json` is neither empty nor “Blank”."
    )
    adoption_stuck_high_score: int | None = Field(
        description="The number of prospects in `adoption_stuck` that have a score of 100 or more."
    )


@router.get(
    "/prospect-health", response={200: ProspectHealth, **document_errors(401, 403)}, summary="Health of prospects"
)
def get_prospect_health(request: HttpRequest) -> ProspectHealth:
    """Return the counts of the latest audit of prospects."""
    summary = AuditSummary.objects.filter(pk=Area.PROSPECTS, is_complete=True).first()
    figures = summary.figures if summary else {}
    names = ProspectHealth.model_fields.keys() - {"audited_at"}
    return ProspectHealth(
        audited_at=summary.audited_at if summary else None, **{name: figures.get(name) for name in names}
    )
