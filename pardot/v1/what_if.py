"""``POST /pardot/what-if``: the score after some fixes."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from django.http import HttpRequest
from ninja import Field, Router, Schema
from pydantic import ConfigDict, StringConstraints

from api.http.errors import Unprocessable, document_errors
from api.http.fields import PlainText
from pardot.domain.areas import Area
from pardot.domain.issues import BY_KEY
from pardot.scoring.scorecard import load_score_inputs
from pardot.scoring.snapshots import as_number
from pardot.scoring.what_if import BadFix, WhatIf, compute_what_if
from pardot.v1.score_changes import (
    AreaChange,
    PersonChange,
    ScoreChange,
    build_area_changes,
    build_overall_change,
    build_person_changes,
)

router = Router(tags=["pardot: score"])


class Fix(Schema):
    model_config = ConfigDict(extra="forbid")

    issue: Annotated[PlainText, StringConstraints(max_length=64)] = Field(description="The key of the issue.")
    count: float | None = Field(
        None,
        ge=0,
        le=2_147_483_647,
        allow_inf_nan=False,
        description="The number of assets to fix, at most the issue's count. For an issue that is a percentage, the "
        "number of percentage points. Null or left out: fix the whole issue.",
    )


class Fixes(Schema):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"fixes": [{"issue": "forms_errors", "count": 2}]}}
    )

    fixes: list[Fix] = Field(min_length=1, max_length=len(BY_KEY), description="The issues to fix, each at most once.")


class FixedIssue(Schema):
    issue: str
    area: Area
    before: int | float
    after: int | float


class WhatIfScores(Schema):
    overall: ScoreChange
    by_area: list[AreaChange]
    by_person: list[PersonChange]
    fixed: list[FixedIssue] = Field(description="The counts of the requested issues before and after the fixes.")


@router.post(
    "/what-if",
    response={200: WhatIfScores, **document_errors(400, 401, 403, 413, 415, 422)},
    summary="The score if some issues were fixed",
)
def score_what_if(request: HttpRequest, body: Fixes) -> WhatIfScores:
    """Return the score after the fixes.

    Nothing is stored. 422: an issue is unknown, is given twice or has no data yet, or a count is too large or not a
    whole number of assets.
    """
    fixes: dict[str, Decimal | None] = {}
    for place, fix in enumerate(body.fixes):
        if fix.issue in fixes:
            raise _make_refusal(place, "issue", f"{fix.issue} is given twice")
        fixes[fix.issue] = None if fix.count is None else Decimal(str(fix.count))
    try:
        return _build_answer(compute_what_if(load_score_inputs(), fixes))
    except BadFix as error:
        place = list(fixes).index(error.key)
        raise _make_refusal(place, "count" if error.key in BY_KEY else "issue", str(error)) from error


def _make_refusal(place: int, field: str, message: str) -> Unprocessable:
    return Unprocessable(
        f"The request is not valid: fixes.{place}.{field}: {message}.",
        errors=[{"loc": ["body", "fixes", place, field], "message": message}],
    )


def _build_answer(scores: WhatIf) -> WhatIfScores:
    return WhatIfScores(
        overall=build_overall_change(scores.before, scores.after),
        by_area=build_area_changes(scores.before, scores.after),
        by_person=build_person_changes(scores.before, scores.after),
        fixed=[_build_fixed_issue(scores, key) for key in scores.fixed],
    )


def _build_fixed_issue(scores: WhatIf, key: str) -> FixedIssue:
    return FixedIssue(
        issue=key,
        area=BY_KEY[key].area,
        before=as_number(scores.before.issues[key].count) or 0,
        after=as_number(scores.after.issues[key].count) or 0,
    )
