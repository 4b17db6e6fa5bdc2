"""``GET /pardot/engagement``, and the activities of one prospect."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Path, Query, Router, Schema
from pydantic import StringConstraints

from api.http.errors import NotFound, document_errors
from api.http.fields import PlainText, make_json_response
from pardot.domain.grading import compute_percentage
from pardot.selectors.engagement import (
    ProspectData,
    load_described_activities,
    load_described_prospects,
    load_prospect_data,
    load_prospects_by_id,
    select_prospect_activities,
)
from pardot.selectors.prospects import (
    FEW,
    ORDERS,
    ProspectFilters,
    ProspectGroup,
    ProspectPage,
    is_searchable,
    load_prospect_page,
)
from pardot.selectors.rows import LARGEST_ID
from pardot.v1.pages import Name, Paging, SearchText, make_unprocessable_query, reject_unknown

Grade = Annotated[PlainText, StringConstraints(max_length=16)]
ProspectId = Annotated[int, Field(ge=1, le=LARGEST_ID)]

router = Router(tags=["pardot: prospects"])

MOST_ADOPTION_DATA = 10_000
"""The largest number of characters of a prospect's adoption data. Dozens of adopted books fit."""


class EngagedProspect(Schema):
    id: int
    email: str | None
    name: str
    company: str | None
    score: int | None
    grade: str | None
    campaign_id: int | None
    salesforce_id: str | None
    salesforce_lead_id: str | None
    salesforce_contact_id: str | None
    salesforce_account_id: str | None
    activity_count: int | None = Field(
        description="The number of activities in the 30 days before the last complete read of activities; null: no "
        "data."
    )
    last_activity: datetime | None
    scoring_categories: dict[str, float] = Field(description="The scores in Salesforce: category → score.")


class NamedProspect(Schema):
    id: int
    email: str | None
    name: str
    salesforce_id: str | None
    salesforce_lead_id: str | None
    salesforce_contact_id: str | None


class BadId(NamedProspect):
    value: str = Field(description="The content of the lead or contact field.")


class CrmIdAlerts(Schema):
    bad_lead_ids: list[BadId] = Field(
        description="At most 50 prospects whose lead field contains something other than a Salesforce id."
    )
    bad_contact_ids: list[BadId] = Field(
        description="At most 50 prospects whose contact field contains something other than a Salesforce id."
    )
    bad_lead_count: int | None
    bad_contact_count: int | None
    total_bad: int | None = Field(description="The sum of `bad_lead_count` and `bad_contact_count`; null: no data.")
    summary: str


class StuckAdoption(NamedProspect):
    score: int | None
    value: str = Field(
        description=f"The first {MOST_ADOPTION_DATA:,} characters of the adoption data that Salesforce did not take.",
    )


class AdoptionAlert(Schema):
    stuck_count: int | None = Field(
        description="The number of prospects whose `adoption_json` is neither empty nor “Blank”; null: no data."
    )
    total_prospects: int | None
    pct_affected: float | None
    high_score_count: int | None = Field(
        description="The number of prospects in `stuck_count` that have a score of 100 or more."
    )
    sample: list[StuckAdoption] = Field(
        description="At most 50 of the prospects in `stuck_count`, the highest scores first."
    )


class EngagementSummary(Schema):
    avg_score: float | None
    top_score: int | None
    scored_count: int | None
    total_count: int | None
    grade_distribution: dict[str, int] | None = Field(
        description="The number of prospects by grade; `none`: prospects without a grade."
    )
    active_30d: int | None = Field(
        description="The number of prospects with an activity in the 30 days before the last complete read of "
        "activities."
    )


class Engagement(Schema):
    tier: int = Field(
        ge=0, le=3, description="Below 2: no prospects were read. 2: only a sample of them. 3: all prospects."
    )
    activity_until: datetime | None = Field(description="Activity is counted up to this time; null: no activity data.")
    count: int | None = Field(
        description=f"The number of all matching prospects, whatever the limit; {FEW:,} when `count_is_exact` is "
        "false; null: the group needs data about activity, and there is none."
    )
    count_is_exact: bool = Field(
        description="False: there are more prospects than `count`. With `q`, or with both `group` and `grade`, "
        f"prospects are counted up to {FEW:,}."
    )
    prospects: list[EngagedProspect]
    did_you_mean: str | None = Field(
        description="The most similar name, company or email when `q` has no match; null: there is none."
    )
    has_more: bool = Field(description="True when there are more prospects after this page.")
    crm_id_alerts: CrmIdAlerts
    adoption_json_alert: AdoptionAlert
    summary: EngagementSummary


class EngagementQuery(Paging):
    sort: Name = Field(
        "-score",
        description=f"{', '.join(f'`{name}`' for name in ORDERS)}. A `-` before the name sorts descending. Prospects "
        "without a value come last. `last_activity` sorts by the time that Pardot stores with the prospect, which may "
        "be earlier than the returned time.",
    )
    group: ProspectGroup | None = Field(
        None,
        description="Only the prospects of this group. In `bad_lead_id`, for example, `salesforce_lead_id` contains "
        "something other than a Salesforce id. In `bad_id`, this is true of at least one of `salesforce_id`, "
        "`salesforce_lead_id`, `salesforce_contact_id` and `salesforce_account_id`.",
    )
    grade: Grade | None = Field(None, description="Only prospects with this grade; `none`: without a grade.")
    q: SearchText | None = Field(
        None,
        description="An id, or parts of email, name or company in any order. At least one part needs three letters or "
        "digits in a row.",
        examples=["example.edu"],
    )

    def filters(self) -> ProspectFilters:
        if self.q and not is_searchable(self.q):
            raise make_unprocessable_query("q", "A search needs three letters or digits in a row, or an id")
        return ProspectFilters(group=self.group, grade=self.grade or None, q=self.q or None)


@router.get(
    "/engagement",
    response={200: Engagement, **document_errors(401, 403, 422)},
    summary="Prospects and their engagement",
)
def get_engagement(request: HttpRequest, query: Query[EngagementQuery]) -> HttpResponse:
    """Return a page of prospects, and figures about the CRM fields and engagement of all prospects.

    Filters apply only to the page. All prospects are included after `camp_sync --survey`, only a sample after
    `--scout`. Prospects in Pardot's recycle bin are left out, except with `group=deleted`.
    """
    data = load_prospect_data()
    page = _load_page(query, data)
    prospects = load_prospects_by_id(
        [*_get_sample(data, "bad_lead"), *_get_sample(data, "bad_contact"), *_get_sample(data, "adoption_stuck")]
    )
    return make_json_response(
        {
            "tier": int(data.tier),
            "activity_until": data.look_back.until if data.look_back else None,
            "count": page.count if page else None,
            "count_is_exact": page is None or page.is_exact,
            "prospects": load_described_prospects(page.ids[: query.limit], data.look_back) if page else [],
            "did_you_mean": page.did_you_mean if page else None,
            "has_more": page is not None and len(page.ids) > query.limit,
            "crm_id_alerts": _build_crm_id_alerts(data, prospects).dict(),
            "adoption_json_alert": _build_adoption_alert(data, prospects).dict(),
            "summary": _build_summary(data.figures).dict(),
        }
    )


def _load_page(query: EngagementQuery, data: ProspectData) -> ProspectPage | None:
    """Return a page, with one extra prospect when another page follows.

    ``None``: active prospects are requested, but no recent read of activities covers the 30 days.
    """
    filters = query.filters()
    with reject_unknown():
        page = load_prospect_page(filters, data.figures, sort=query.sort, limit=query.limit + 1, offset=query.offset)
    return None if filters.group is ProspectGroup.ACTIVE and data.look_back is None else page


def _get_sample(data: ProspectData, name: str) -> Sequence[int]:
    ids: Sequence[int] = data.figures.get(f"{name}_sample", [])
    return ids


def _build_crm_id_alerts(data: ProspectData, prospects: dict[int, dict[str, Any]]) -> CrmIdAlerts:
    leads, contacts = data.figures.get("bad_lead_ids"), data.figures.get("bad_contact_ids")
    total = None if leads is None or contacts is None else leads + contacts
    return CrmIdAlerts(
        bad_lead_ids=_build_bad_ids(_get_sample(data, "bad_lead"), prospects, "salesforce_lead_id"),
        bad_contact_ids=_build_bad_ids(_get_sample(data, "bad_contact"), prospects, "salesforce_contact_id"),
        bad_lead_count=leads,
        bad_contact_count=contacts,
        total_bad=total,
        summary=_compose_summary(leads, contacts),
    )


def _compose_summary(leads: int | None, contacts: int | None) -> str:
    if leads is None or contacts is None:
        return "No data: run camp_sync --scout or --survey."
    if not leads + contacts:
        return "Every lead and contact field contains a Salesforce id or is empty."
    return f"Values that are not Salesforce ids: {leads:,} in lead fields, {contacts:,} in contact fields of prospects."


def _build_bad_ids(sample: Sequence[int], prospects: dict[int, dict[str, Any]], field: str) -> list[BadId]:
    rows = [prospects[prospect] for prospect in sample if prospect in prospects]
    return [BadId(**_pick_named_fields(row), value=row[field] or "") for row in rows]


def _pick_named_fields(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in NamedProspect.model_fields}


def _build_adoption_alert(data: ProspectData, prospects: dict[int, dict[str, Any]]) -> AdoptionAlert:
    stuck, total = data.figures.get("adoption_stuck"), data.figures.get("total")
    rows = [prospects[prospect] for prospect in _get_sample(data, "adoption_stuck") if prospect in prospects]
    return AdoptionAlert(
        stuck_count=stuck,
        total_prospects=total,
        pct_affected=compute_percentage(stuck, total),
        high_score_count=data.figures.get("adoption_stuck_high_score"),
        sample=[
            StuckAdoption(
                **_pick_named_fields(row), score=row["score"], value=(row["adoption_json"] or "")[:MOST_ADOPTION_DATA]
            )
            for row in rows
        ],
    )


def _build_summary(figures: Any) -> EngagementSummary:
    return EngagementSummary(
        avg_score=figures.get("avg_score"),
        top_score=figures.get("top_score"),
        scored_count=figures.get("scored"),
        total_count=figures.get("total"),
        grade_distribution=figures.get("grade_distribution"),
        active_30d=figures.get("active_30d"),
    )


# -- one prospect -------------------------------------------------------------------------------------------------


class ProspectActivity(Schema):
    id: int
    type: int | None = Field(description="Pardot's number: 1 click, 2 view, 3 error, 4 success, 6 sent, 11 open …")
    type_name: str | None
    created_at: datetime | None
    campaign_id: int | None
    campaign: str | None = Field(description="The campaign's name.")
    campaign_salesforce_id: str | None = Field(description="The campaign's id in Salesforce; null: not linked.")
    asset: str | None = Field(description="The name of the form, landing page, custom redirect or list email.")
    form_id: int | None
    form_handler_id: int | None
    landing_page_id: int | None
    custom_redirect_id: int | None
    email_id: int | None
    list_email_id: int | None


class ProspectActivities(Schema):
    prospect_id: int
    prospect: EngagedProspect
    since: datetime | None = Field(description="The time 30 days before `until`; null: no data.")
    until: datetime | None = Field(description="The start of the last complete read of activities; null: no data.")
    count: int | None = Field(description="The number of all activities between `since` and `until`; null: no data.")
    activities: list[ProspectActivity] | None = Field(description="The activities, the latest first; null: no data.")


class ActivitiesPage(Schema):
    limit: int = Field(100, ge=1, le=1000)
    offset: int = Field(0, ge=0, le=1_000_000)


@router.get(
    "/engagement/{prospect_id}/activities",
    response={200: ProspectActivities, **document_errors(401, 403, 404, 422)},
    summary="Recent activity of a prospect",
)
def list_prospect_activities(
    request: HttpRequest,
    prospect_id: Path[ProspectId],
    query: Query[ActivitiesPage],
) -> HttpResponse:
    """Return the prospect's activities in the 30 days before the last complete read of activities."""
    span = load_prospect_data().look_back
    prospects = load_described_prospects([prospect_id], span)
    if not prospects:
        raise NotFound("No prospect with this id was synced.")
    activities = select_prospect_activities(prospect_id, span) if span else None
    return make_json_response(
        {
            "prospect_id": prospect_id,
            "prospect": prospects[0],
            "since": span.since if span else None,
            "until": span.until if span else None,
            "count": None if activities is None else activities.count(),
            "activities": None
            if activities is None
            else load_described_activities(activities[query.offset : query.offset + query.limit]),
        }
    )
