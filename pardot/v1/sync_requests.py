"""The routes of the buttons that start a sync: *Refresh data*, *Accept deletions* and *Run survey*."""

from __future__ import annotations

import math
from typing import Annotated

from django.http import HttpRequest
from ninja import Field, Router, Schema
from ninja.responses import Status

from api.auth.callers import get_signed_in_user
from api.domain.error_types import ErrorType
from api.http.errors import Conflict, Forbidden, Unprocessable, document_errors
from pardot.catalog.entities import LOCK, Entity, Tier, UnknownEntity, choose, select_tier_entities
from pardot.pipeline.estimate import estimate_calls
from pardot.status.entities import EntityStatus, load_camp_status
from pardot.status.problems import Problem
from pardot.v1.sync import PardotQuotaState, RequestedSync, build_requested_sync, quota
from sf.ingest.guard import AllowedDeletes
from sf.ingest.requested import NotStarted, request_sync

_AGAIN_SECONDS = 60
_MOST_NAMES = 40

router = Router(tags=["pardot: sync"])


class RefreshIn(Schema):
    entities: list[str] = Field(
        [],
        max_length=_MOST_NAMES,
        description="Names, aliases or groups of entities. Without any, all entities of tier 1 are synced.",
    )


class AcceptDeletionsIn(Schema):
    entities: list[str] = Field(
        min_length=1, max_length=_MOST_NAMES, description="Names or aliases of entities whose `problem` is `deletes`."
    )
    seen: dict[str, Annotated[int, Field(ge=0)]] = Field(
        {},
        max_length=_MOST_NAMES,
        description="The number `deletes.missing` that the user has agreed to, by the entity's `name` (not an alias). "
        "422 when more records are missing by now. For an entity without a number, the current deletions are accepted.",
    )


class RefreshOut(Schema):
    message: str = Field(
        description="A sentence to show to the user, about the sync that was started or left for the worker."
    )
    activity: RequestedSync


class SurveyEstimate(Schema):
    calls: int = Field(description="The expected number of Pardot's API calls for a survey.")
    at_least: bool = Field(
        description="True when more calls are possible, because the number of activities is not known yet."
    )
    quota: PardotQuotaState | None = Field(
        description="The day's API calls as Pardot last reported them; null: never reported."
    )


@router.post(
    "/sync/refresh",
    response={202: RefreshOut, **document_errors(400, 401, 403, 409, 413, 415, 422)},
    summary="Start a sync of Pardot",
)
def start_refresh(request: HttpRequest, body: RefreshIn) -> Status[RefreshOut]:
    """Let the worker or a separate process run `camp_sync`.

    `GET …/sync/status` shows the progress. Only for Super Users with the right *may refresh data*.
    """
    by = _require_starter(request)
    if not body.entities:
        return _start([], "Refresh Pardot data", by)
    entities = _require_entities(body.entities)
    return _start(["--entities", _format_names(entities)], f"Refresh {_format_in_words(entities)}", by)


@router.post(
    "/sync/accept-deletions",
    response={202: RefreshOut, **document_errors(400, 401, 403, 409, 413, 415, 422)},
    summary="Accept deletions that the mass-delete guard held back",
)
def accept_deletions(request: HttpRequest, body: AcceptDeletionsIn) -> Status[RefreshOut]:
    """Read entities again, and carry out the deletions that the mass-delete guard held back.

    If more records of an entity are missing in the new read than in the last one, none of them are deleted. For an
    entity of several parts, this applies to each part separately. 422 when one of the entities has no held-back
    deletions. Only for Super Users with the right *may refresh data*.
    """
    by, entities = _require_starter(request), _require_entities(body.entities)
    held_back = {each.entity.name: each for each in load_camp_status().entities if each.problem is Problem.DELETES}
    if others := [entity for entity in entities if entity.name not in held_back]:
        raise _make_entities_refusal(f"No deletions are held back for {_format_in_words(others)}. Nothing was started.")
    if more := [
        entity for entity in entities if _count_missing(held_back[entity.name]) > body.seen.get(entity.name, math.inf)
    ]:
        sentence = f"More records of {_format_in_words(more)} are missing by now."
        raise _make_entities_refusal(f"{sentence} Nothing was started: check the new number first.")
    accepted = {
        part: missing for entity in entities for part, (missing, _) in held_back[entity.name].held_back_by_part.items()
    }
    options = ["--entities", _format_names(entities), *AllowedDeletes(accepted).as_option().split()]
    return _start(options, f"Accept deletions of {_format_in_words(entities)}", by)


@router.get(
    "/sync/survey", response={200: SurveyEstimate, **document_errors(401, 403)}, summary="API calls that a survey takes"
)
def estimate_survey(request: HttpRequest) -> SurveyEstimate:
    """Return the API calls that a survey is expected to take, and the quota that Pardot last reported."""
    calls, at_least = estimate_calls(select_tier_entities(Tier.SURVEY), full=False)
    return SurveyEstimate(calls=calls, at_least=at_least, quota=quota())


@router.post("/sync/survey", response={202: RefreshOut, **document_errors(401, 403, 409)}, summary="Start a survey")
def start_survey(request: HttpRequest) -> Status[RefreshOut]:
    """Start `camp_sync --survey`, which reads assets, prospects, activities and campaign members.

    A survey takes minutes to hours. Only for Super Users with the right *may refresh data*.
    """
    return _start(["--survey"], "Run survey", _require_starter(request))


def _count_missing(status: EntityStatus) -> int:
    return status.held_back[0] if status.held_back else 0


def _require_starter(request: HttpRequest) -> str:
    """Return the caller's name; raise ``Forbidden`` without the right to start syncs."""
    user = get_signed_in_user(request)
    if not user.may_start_jobs:
        message = "You may not start syncs. An admin can give you the right “may refresh data” (admin: Super Users)."
        raise Forbidden(message, ErrorType.FORBIDDEN)
    return user.name


def _start(options: list[str], label: str, by: str) -> Status[RefreshOut]:
    try:
        submitted = request_sync(["camp_sync", *options], label=label, by=by, lease=LOCK)
    except NotStarted as error:
        raise Conflict(str(error), ErrorType.SYNC_NOT_STARTED, retry_after=_AGAIN_SECONDS) from error
    return Status(202, RefreshOut(message=str(submitted), activity=build_requested_sync(submitted.action)))


def _require_entities(names: list[str]) -> list[Entity]:
    try:
        return choose(names)
    except UnknownEntity as error:
        raise _make_entities_refusal(str(error)) from error


def _make_entities_refusal(message: str) -> Unprocessable:
    return Unprocessable(message, errors=[{"loc": ["body", "entities"], "message": message}])


def _format_names(entities: list[Entity]) -> str:
    return ",".join(entity.name for entity in entities)


def _format_in_words(entities: list[Entity]) -> str:
    return ", ".join(entity.name.replace("_", " ") for entity in entities)
