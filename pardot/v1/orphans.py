"""``/pardot/orphans``: the orphans of the latest check. ``…/history``: the counts of past checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from api.http.errors import document_errors
from api.http.fields import make_json_response
from pardot.models import OrphanRecord, OrphanRun
from pardot.orphans.compare import RUNS_KEPT
from pardot.selectors.engagement import load_prospects_by_id

Kind = OrphanRecord.Kind

router = Router(tags=["pardot: orphans"])


class OrphanKind(Schema):
    kind: Kind
    count: int = Field(description="The exact number of orphans of this kind.")
    stored: int = Field(description="The number of orphans of this kind that are stored with details, at most 1,000.")
    capped: bool = Field(description="True when `count` is larger than `stored`.")


class Orphan(Schema):
    kind: Kind
    record_id: str = Field(description="The id in Pardot; for leads and contacts, the id in Salesforce.")
    name: str = Field(description="The name of the asset or prospect; empty for leads and contacts.")
    email: str | None = Field(description="The person's email address; null for assets, or if unknown.")
    missing: str = Field(
        description="For an asset: the id of the missing campaign. For `prospects_crm_gone`: the ids of the missing "
        "leads and contacts, with 15 characters, separated by commas. Empty for other kinds."
    )


class Orphans(Schema):
    captured_at: datetime | None = Field(
        description="The time of the latest check; null before the first check (`camp_sync --survey`)."
    )
    total: int | None = Field(
        description="The exact number of orphans of all kinds together; null before the first check."
    )
    kinds: list[OrphanKind] = Field(
        description="The exact and stored numbers of each kind; empty before the first check."
    )
    count: int = Field(description="The number of stored orphans that match `kind`, over all pages of `records`.")
    records: list[Orphan] = Field(description="One page of the stored orphans.")


class OrphansQuery(Schema):
    kind: Kind | None = Field(None, description="Return only orphans of this kind in `count` and `records`.")
    limit: int = Field(100, ge=1, le=1000)
    offset: int = Field(0, ge=0, le=1_000_000)


class PastCheck(Schema):
    captured_at: datetime
    total: int = Field(description="The exact number of orphans of all kinds together.")
    counts: dict[str, int] = Field(description="The exact number of orphans of each kind.")


class History(Schema):
    checks: list[PastCheck] = Field(description="The last 100 checks, the latest first.")


@router.get("/orphans", response={200: Orphans, **document_errors(401, 403, 422)}, summary="Orphaned records")
def list_orphans(request: HttpRequest, query: Query[OrphansQuery]) -> HttpResponse:
    """Return the orphans that the latest check found.

    An orphan is an asset in a deleted campaign, or a person whom only Pardot or only Salesforce has.

    `total` and `kinds` have exact counts. At most 1,000 orphans of each kind are stored, so `records` and `count` may
    be incomplete.
    """
    run = OrphanRun.objects.first()
    if run is None:
        return make_json_response({"captured_at": None, "total": None, "kinds": [], "count": 0, "records": []})
    stored = dict(run.records.order_by().values_list("kind").annotate(stored=Count("pk")))
    records = run.records.filter(kind=query.kind) if query.kind else run.records.all()
    page = records.order_by("kind", "id").values("kind", "record_id", "name", "missing")
    return make_json_response(
        {
            "captured_at": run.captured_at,
            "total": run.total,
            "kinds": [_build_kind(run, kind, stored.get(kind, 0)) for kind in Kind],
            "count": stored.get(query.kind, 0) if query.kind else sum(stored.values()),
            "records": _describe(list(page[query.offset : query.offset + query.limit])),
        }
    )


def _build_kind(run: OrphanRun, kind: Kind, stored: int) -> dict[str, Any]:
    count = getattr(run, kind)
    return {"kind": kind.value, "count": count, "stored": stored, "capped": count > stored}


_PROSPECTS = {Kind.PROSPECT_CRM_GONE, Kind.PROSPECT_UNLINKED}
_PEOPLE = {Kind.LEAD_WITHOUT_PROSPECT, Kind.CONTACT_WITHOUT_PROSPECT}


def _describe(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the orphans as the API shows them.

    Names and addresses of prospects are not stored with the orphans, so look them up.
    """
    prospects = load_prospects_by_id([int(row["record_id"]) for row in rows if row["kind"] in _PROSPECTS])
    return [_build_orphan(row, prospects) for row in rows]


def _build_orphan(row: Mapping[str, Any], prospects: Mapping[int, Mapping[str, Any]]) -> dict[str, Any]:
    if row["kind"] in _PEOPLE:
        return {**row, "email": row["missing"] or None, "missing": ""}
    if row["kind"] in _PROSPECTS:
        prospect = prospects.get(int(row["record_id"]), {})
        return {**row, "name": prospect.get("name", ""), "email": prospect.get("email")}
    return {**row, "email": None}


@router.get("/orphans/history", response={200: History, **document_errors(401, 403)}, summary="The last 100 checks")
def get_orphan_history(request: HttpRequest) -> History:
    """Return the counts of the last 100 checks, including the latest."""
    checks = [
        PastCheck(
            captured_at=run.captured_at, total=run.total, counts={kind.value: getattr(run, kind) for kind in Kind}
        )
        for run in OrphanRun.objects.all()[:RUNS_KEPT]
    ]
    return History(checks=checks)
