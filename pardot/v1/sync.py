"""``/pardot/sync/status``: the freshness of every entity, and the latest actions of operators."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest
from ninja import Field, Router, Schema

from api.auth.callers import get_signed_in_user
from api.http.errors import document_errors
from api.models import SuperUser
from pardot.models import PardotQuota
from pardot.status.entities import EntityStatus, Freshness, load_camp_status
from pardot.status.problems import Problem
from pardot.status.steps import count_sync_steps
from pardot.status.tiers import load_synced_tier
from sf.ingest.requested import load_latest_actions
from sf.models import OperatorAction, SyncConfig, SyncRun

_MOST_ACTIONS = 5

router = Router(tags=["pardot: sync"])


class HeldBackDeletes(Schema):
    missing: int = Field(description="The number of records that the last read did not return.")
    of: int = Field(description="The number of all stored records of these `parts`.")
    parts: dict[str, int] = Field(
        description="The missing records by part. `camp_sync --allow-deletes` takes the same names and numbers."
    )


class EntityFreshness(Schema):
    name: str
    aliases: list[str]
    tier: int = Field(
        description="The lowest tier of a sync that reads the entity completely: 1 (`camp_sync`) or 3 "
        "(`camp_sync --survey`)."
    )
    freshness: Freshness = Field(
        description="old: no complete read for 2 days (tier 1) or 8 days (tier 3). partial: only a sample was read."
    )
    last_sync: datetime | None = Field(
        description="The end of the last successful run; null: no run has succeeded. For an entity of several parts: "
        "the earliest of the parts' ends; null while a part has no successful run."
    )
    mode: str | None = Field(
        description="The mode of the last successful run: full, incremental or sample; null: no run has succeeded."
    )
    count: int | None = Field(
        description="The number of rows at the end of the last complete read, or else in the last sample; null: "
        "never read."
    )
    state: str | None = Field(description="The state of the last run: its outcome, or running; null: never run.")
    problem: Problem | None = Field(
        description="The reason why the last run did not succeed: deletes (the mass-delete guard), refused (a login or "
        "a setting), quota, switched_off, interrupted, failed."
    )
    failed_at: datetime | None = Field(
        description="The end of the last run, or its start when it has no end; null: there is no `problem`."
    )
    deletes: HeldBackDeletes | None = Field(description="The deletions that the mass-delete guard held back.")
    message: str = Field(description="The message of the last run.")
    age_seconds: int | None = Field(description="The seconds since `last_sync`.")
    withheld: bool = Field(description="True when Pardot left out rows that the API user may not see.")
    complete_until: datetime | None = Field(
        description="The time up to which all records are stored; null: never read completely."
    )
    complete_since: datetime | None = Field(
        description="The time from which all records are stored; null: from the beginning, or never read completely."
    )


class RunningSync(Schema):
    entity: str = Field(
        description="The name of the entity, or of a part of an entity, such as `lead_category_scores`."
    )
    mode: str | None
    started: datetime
    rows_read: int
    api_calls: int


class PardotQuotaState(Schema):
    used: int
    maximum: int
    left: int
    told_at: datetime = Field(description="The time when Pardot reported these numbers, which start over every day.")


class RequestedSync(Schema):
    label: str
    by: str
    requested_at: datetime
    state: OperatorAction.State
    ended: datetime | None
    message: str = Field(description="The last line of the command's output, or a note about the action.")


class SyncSteps(Schema):
    step: int = Field(description="The position of the entity that is being read, from 1.")
    of: int = Field(description="The number of entities that the running sync reads.")


class SyncStatus(Schema):
    tier: int = Field(
        ge=0,
        le=3,
        description="The data that has been read, from 0 (not all assets) to 3 (the prospects and their activities). "
        "`GET /pardot/briefing` has the same `tier`, and describes all four values.",
    )
    sync_enabled: bool = Field(description="False while syncs are switched off (admin: Sync configuration).")
    quota: PardotQuotaState | None = Field(
        description="The day's API calls as Pardot last reported them; null: never reported."
    )
    running: list[RunningSync]
    entities: list[EntityFreshness]
    is_locked: bool = Field(
        description="True when a `camp_sync` is running. No other `camp_sync` can start until it ends."
    )
    may_refresh: bool = Field(
        description="True when the caller may use POST …/sync/refresh, /accept-deletions and /survey."
    )
    who_may_refresh: list[str] = Field(description="The names of the Super Users who may start syncs.")
    steps: SyncSteps | None = Field(
        description="The progress of the running `camp_sync`; null: no entity is being read."
    )
    activity: list[RequestedSync] = Field(
        description="The latest requested syncs and other actions of operators, newest first."
    )


@router.get("/sync/status", response={200: SyncStatus, **document_errors(401, 403)}, summary="Freshness of the data")
def get_sync_status(request: HttpRequest) -> SyncStatus:
    """Return the state of every entity, in the order in which a sync reads them."""
    user = get_signed_in_user(request)
    camp = load_camp_status()
    actions = load_latest_actions(_MOST_ACTIONS)
    steps = count_sync_steps(camp)
    complete = {part.name for status in camp.entities for part in status.parts if part.known is not None}
    return SyncStatus(
        tier=load_synced_tier(complete),
        sync_enabled=(config := SyncConfig.objects.first()) is None or config.syncs_are_on,
        quota=quota(),
        running=[_build_running(run) for run in camp.running],
        entities=[_build_entity(status) for status in camp.entities],
        is_locked=camp.is_locked,
        may_refresh=user.may_start_jobs,
        who_may_refresh=_may_refresh(),
        steps=SyncSteps(step=steps[0], of=steps[1]) if steps else None,
        activity=[build_requested_sync(action) for action in actions],
    )


def _may_refresh() -> list[str]:
    super_users = SuperUser.objects.filter(active=True, may_start_jobs=True).exclude(name="")
    return list(super_users.order_by("name").values_list("name", flat=True))


def build_requested_sync(action: OperatorAction) -> RequestedSync:
    return RequestedSync(
        label=action.label,
        by=action.requested_by,
        requested_at=action.requested_at,
        state=OperatorAction.State(action.state),
        ended=action.ended,
        message=action.last_line,
    )


def quota() -> PardotQuotaState | None:
    latest = PardotQuota.objects.first()
    if latest is None:
        return None
    return PardotQuotaState(used=latest.used, maximum=latest.maximum, left=latest.left, told_at=latest.told_at)


def _build_running(run: SyncRun) -> RunningSync:
    return RunningSync(
        entity=run.object,
        mode=run.mode or None,
        started=run.started,
        rows_read=run.rows_read,
        api_calls=run.api_calls,
    )


def _build_entity(status: EntityStatus) -> EntityFreshness:
    return EntityFreshness(
        name=status.entity.name,
        aliases=list(status.entity.aliases),
        tier=int(status.entity.tier),
        freshness=status.freshness,
        last_sync=status.last_sync,
        mode=status.mode,
        count=status.count,
        state=status.state,
        problem=status.problem,
        failed_at=status.failed_at,
        deletes=_build_held_back(status),
        message=status.last_run.message if status.last_run else "",
        age_seconds=None if status.age is None else int(status.age.total_seconds()),
        withheld=status.withheld,
        complete_until=status.complete_until,
        complete_since=status.complete_since,
    )


def _build_held_back(status: EntityStatus) -> HeldBackDeletes | None:
    if status.held_back is None:
        return None
    missing, of = status.held_back
    return HeldBackDeletes(
        missing=missing, of=of, parts={part: number for part, (number, _) in status.held_back_by_part.items()}
    )
