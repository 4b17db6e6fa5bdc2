"""``GET /pardot/goal``: a small set of fixes that brings the score to a target."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema
from ninja.params.functions import Query

from api.http.errors import NotFound, document_errors
from pardot.domain.areas import Area
from pardot.domain.issues import BY_KEY
from pardot.scoring.goal import NoScore, plan_fixes
from pardot.scoring.scorecard import load_score_inputs
from pardot.scoring.snapshots import as_number

router = Router(tags=["pardot: score"])

_TARGET: Any = Query(..., ge=1, le=100, description="The score to reach.")


class PlannedFix(Schema):
    issue: str
    area: Area
    count: int | float = Field(
        description="The number of assets to fix; for an issue that is a percentage, the number of percentage points."
    )


class Goal(Schema):
    target: int
    fixes: list[PlannedFix] = Field(
        description="Fixes that reach the target. `POST /pardot/what-if` accepts the `issue` and `count` of each. "
        "Another set of fixes may need slightly fewer `rows`. Empty: the target is reached already."
    )
    rows: int = Field(
        description="The number of assets and prospects to fix. An asset or prospect with two issues counts twice."
    )


@router.get("/goal", response={200: Goal, **document_errors(401, 403, 404)}, summary="Fixes that reach a target score")
def get_goal(request: HttpRequest, target: int = _TARGET) -> Goal:
    """Return fixes after which the overall score is at least `target`. 404: there is no score yet."""
    try:
        plan = plan_fixes(load_score_inputs(), target)
    except NoScore as error:
        raise NotFound(str(error)) from error
    return Goal(
        target=plan.target,
        rows=plan.rows,
        fixes=[
            PlannedFix(issue=key, area=BY_KEY[key].area, count=as_number(count) or 0)
            for key, count in plan.fixes.items()
        ],
    )
