"""``GET /pardot/orphans`` and ``/pardot/orphans/history``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from api.http.errors import documented
from api.http.fields import json_response
from pardot.models import OrphanRecord, OrphanRun
from pardot.orphans.compare import RUNS_KEPT
from pardot.selectors.engagement import prospects_by_id

Kind = OrphanRecord.Kind

router = Router(tags=["pardot: orphans"])


class OrphanKind(Schema):
    kind: Kind
    count: int
    stored: int = Field(description="The number of orphans that are stored with details.")
    capped: bool = Field(description="True when there are more orphans than are stored with details.")


class Orphan(Schema):
    kind: Kind
    record_id: str = Field(description="Pardot's id, or Salesforce's for leads and contacts.")
    name: str = Field(description="The name of the asset or prospect.")
    email: str | None = Field(description="The person's address.")
    missing: str = Field(description="The ids that are missing: of the deleted campaign, or of leads and contacts.")


class Orphans(Schema):
    captured_at: datetime | None = Field(
        description="The time of the latest check; null: never checked, run camp_sync --survey."
    )
    total: int | None = Field(description="The number of orphans of all kinds.")
    kinds: list[OrphanKind]
    count: int = Field(description="The number of orphans of this `kind` that are stored with details.")
    records: list[Orphan]


class OrphansQuery(Schema):
    kind: Kind | None = Field(None, description="Only orphans of this kind.")
    limit: int = Field(100, ge=1, le=1000)
    offset: int = Field(0, ge=0, le=1_000_000)


class PastCheck(Schema):
    captured_at: datetime
    total: int
    counts: dict[str, int] = Field(description="The number of orphans of each kind.")


class History(Schema):
    checks: list[PastCheck] = Field(description="The checks, latest first.")


@router.get("/orphans", response={200: Orphans, **documented(401, 403, 422)}, summary="Orphaned records")
def get_orphans(request: HttpRequest, query: Query[OrphansQuery]) -> HttpResponse:
    """Return the latest check. Counts are exact, but at most 1,000 orphans of each kind have details."""
    run = OrphanRun.objects.first()
    if run is None:
        return json_response({"captured_at": None, "total": None, "kinds": [], "count": 0, "records": []})
    stored = dict(run.records.order_by().values_list("kind").annotate(stored=Count("pk")))
    records = run.records.filter(kind=query.kind) if query.kind else run.records.all()
    page = records.order_by("kind", "id").values("kind", "record_id", "name", "missing")
    return json_response(
        {
            "captured_at": run.captured_at,
            "total": run.total,
            "kinds": [_kind(run, kind, stored.get(kind, 0)) for kind in Kind],
            "count": stored.get(query.kind, 0) if query.kind else sum(stored.values()),
            "records": _describe(list(page[query.offset : query.offset + query.limit])),
        }
    )


def _kind(run: OrphanRun, kind: Kind, stored: int) -> dict[str, Any]:
    count = getattr(run, kind)
    return {"kind": kind.value, "count": count, "stored": stored, "capped": count > stored}


_PROSPECTS = {Kind.PROSPECT_CRM_GONE, Kind.PROSPECT_UNLINKED}
_PEOPLE = {Kind.LEAD_WITHOUT_PROSPECT, Kind.CONTACT_WITHOUT_PROSPECT}


def _describe(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the orphans with the prospects' names, which are looked up because orphans are stored without them."""
    prospects = prospects_by_id([int(row["record_id"]) for row in rows if row["kind"] in _PROSPECTS])
    return [_orphan(row, prospects) for row in rows]


def _orphan(row: Mapping[str, Any], prospects: Mapping[int, Mapping[str, Any]]) -> dict[str, Any]:
    if row["kind"] in _PEOPLE:
        return {**row, "email": row["missing"] or None, "missing": ""}
    if row["kind"] in _PROSPECTS:
        known = prospects.get(int(row["record_id"]), {})
        return {**row, "name": known.get("name", ""), "email": known.get("email")}
    return {**row, "email": None}


@router.get("/orphans/history", response={200: History, **documented(401, 403)}, summary="The last 100 checks")
def get_orphans_history(request: HttpRequest) -> History:
    """Return the counts of earlier checks."""
    checks = [
        PastCheck(
            captured_at=run.captured_at, total=run.total, counts={kind.value: getattr(run, kind) for kind in Kind}
        )
        for run in OrphanRun.objects.all()[:RUNS_KEPT]
    ]
    return History(checks=checks)
