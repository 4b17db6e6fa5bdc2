"""``/pardot/changes``: what got worse and what got better since an earlier day, with owners and rows."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema
from ninja.params.functions import Query

from api.http.errors import documented
from api.http.fields import json_response
from api.records.values import QueryDate
from pardot.domain.areas import Area
from pardot.domain.days import today
from pardot.scoring.changes import IssueChange, changes_since
from pardot.scoring.scorecard import current_scorecard

router = Router(tags=["pardot: history"])


class ChangedRows(Schema):
    """An issue whose count differs between the two days, or some of whose assets are other ones."""

    key: str
    area: Area
    flag: str
    title: str = Field(description="With the count of today.")
    owners: list[str]
    is_percentage: bool
    exempt: int = Field(description="The number of further assets that have the issue and are exempt today.")
    before: int | float
    after: int | float
    change: int | float = Field(description="after − before; more is always worse.")
    harm: float = Field(description="Points of the overall score that the change costs; below zero: gives back.")
    new: int = Field(description="Assets that got it after `since`; 0 for a percentage, which has no rows of its own.")
    fixed: int = Field(description="Assets that had it on `since` and lost it, deleted ones included.")
    oldest: date | None = Field(
        description="The day since which the oldest of the assets has the issue; null: not known."
    )


class ChangesOut(Schema):
    day: date = Field(description="Today.")
    since: date | None = Field(description="The day of the snapshot that is compared with; null: there is none.")
    score_before: int | None
    score: int | None
    worse: list[ChangedRows] = Field(description="The most harmful first.")
    better: list[ChangedRows] = Field(description="The most helpful first.")
    other_rows: list[ChangedRows] = Field(description="Issues whose number is unchanged but that have new assets.")


_SINCE: Any = Query(
    None, description="A day; the last snapshot of it or before it is used. Left out: the last one before today."
)


@router.get(
    "/changes", response={200: ChangesOut, **documented(401, 403, 422)}, summary="Changes for the worse and the better"
)
def get_changes(request: HttpRequest, since: QueryDate | None = _SINCE) -> HttpResponse:
    """Return the issues that changed since an earlier day. Issues without data on one of the days are left out."""
    card, day = current_scorecard(), today()
    found = changes_since(since, card, day)
    return json_response(
        {
            "day": day,
            "since": found.since.day if found.since else None,
            "score_before": found.since.health_score if found.since else None,
            "score": card.overall,
            "worse": [changed_rows(each) for each in found.worse],
            "better": [changed_rows(each) for each in found.better],
            "other_rows": [changed_rows(each) for each in found.other_rows],
        }
    )


def changed_rows(found: IssueChange) -> dict[str, Any]:
    """Return the fields of ``ChangedRows``."""
    issue = found.listed.issue
    return {
        "key": issue.key,
        "area": issue.area.value,
        "flag": issue.flag,
        "title": found.listed.title,
        "owners": found.listed.owners,
        "is_percentage": issue.is_percentage,
        "exempt": found.listed.exempt,
        "before": found.before,
        "after": found.after,
        "change": found.change,
        "harm": round(found.harm, 4),
        "new": found.ledger.new,
        "fixed": found.ledger.fixed,
        "oldest": found.ledger.oldest,
    }
