"""``/pardot/briefing`` and ``/pardot/sf-health``: the main figures of the day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Router, Schema

from api.http.errors import document_errors
from pardot.catalog.complete_reads import complete_reads
from pardot.catalog.entities import FOLDERS, TAGGED_OBJECTS
from pardot.domain.areas import Area
from pardot.domain.days import get_today
from pardot.models import DailySnapshot, EntityState
from pardot.scoring.camp_days import find_camp_day
from pardot.scoring.history import load_baselines
from pardot.scoring.salesforce_coverage import Coverage, load_current_coverage
from pardot.scoring.scorecard import Scorecard, load_current_scorecard
from pardot.status.tiers import load_synced_tier
from pardot.v1.snapshot_out import Snapshot, build_snapshot_values

router = Router(tags=["pardot: score"])


class SalesforceHealthOut(Schema):
    """The numbers of leads and contacts in Salesforce, and of those that Pardot knows.

    All fields are null before the first count. The percentage is also null when there are no people.
    """

    total_leads: int | None
    total_contacts: int | None
    leads_with_pardot: int | None = Field(description="The number of leads with `pi__url__c`.")
    contacts_with_pardot: int | None
    total_sf: int | None = Field(description="The number of leads and contacts.")
    total_linked: int | None = Field(description="The number of leads and contacts that Pardot knows.")
    coverage_pct: float | None = Field(
        description="The percentage of leads and contacts that Pardot knows, to one decimal place."
    )
    captured_at: datetime | None


class AssetCounts(Schema):
    """The number of assets of each type; null: never read completely."""

    campaigns: int | None
    lists: int | None
    forms: int | None
    landing_pages: int | None
    list_emails: int | None
    custom_redirects: int | None
    folders: int | None
    tags: int | None
    tagged_objects: int | None


class Briefing(Schema):
    day: date = Field(alias="date", description="Today, in the time zone of the installation.")
    camp_day: int | None = Field(
        description="The day of camp, from 1; null: camp has not begun, is over, or is not planned."
    )
    camp_days_total: int | None
    days_until_camp: int | None = Field(
        description="The days until the first day of camp; null: camp has begun, or is not planned."
    )
    tier: int = Field(
        ge=0,
        le=3,
        description="The data that has been read. 0: not all assets; 1: all assets; 2: the prospects or a sample "
        "of them; 3: the prospects and their activities. Tiers 2 and 3 do not imply that all assets were read.",
    )
    health_score: int | None = Field(description="The overall score now; null: no area has data yet.")
    grade: str | None
    change_since_yesterday: int | None = Field(
        description="The change of the score since the snapshot `yesterday`; null: one of the two scores is missing."
    )
    change_since_last_week: int | None = Field(
        description="The change of the score since the snapshot `last_week`; null: one of the two scores is missing."
    )
    sf_health: SalesforceHealthOut
    assets: AssetCounts
    yesterday: Snapshot | None = Field(
        description="The last snapshot before today: see its `day`, which can be earlier than yesterday. Null: there "
        "is none."
    )
    last_week: Snapshot | None = Field(
        description="The latest snapshot that is at least seven days old: see its `day`. Null: there is none."
    )
    audited_at: datetime | None


@router.get(
    "/briefing",
    response={200: Briefing, **document_errors(401, 403)},
    by_alias=True,
    summary="The main figures of today",
)
def get_briefing(request: HttpRequest) -> Briefing:
    """Return score, coverage and inventory, with two earlier snapshots to compare with."""
    now = timezone.now()
    card, read, day = load_current_scorecard(now), complete_reads(), get_today(now)
    before = load_baselines(day)
    camp = find_camp_day(card.configuration.camp, day)
    return Briefing(
        date=day,
        camp_day=camp.number if camp and camp.is_during else None,
        camp_days_total=camp.total if camp else None,
        days_until_camp=camp.days_until if camp else None,
        tier=load_synced_tier(read),
        health_score=card.overall,
        grade=card.grade,
        change_since_yesterday=_compute_change(card, before.last),
        change_since_last_week=_compute_change(card, before.last_week),
        sf_health=_build_health(load_current_coverage()),
        assets=_build_asset_counts(card, read),
        yesterday=_build_snapshot(before.last),
        last_week=_build_snapshot(before.last_week),
        audited_at=card.audited_at,
    )


@router.get(
    "/sf-health", response={200: SalesforceHealthOut, **document_errors(401, 403)}, summary="People that Pardot knows"
)
def get_sf_health(request: HttpRequest) -> SalesforceHealthOut:
    """Return the latest counts of people in Salesforce."""
    return _build_health(load_current_coverage())


def _build_health(coverage: Coverage) -> SalesforceHealthOut:
    return SalesforceHealthOut(
        total_leads=coverage.total_leads,
        total_contacts=coverage.total_contacts,
        leads_with_pardot=coverage.leads_with_pardot,
        contacts_with_pardot=coverage.contacts_with_pardot,
        total_sf=coverage.total_sf,
        total_linked=coverage.total_linked,
        coverage_pct=coverage.coverage_pct,
        captured_at=coverage.captured_at,
    )


def _build_asset_counts(card: Scorecard, read: Mapping[str, EntityState]) -> AssetCounts:
    areas = card.grading.areas
    items = {area: areas[area].items if areas[area].score is not None else None for area in Area}
    return AssetCounts(
        campaigns=items[Area.CAMPAIGNS],
        lists=items[Area.LISTS],
        forms=items[Area.FORMS],
        landing_pages=items[Area.LANDING_PAGES],
        list_emails=items[Area.LIST_EMAILS],
        custom_redirects=items[Area.CUSTOM_REDIRECTS],
        folders=read[FOLDERS.name].rows if FOLDERS.name in read else None,
        tags=items[Area.TAGS],
        tagged_objects=read[TAGGED_OBJECTS.name].rows if TAGGED_OBJECTS.name in read else None,
    )


def _build_snapshot(snapshot: DailySnapshot | None) -> Snapshot | None:
    return Snapshot(**build_snapshot_values(snapshot)) if snapshot else None


def _compute_change(card: Scorecard, snapshot: DailySnapshot | None) -> int | None:
    if card.overall is None or snapshot is None or snapshot.health_score is None:
        return None
    return card.overall - snapshot.health_score
