"""``GET /pardot/health-score``: the score, by area and by person."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest
from ninja import Field, Router, Schema

from api.http.errors import document_errors
from pardot.domain.areas import Area
from pardot.domain.grading import AreaScore
from pardot.scoring.scorecard import PersonScore, Scorecard, load_current_scorecard
from pardot.scoring.snapshots import as_number

router = Router(tags=["pardot: score"])


class AreaScoreOut(Schema):
    area: Area
    label: str
    score: int | None = Field(description="0 to 100; null: no data.")
    grade: str | None
    items: int | None = Field(description="The number of assets or prospects; null: no data.")
    demerits: float | None = Field(
        description="The sum of the points that the area's issues cost, which may be more than 100; null: no data."
    )
    weight: float | None = Field(
        description="The weight of the area in the overall score: ln(items + 1), or ln(2) without items; null: no data."
    )
    points_lost: float | None = Field(description="The points of the overall score that the area costs; null: no data.")
    owners: list[str]


class PersonScoreOut(Schema):
    name: str
    label: str
    role: str
    areas: list[Area]
    score: int | None
    grade: str | None


class HealthScore(Schema):
    overall: int | None = Field(description="0 to 100; null: no area has data yet.")
    grade: str | None
    by_area: list[AreaScoreOut]
    by_person: list[PersonScoreOut]
    issue_counts: dict[str, int | float | None] = Field(
        description="The count or the percentage of each issue, by key; null: no data."
    )
    audited_at: datetime | None


@router.get("/health-score", response={200: HealthScore, **document_errors(401, 403)}, summary="Score and grades")
def get_health_score(request: HttpRequest) -> HealthScore:
    """Return the score, computed from the latest audits, exemptions and weights."""
    return build_health_score(load_current_scorecard())


def build_health_score(card: Scorecard) -> HealthScore:
    """Return ``card`` as an answer."""
    return HealthScore(
        overall=card.overall,
        grade=card.grade,
        by_area=[_build_area(card, area, score) for area, score in card.grading.areas.items()],
        by_person=[_build_person(person) for person in card.people],
        issue_counts={key: as_number(issue.count) for key, issue in card.issues.items()},
        audited_at=card.audited_at,
    )


def _build_area(card: Scorecard, area: Area, score: AreaScore) -> AreaScoreOut:
    has_data = score.score is not None
    return AreaScoreOut(
        area=area,
        label=area.label,
        score=score.score,
        grade=card.area_grades[area],
        items=score.items if has_data else None,
        demerits=float(score.demerits) if has_data else None,
        weight=round(score.weight, 4) if has_data else None,
        points_lost=None if score.points_lost is None else round(score.points_lost, 2),
        owners=card.owners(area),
    )


def _build_person(person: PersonScore) -> PersonScoreOut:
    return PersonScoreOut(
        name=person.name,
        label=person.label,
        role=person.role,
        areas=list(person.areas),
        score=person.score,
        grade=person.grade,
    )
