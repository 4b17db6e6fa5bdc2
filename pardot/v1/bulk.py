"""Create tasks or exemptions for many assets in one request, and remove them again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Path, Query, Router, Schema
from ninja.responses import Status
from pydantic import ConfigDict, StringConstraints

from api.http.errors import Unprocessable, document_errors
from pardot.domain.areas import Area
from pardot.planning.asset_tasks import add_task_for_all, add_task_for_each, remove_tasks
from pardot.planning.tasks import BadTask
from pardot.scoring.exemptions import BadExemption, add_exemptions, remove_exemptions
from pardot.selectors.area_health import load_area_health
from pardot.selectors.assets import NotOfThisArea, filter_assets
from pardot.selectors.campaigns import filter_campaigns
from pardot.selectors.chosen import MOST_CHOSEN, BadChoice, load_chosen_by_filters, load_chosen_by_id
from pardot.selectors.rows import LARGEST_ID, Rows
from pardot.v1.assets import AssetParameters, TypeName, require_area
from pardot.v1.campaigns import CampaignParameters
from pardot.v1.exemptions import Reason
from pardot.v1.fields import NOT_BLANK, AssetId, Day, Line, get_actor_name
from pardot.v1.pages import make_unprocessable_query, reject_unknown
from pardot.v1.tasks import MemberName, TaskPriority, TaskText

router = Router(tags=["pardot: team"])

_SIZES: dict[str, Any] = {"minItems": 1, "maxItems": MOST_CHOSEN}
_ERRORS = document_errors(400, 401, 403, 413, 415, 422)
_ERRORS_OF_TYPE = document_errors(400, 401, 403, 404, 413, 415, 422)


class Choice(Schema):
    """The chosen assets.

    With `ids`: the assets with these ids. With `matching`: all assets that match the query parameters.
    """

    model_config = ConfigDict(extra="forbid")

    ids: list[AssetId] | None = Field(
        None,
        description=f"At most {MOST_CHOSEN:,} ids. With `ids`, the query parameters are ignored.",
        json_schema_extra=_SIZES,
    )
    matching: int | None = Field(
        None,
        ge=1,
        le=LARGEST_ID,
        description="In place of `ids`: the `count` that `GET /pardot/assets/{type}` or `GET /pardot/campaigns` "
        f"returned for the same query parameters. 422 when the count has changed, or is more than {MOST_CHOSEN:,}.",
    )

    def names(self, area: Area, matching: Callable[[], Rows]) -> Mapping[int, str]:
        """Return the chosen assets' names by id. Raises ``BadChoice``."""
        if (self.ids is None) == (self.matching is None):
            raise BadChoice("ids", "Give either ids or matching")
        if self.ids is not None:
            return load_chosen_by_id(area, list(dict.fromkeys(self.ids)))
        return load_chosen_by_filters(area, matching(), self.matching or 0)


class BulkTasks(Choice):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"ids": [1], "title": "Give it a campaign", "assignee": None}}
    )

    title: Line = Field(
        json_schema_extra=NOT_BLANK,
        description="The title. When `for_each` is true, a colon and the asset's name are appended, and the result is "
        "cut to 200 characters.",
    )
    description: TaskText = ""
    for_each: bool = Field(
        True, description="true: a task for each asset. false: one task that lists as many of the assets as fit."
    )
    issue: Annotated[str, StringConstraints(max_length=64)] | None = Field(
        None, description="The key of the issue that the tasks are about. Ignored when `for_each` is false."
    )
    assignee: MemberName | None = None
    priority: TaskPriority = TaskPriority.NORMAL
    due_date: Day | None = None


class BulkExemptions(Choice):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"ids": [1], "issue": "forms_dormant", "reason": "Used again next spring."}},
    )

    issue: Line = Field(description="The key of an issue that the chosen type of assets can have.")
    reason: Reason = Field(json_schema_extra=NOT_BLANK)
    until: Day | None = Field(None, description="Last day of the exemptions; null: no end.")


class BulkMade(Schema):
    """The new tasks or exemptions.

    `tasks/remove` or `exemptions/remove` with these `ids` removes them again.
    """

    ids: list[int]
    left_out: int = Field(
        description="The number of chosen assets that were already exempt, or do not have the issue; 0 for tasks."
    )


class Removal(Schema):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"ids": [1]}})

    ids: list[AssetId] = Field(json_schema_extra=_SIZES)


class Removed(Schema):
    removed: int = Field(description="The number of tasks or exemptions that existed and were removed.")


@router.post(
    "/assets/{type}/tasks", response={201: BulkMade, **_ERRORS_OF_TYPE}, summary="Create tasks for many assets"
)
def create_asset_tasks(
    request: HttpRequest,
    type: Path[TypeName],  # noqa: A002 - its name in the path
    search: Query[AssetParameters],
    body: BulkTasks,
) -> Status[BulkMade]:
    """Create a task for each chosen asset, or one task for all of the chosen assets.

    If a task is refused, none is created.
    """
    area = require_area(type)
    return _make_tasks(request, area, body, lambda: _select_assets(area, search))


@router.post("/campaigns/tasks", response={201: BulkMade, **_ERRORS}, summary="Create tasks for many campaigns")
def create_campaign_tasks(request: HttpRequest, search: Query[CampaignParameters], body: BulkTasks) -> Status[BulkMade]:
    """Create a task for each chosen campaign, or one task for all of the chosen campaigns.

    If a task is refused, none is created.
    """
    return _make_tasks(request, Area.CAMPAIGNS, body, lambda: _select_campaigns(search))


@router.post(
    "/assets/{type}/exemptions", response={201: BulkMade, **_ERRORS_OF_TYPE}, summary="Exempt many assets from an issue"
)
def create_asset_exemptions(
    request: HttpRequest,
    type: Path[TypeName],  # noqa: A002 - its name in the path
    search: Query[AssetParameters],
    body: BulkExemptions,
) -> Status[BulkMade]:
    """Exempt the chosen assets that have the issue.

    The issue no longer counts for them from the next request on.
    """
    area = require_area(type)
    return _make_exemptions(request, area, body, lambda: _select_assets(area, search))


@router.post(
    "/campaigns/exemptions", response={201: BulkMade, **_ERRORS}, summary="Exempt many campaigns from an issue"
)
def create_campaign_exemptions(
    request: HttpRequest, search: Query[CampaignParameters], body: BulkExemptions
) -> Status[BulkMade]:
    """Exempt the chosen campaigns that have the issue.

    The issue no longer counts for them from the next request on.
    """
    return _make_exemptions(request, Area.CAMPAIGNS, body, lambda: _select_campaigns(search))


@router.post("/tasks/remove", response={200: Removed, **_ERRORS}, summary="Delete many tasks")
def delete_tasks(request: HttpRequest, body: Removal) -> Removed:
    """Delete these tasks; ids without a task are ignored."""
    with _reject_bad_values():
        return Removed(removed=remove_tasks(_check_ids(body.ids)))


@router.post("/exemptions/remove", response={200: Removed, **_ERRORS}, summary="Delete many exemptions")
def delete_exemptions(request: HttpRequest, body: Removal) -> Removed:
    """Delete these exemptions; ids without an exemption are ignored."""
    with _reject_bad_values():
        return Removed(removed=remove_exemptions(_check_ids(body.ids)))


def _select_assets(area: Area, search: AssetParameters) -> Rows:
    with reject_unknown():
        try:
            return filter_assets(load_area_health(area)[area], search.filters())
        except NotOfThisArea as error:
            raise make_unprocessable_query(error.name, str(error)) from error


def _select_campaigns(search: CampaignParameters) -> Rows:
    with reject_unknown():
        return filter_campaigns(load_area_health(Area.CAMPAIGNS)[Area.CAMPAIGNS], search.filters())


def _make_tasks(request: HttpRequest, area: Area, body: BulkTasks, matching: Callable[[], Rows]) -> Status[BulkMade]:
    values: dict[str, Any] = {
        "title": body.title,
        "description": body.description,
        "assignee": body.assignee,
        "priority": body.priority,
        "due_date": body.due_date,
        "created_by": get_actor_name(request),
    }
    with _reject_bad_values():
        names = body.names(area, matching)
        if body.for_each:
            tasks = add_task_for_each(area, names, issue=body.issue, **values)
        else:
            tasks = [add_task_for_all(area, names, **values)]
    return Status(201, BulkMade(ids=[task.pk for task in tasks], left_out=0))


def _make_exemptions(
    request: HttpRequest, area: Area, body: BulkExemptions, matching: Callable[[], Rows]
) -> Status[BulkMade]:
    with _reject_bad_values():
        names = body.names(area, matching)
        new_ids = add_exemptions(
            asset_type=area,
            asset_ids=names,
            issue=body.issue,
            reason=body.reason,
            until=body.until,
            created_by=get_actor_name(request),
        )
    return Status(201, BulkMade(ids=new_ids, left_out=len(names) - len(new_ids)))


def _check_ids(ids: list[int]) -> list[int]:
    if not ids:
        raise BadChoice("ids", "Nothing is chosen")
    if len(ids) > MOST_CHOSEN:
        raise BadChoice("ids", f"At most {MOST_CHOSEN:,} ids can be given at once")
    return ids


@contextmanager
def _reject_bad_values() -> Iterator[None]:
    """Answer 422 with the field and the reason."""
    try:
        yield
    except (BadChoice, BadTask, BadExemption) as error:
        reason = str(error).rstrip(".")
        raise Unprocessable(f"{reason}.", errors=[{"loc": ["body", error.field], "message": str(error)}]) from error
