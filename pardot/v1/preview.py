"""``POST /pardot/admin/config-preview``: the score with other settings."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema
from pydantic import ConfigDict

from api.http.errors import Unprocessable, document_errors
from pardot.configuration.values import KEYS, BadValue, UnknownKey
from pardot.domain.areas import Area
from pardot.scoring.preview import preview, select_changed_issues
from pardot.scoring.snapshots import as_number
from pardot.v1.score_changes import (
    AreaChange,
    PersonChange,
    ScoreChange,
    build_area_changes,
    build_overall_change,
    build_person_changes,
)

router = Router(tags=["pardot: settings"])


class ConfigurationDraft(Schema):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"values": {"score_weights": {"forms_errors": 0.4}}}}
    )

    values: dict[str, Any] = Field(
        min_length=1,
        max_length=len(KEYS),
        description="The values by key, in the form of `PUT /pardot/admin/config/{key}`.",
    )


class PreviewedIssue(Schema):
    issue: str
    area: Area
    before: int | float | None = Field(description="The current count; null: no data.")
    after: int | float | None = Field(description="The count with the given values; null: no data.")


class PreviewedScore(Schema):
    day: date
    before: int | None = Field(description="The score that was recorded on that day.")
    after: int | None
    grade_before: str | None
    grade_after: str | None


class ConfigurationPreview(Schema):
    overall: ScoreChange
    by_area: list[AreaChange]
    by_person: list[PersonChange]
    issues: list[PreviewedIssue] = Field(description="The issues whose count would change.")
    days: list[PreviewedScore] = Field(
        description="The days with a score among the 44 days before today, oldest first; empty when neither weights "
        "nor grades would change."
    )
    limits: list[str] = Field(description="Sentences about what could not be computed, and why.")


@router.post(
    "/admin/config-preview",
    response={200: ConfigurationPreview, **document_errors(400, 401, 403, 413, 415, 422)},
    summary="Preview of other settings",
)
def preview_configuration(request: HttpRequest, body: ConfigurationDraft) -> ConfigurationPreview:
    """Return the current scores, and the scores with the given values. Nothing is stored.

    422: a key is unknown, or a value is not valid.
    """
    try:
        scores = preview(body.values)
    except UnknownKey as error:
        raise Unprocessable(str(error), errors=[{"loc": ["body", "values"], "message": str(error)}]) from error
    except BadValue as error:
        errors = [{**each, "loc": ["body", "values", *each["loc"]]} for each in error.errors]
        raise Unprocessable(f"The values are not valid: {error}.", errors=errors) from error
    before, after = scores.before, scores.after
    return ConfigurationPreview(
        overall=build_overall_change(before, after),
        by_area=build_area_changes(before, after),
        by_person=build_person_changes(before, after),
        issues=[
            PreviewedIssue(
                issue=old.issue.key, area=old.issue.area, before=as_number(old.count), after=as_number(new.count)
            )
            for old, new in select_changed_issues(scores)
        ],
        days=[PreviewedScore(**vars(day)) for day in scores.days],
        limits=list(scores.limits),
    )
