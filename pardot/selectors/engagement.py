"""Read prospects with their recent activities and category scores, and the figures of all prospects.

Rows are read by index, and figures come from the audit of prospects: nothing here scans prospects or activities.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Model, QuerySet
from django.utils import timezone

from pardot.audits.inputs import LookBack, look_back
from pardot.catalog.asset_names import load_campaign_salesforce_ids
from pardot.catalog.complete_reads import complete_reads, prospects_were_sampled
from pardot.catalog.entities import ACTIVITIES, PROSPECTS, Tier
from pardot.domain.areas import Area
from pardot.domain.prospect_sql import CRM_FIELDS
from pardot.models import (
    AuditSummary,
    Campaign,
    ContactCategoryScore,
    CustomRedirect,
    EntityState,
    Form,
    LandingPage,
    LeadCategoryScore,
    ListEmail,
    Prospect,
    ProspectEngagement,
    VisitorActivity,
)
from pardot.sync.rollups import ENGAGEMENT_DAYS
from sf.salesforce.ids import id_of_18

_FIELDS = (
    "id", "email", "first_name", "last_name", "company", "score", "grade", "campaign_id", "last_activity_at",
    *CRM_FIELDS,
)  # fmt: skip


@dataclass(frozen=True)
class ProspectData:
    """The available data about prospects."""

    tier: int
    """The data that was read. 0: nothing completely; 1: no prospects; 2: a sample of them; 3: all of them."""
    figures: Mapping[str, Any]
    """The audit's figures of the stored prospects; empty below tier 2, or before the first audit."""
    look_back: LookBack | None
    """The days that ``ProspectEngagement`` covers; ``None``: the data is missing or too old."""

    @property
    def is_complete(self) -> bool:
        return self.tier == Tier.SURVEY


def load_prospect_data(now: datetime | None = None) -> ProspectData:
    """Return the available data. This reads a few rows, whatever the number of prospects."""
    known = complete_reads()
    tier = _load_tier(known)
    summary = AuditSummary.objects.filter(pk=Area.PROSPECTS).first() if tier >= Tier.SCOUT else None
    span = look_back(known.get(ACTIVITIES.name), days=ENGAGEMENT_DAYS, now=now or timezone.now())
    figures = {**summary.figures} if summary else {}
    if figures and span is None:
        figures["active_30d"] = None
    return ProspectData(tier, figures, span)


def _load_tier(known: Mapping[str, EntityState]) -> int:
    if PROSPECTS.name in known:
        return Tier.SURVEY
    if Prospect.objects.exists() or prospects_were_sampled():
        return Tier.SCOUT
    return Tier.SET_UP if known else 0


def load_described_prospects(ids: Sequence[int], span: LookBack | None) -> list[dict[str, Any]]:
    """Return the stored prospects in the order of ``ids``, with activity counts and category scores.

    Activity counts are ``None`` without ``span``.
    """
    rows = {row["id"]: row for row in Prospect.objects.filter(pk__in=ids).values(*_FIELDS)}
    prospects = [_with_name(rows[prospect]) for prospect in ids if prospect in rows]
    active = ProspectEngagement.objects.in_bulk([row["id"] for row in prospects]) if span else {}
    categories = _load_category_scores(prospects)
    for row in prospects:
        engagement = active.get(row["id"])
        row["activity_count"] = (engagement.activity_count if engagement else 0) if span else None
        seen = [row.pop("last_activity_at"), engagement.last_activity if engagement else None]
        row["last_activity"] = max(filter(None, seen), default=None)
        row["scoring_categories"] = categories[row["id"]]
    return prospects


def _with_name(row: dict[str, Any]) -> dict[str, Any]:
    names = (row.pop("first_name"), row.pop("last_name"))
    return {**row, "name": " ".join(filter(None, names))}


def _load_category_scores(prospects: Iterable[Mapping[str, Any]]) -> dict[int, dict[str, float]]:
    """Return scores by prospect and category. The contact's score takes precedence over the lead's."""
    ids = {
        row["id"]: [_lengthen_id(row["salesforce_lead_id"]), _lengthen_id(row["salesforce_contact_id"])]
        for row in prospects
    }
    crm_ids = [crm_id for both in ids.values() for crm_id in both if crm_id]
    scores: dict[str, dict[str, float]] = {}
    for rows in (
        LeadCategoryScore.objects.filter(lead_id__in=crm_ids).values_list("lead_id", "category", "score"),
        ContactCategoryScore.objects.filter(contact_id__in=crm_ids).values_list("contact_id", "category", "score"),
    ):
        for crm_id, category, score in rows:
            if category and score is not None:
                scores.setdefault(str(crm_id), {})[category] = score
    return {
        prospect: {name: score for crm_id in both for name, score in sorted(scores.get(crm_id or "", {}).items())}
        for prospect, both in ids.items()
    }


def _lengthen_id(crm_id: str | None) -> str | None:
    return id_of_18(crm_id) if crm_id else None


def load_prospects_by_id(ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Return these prospects by id, with the columns that lists show.

    Prospects that are not stored are absent.
    """
    rows = Prospect.objects.filter(pk__in=ids).values(*_FIELDS, "adoption_json")
    return {row["id"]: _with_name(row) for row in rows}


# -- one prospect -------------------------------------------------------------------------------------------------

_ASSETS: Mapping[str, type[Model]] = {
    "campaign_id": Campaign,
    "form_id": Form,
    "landing_page_id": LandingPage,
    "custom_redirect_id": CustomRedirect,
    "list_email_id": ListEmail,
}
_ACTIVITY_FIELDS = (
    "id", "type", "type_name", "created_at", "campaign_id", "form_id", "form_handler_id", "landing_page_id",
    "custom_redirect_id", "email_id", "list_email_id",
)  # fmt: skip


def select_prospect_activities(prospect_id: int, span: LookBack) -> QuerySet[VisitorActivity]:
    """Return the prospect's activities of the ``ENGAGEMENT_DAYS`` before ``span.until``, latest first."""
    within = VisitorActivity.objects.filter(
        prospect_id=prospect_id, created_at__gt=span.until - timedelta(days=ENGAGEMENT_DAYS), created_at__lte=span.until
    )
    return within.order_by("-created_at", "-id")


def load_described_activities(activities: QuerySet[VisitorActivity]) -> list[dict[str, Any]]:
    """Return the activities with the names of campaign and asset, and with the campaign's Salesforce id."""
    rows: list[dict[str, Any]] = list(activities.values(*_ACTIVITY_FIELDS))
    names = {
        column: _load_names(model, {row[column] for row in rows if row[column]}) for column, model in _ASSETS.items()
    }
    linked = load_campaign_salesforce_ids((Area.CAMPAIGNS, row["campaign_id"]) for row in rows if row["campaign_id"])
    for row in rows:
        row["campaign_salesforce_id"] = linked.get((Area.CAMPAIGNS, row["campaign_id"]))
        labels = {column: names[column].get(row[column]) for column in _ASSETS}
        row["campaign"] = labels.pop("campaign_id")
        row["asset"] = next(filter(None, labels.values()), None)
    return rows


def _load_names(model: type[Model], ids: set[int]) -> dict[int, str]:
    return dict(model._default_manager.filter(pk__in=ids).values_list("pk", "name")) if ids else {}
