"""``/pardot/changes``: the issues that got worse or better since an earlier day."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema
from ninja.params.functions import Query

from api.http.errors import document_errors
from api.http.fields import make_json_response
from api.records.values import QueryDate
from pardot.domain.areas import Area
from pardot.domain.days import get_today
from pardot.scoring.changes import IssueChange, load_changes_since
from pardot.scoring.scorecard import load_current_scorecard

router = Router(tags=["pardot: history"])


class ChangedRows(Schema):
    """An issue whose count differs from that of `since`, or is the same although there are new assets."""

    key: str
    area: Area
    flag: str
    title: str = Field(description="The title, with today's count.")
    owners: list[str]
    is_percentage: bool
    exempt: int = Field(description="The number of assets that have the issue and are exempt today.")
    before: int | float
    after: int | float
    change: int | float = Field(description="`after` − `before`. A higher number is always worse.")
    harm: float = Field(
        description="The points of the overall score that the change costs; negative when the score gains."
    )
    new: int = Field(
        description="The number of assets that have the issue, got it after `since`, and are not exempt; 0 for a "
        "percentage."
    )
    fixed: int = Field(
        description="The number of assets that had the issue on `since`, lost it later or were deleted, and are not "
        "exempt; 0 for a percentage."
    )
    oldest: date | None = Field(
        description="The earliest known first day of the issue on an asset that is not exempt; null: none is known."
    )


class ChangesOut(Schema):
    day: date = Field(description="Today.")
    since: date | None = Field(description="The day of the snapshot to compare with; null: there is none.")
    score_before: int | None
    score: int | None
    worse: list[ChangedRows] = Field(description="The issues that got worse, the most harmful first.")
    better: list[ChangedRows] = Field(description="The issues that got better, the most helpful first.")
    other_rows: list[ChangedRows] = Field(description="The issues with an unchanged count but new assets.")


_SINCE: Any = Query(
    None,
    description="The day to compare with. If it has no snapshot, the nearest earlier snapshot is used. If it is left "
    "out, or is not before today, the last snapshot before today is used.",
)


@router.get(
    "/changes", response={200: ChangesOut, **document_errors(401, 403, 422)}, summary="Issues that got worse or better"
)
def get_changes(request: HttpRequest, since: QueryDate | None = _SINCE) -> HttpResponse:
    """Return the issues that changed since an earlier day.

    Issues without data on that day or today are left out.
    """
    card, day = load_current_scorecard(), get_today()
    changes = load_changes_since(since, card, day)
    return make_json_response(
        {
            "day": day,
            "since": changes.since.day if changes.since else None,
            "score_before": changes.since.health_score if changes.since else None,
            "score": card.overall,
            "worse": [build_changed_rows(each) for each in changes.worse],
            "better": [build_changed_rows(each) for each in changes.better],
            "other_rows": [build_changed_rows(each) for each in changes.other_rows],
        }
    )


def build_changed_rows(change: IssueChange) -> dict[str, Any]:
    """Return the fields of ``ChangedRows``."""
    issue = change.listed.issue
    return {
        "key": issue.key,
        "area": issue.area.value,
        "flag": issue.flag,
        "title": change.listed.title,
        "owners": change.listed.owners,
        "is_percentage": issue.is_percentage,
        "exempt": change.listed.exempt,
        "before": change.before,
        "after": change.after,
        "change": change.change,
        "harm": round(change.harm, 4),
        "new": change.ledger.new,
        "fixed": change.ledger.fixed,
        "oldest": change.ledger.oldest,
    }
