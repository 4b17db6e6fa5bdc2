"""``/pardot/trail`` and ``/pardot/compare``: the figures of each day."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema
from ninja.params.functions import Query

from api.http.errors import NotFound, Unprocessable, document_errors
from api.http.fields import make_json_response
from api.records.values import QueryDate
from pardot.domain.areas import Area
from pardot.domain.issues import BY_KEY
from pardot.models import DailySnapshot
from pardot.scoring.changes import harm_of_one, share_of
from pardot.scoring.history import Change, Comparison, DaysReversed, NoSnapshot, compare_days, load_trail
from pardot.scoring.scorecard import load_current_scorecard
from pardot.v1.snapshot_out import COLUMNS, Snapshot, build_snapshot_values, with_coverage

router = Router(tags=["pardot: history"])

_NOTE = ("id", "day", "text", "created_by", "created_at")


class TrailNote(Schema):
    id: int
    day: date
    text: str
    created_by: str
    created_at: datetime


class Trail(Schema):
    count: int
    snapshots: list[Snapshot] = Field(description="One snapshot per day with a sync, oldest first.")
    notes: list[TrailNote] = Field(
        description="The notes between `from` and `to`, oldest first, including notes on days without a snapshot."
    )


class Changed(Schema):
    """One figure on the two compared days."""

    before: int | float | None = Field(description="The figure on the earlier day; null: no data.")
    after: int | float | None = Field(description="The figure on the later day; null: no data.")
    change: int | float | None = Field(description="`after` − `before`; null when either is null.")


class HarmfulChange(Changed):
    """One figure on the two compared days, and the harm that its change does to the overall score."""

    harm: float | None = Field(
        description="The points of the overall score that the change costs, by today's weights. Negative: the score "
        "gains. Null: no data on one of the days."
    )


class ChangedArea(HarmfulChange):
    area: Area
    label: str
    owners: list[str]


class ChangedPerson(HarmfulChange):
    name: str


class ChangedIssue(HarmfulChange):
    key: str
    area: Area
    owners: list[str]


class ChangedCount(Changed):
    name: str = Field(description="The name of a field of the snapshots.")


class ComparedDay(Schema):
    asked: date
    used: date = Field(description="The day of the snapshot: `asked`, or the nearest earlier day with a snapshot.")
    snapshot: Snapshot


class ComparedDays(Schema):
    first: ComparedDay = Field(alias="from")
    second: ComparedDay = Field(alias="to")
    health_score: Changed
    areas: list[ChangedArea]
    people: list[ChangedPerson]
    issues: list[ChangedIssue]
    counts: list[ChangedCount]


_FROM: Any = Query(None, alias="from", description="The first day, included.")
_TO: Any = Query(None, alias="to", description="The last day, included.")
_EARLIER: Any = Query(
    None, alias="from", description="The earlier day; left out: the snapshot before the one that is used for `to`."
)
_LATER: Any = Query(None, alias="to", description="The later day; left out: the latest snapshot.")


@router.get("/trail", response={200: Trail, **document_errors(401, 403, 422)}, summary="Daily snapshots")
def get_trail(request: HttpRequest, since: QueryDate | None = _FROM, until: QueryDate | None = _TO) -> HttpResponse:
    """Return the daily snapshots and notes between two days.

    Without `from` and `to`, all days are included. Days are in the installation's time zone.
    """
    try:
        snapshots, notes = load_trail(since, until)
    except DaysReversed as error:
        raise _make_refusal(error) from error
    rows = [with_coverage(row) for row in snapshots.values(*COLUMNS)]
    return make_json_response({"count": len(rows), "snapshots": rows, "notes": list(notes.values(*_NOTE))})


@router.get(
    "/compare",
    response={200: ComparedDays, **document_errors(401, 403, 404, 422)},
    by_alias=True,
    summary="Two days side by side",
)
def compare_two_days(
    request: HttpRequest,
    first: QueryDate | None = _EARLIER,
    second: QueryDate | None = _LATER,
) -> HttpResponse:
    """Return score, areas, people, issues and counts of both days, and the differences.

    For a day without a snapshot, the nearest earlier snapshot is used, and `used` is the day of that snapshot. 404 when
    neither the day nor an earlier day has a snapshot. Without `from` and `to`, the latest snapshot is compared with the
    one before it.
    """
    try:
        comparison = compare_days(first, second)
    except DaysReversed as error:
        raise _make_refusal(error) from error
    except NoSnapshot as error:
        raise NotFound(str(error)) from error
    return make_json_response(_describe_comparison(comparison, first, second))


def _make_refusal(error: DaysReversed) -> Unprocessable:
    return Unprocessable(str(error), errors=[{"loc": ["query", "from"], "message": str(error)}])


def _describe_comparison(comparison: Comparison, first: date | None, second: date | None) -> dict[str, Any]:
    card = load_current_scorecard()
    areas_of = {person.name: [area.value for area in person.areas] for person in card.people}

    def describe_area(area: str) -> dict[str, Any]:
        return {"area": area, "label": Area(area).label, "owners": card.owners(Area(area))}

    def describe_issue(key: str) -> dict[str, Any]:
        area = BY_KEY[key].area
        return {"key": key, "area": area.value, "owners": card.owners(area)}

    return {
        "from": _describe_day(comparison.before, first),
        "to": _describe_day(comparison.after, second),
        "health_score": _build_figures(comparison.score),
        "areas": _build_change_rows(comparison.areas, describe_area, lambda area: -share_of(card, [area]), Area.values),
        "people": _build_change_rows(
            comparison.people, lambda name: {"name": name}, lambda name: -share_of(card, areas_of.get(name, []))
        ),
        "issues": _build_change_rows(
            comparison.issues, describe_issue, lambda key: harm_of_one(card, BY_KEY[key]), BY_KEY
        ),
        "counts": _build_change_rows(comparison.counts, lambda name: {"name": name}),
    }


def _describe_day(snapshot: DailySnapshot, day: date | None) -> dict[str, Any]:
    return {"asked": day or snapshot.day, "used": snapshot.day, "snapshot": build_snapshot_values(snapshot)}


def _build_change_rows(
    changes: Iterable[Change],
    describe: Callable[[str], dict[str, Any]],
    harm_of_one: Callable[[str], float] | None = None,
    known: Iterable[str] | None = None,
) -> list[dict[str, Any]]:
    """Return the changes as rows. With ``known``, changes with other names are left out."""
    known_names = None if known is None else set(known)
    kept = [each for each in changes if known_names is None or each.name in known_names]
    plain = [{**describe(each.name), **_build_figures(each)} for each in kept]
    if harm_of_one is None:
        return plain
    return [{**row, "harm": _compute_harm(each, harm_of_one)} for row, each in zip(plain, kept, strict=True)]


def _compute_harm(change: Change, harm_of_one: Callable[[str], float]) -> float | None:
    # Adding zero turns -0.0 into 0.0.
    return None if change.change is None else round(float(change.change) * harm_of_one(change.name), 4) + 0.0


def _build_figures(change: Change) -> dict[str, Any]:
    return {"before": change.before, "after": change.after, "change": change.change}
