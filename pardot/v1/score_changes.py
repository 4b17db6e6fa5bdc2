"""The changes between two scorecards, for the routes of what-ifs and previews."""

from __future__ import annotations

from ninja import Field, Schema

from pardot.domain.areas import Area
from pardot.scoring.scorecard import Scorecard


class ScoreChange(Schema):
    before: int | None = Field(description="The current score; null: no data.")
    after: int | None
    grade_before: str | None
    grade_after: str | None


class AreaChange(ScoreChange):
    area: Area
    label: str


class PersonChange(ScoreChange):
    name: str


def build_overall_change(before: Scorecard, after: Scorecard) -> ScoreChange:
    """Return the overall scores of two scorecards."""
    return ScoreChange(before=before.overall, after=after.overall, grade_before=before.grade, grade_after=after.grade)


def build_area_changes(before: Scorecard, after: Scorecard) -> list[AreaChange]:
    """Return the score of each area in two scorecards."""
    return [
        AreaChange(
            area=area,
            label=area.label,
            before=before.grading.areas[area].score,
            after=after.grading.areas[area].score,
            grade_before=before.area_grades[area],
            grade_after=after.area_grades[area],
        )
        for area in before.grading.areas
    ]


def build_person_changes(before: Scorecard, after: Scorecard) -> list[PersonChange]:
    """Return the score of each person in two scorecards."""
    return [
        PersonChange(name=old.name, before=old.score, after=new.score, grade_before=old.grade, grade_after=new.grade)
        for old, new in zip(before.people, after.people, strict=True)
    ]
