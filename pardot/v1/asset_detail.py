"""``GET /pardot/assets/{type}/{asset_id}``: one asset with its issues, tasks and exemptions."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest
from ninja import Field, Path, Router, Schema

from api.http.errors import NotFound, document_errors
from pardot.domain.areas import Area
from pardot.models import Exemption, Task
from pardot.selectors.area_health import load_area_health
from pardot.selectors.asset_history import load_asset_history
from pardot.v1.assets import AssetRecord, TypeName, require_area
from pardot.v1.exemptions import ExemptionOut, load_exemption_answers
from pardot.v1.fields import PathId
from pardot.v1.health_of_area import AreaSummary, build_area_summary
from pardot.v1.tasks import TaskOut, load_task_answers

_MOST_TASKS = 50

router = Router(tags=["pardot: assets"])


class PastIssueOut(Schema):
    issue: str = Field(description="The key of the issue.")
    flag: str
    first_seen: date | None = Field(
        description="The day on which an audit first saw the issue; null: before SFAPI kept a record of issues."
    )
    fixed_on: date | None = Field(description="The day of the first audit without the issue; null: the issue is open.")
    days: int | None = Field(description="The number of days until the issue was fixed, or until today; null: unknown.")


class TagOfAsset(Schema):
    id: int
    name: str | None


class AssetDetail(Schema):
    type: Area
    summary: AreaSummary = Field(description="The summary of all assets of this type.")
    record: AssetRecord
    issues: list[PastIssueOut] = Field(description="At most 100 issues: open ones first, then the latest fixed ones.")
    tags: list[TagOfAsset]
    exemptions: list[ExemptionOut] = Field(description="The asset's exemptions, including those that have ended.")
    tasks: list[TaskOut] = Field(description="At most 50 tasks about this asset, open ones first.")


@router.get(
    "/assets/{type}/{asset_id}",
    response={200: AssetDetail, **document_errors(401, 403, 404, 422)},
    summary="One asset with its history",
    exclude_unset=True,
)
def get_asset(request: HttpRequest, type: Path[TypeName], asset_id: PathId) -> AssetDetail:  # noqa: A002 - its name in the path
    """Return an asset with its open and fixed issues, its tags, exemptions and tasks."""
    area = require_area(type)
    health = load_area_health(area)[area]
    history = load_asset_history(health, asset_id)
    if history is None:
        raise NotFound(f"There is no asset with the id {asset_id} among {area.label.lower()}.")
    about = {"asset_type": area, "asset_id": asset_id}
    tasks = Task.objects.filter(**about).select_related("assignee").order_by("-status", "-id")
    return AssetDetail.model_validate(
        {
            "type": area,
            "summary": build_area_summary(health),
            "record": history.record,
            "issues": [PastIssueOut.model_validate(each, from_attributes=True) for each in history.issues],
            "tags": history.tags,
            "exemptions": load_exemption_answers(Exemption.objects.filter(**about)),
            "tasks": load_task_answers(tasks[:_MOST_TASKS]),
        }
    )
