"""Collect what the operators' page shows, in fewer than twenty queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db.models import Count, Subquery, Sum
from django.utils import timezone

from api.models import CircuitBreaker
from api.outbox.queue import QueueDepth, load_queue_depth
from api.protection.breaker import THRESHOLD
from outgoing.times import format_age, format_ago
from pardot.models import CachedBusinessUnit, DigestDelivery, PardotQuota
from sf.ingest.requested import load_latest_actions
from sf.ingest.scheduled import WORK
from sf.models import (
    CachedOrg,
    FollowedObject,
    OperatorAction,
    RefusedRecord,
    SFAPIUsageLog,
    SyncConfig,
    SyncLease,
    SyncRun,
    UnreadableField,
)
from sf.reads.replica_state import ReplicaState, load_replica_state
from sf.status.freshness import FAILING, MAX_AGE, Freshness, Health, load_all_freshness
from sf.sync.again import find_next_tries
from sf.sync.readable import compose_remedy, load_unreadable_fields
from sfapi.operations.actions import (
    DIGEST,
    REFRESH,
    SURVEY,
    SYNC_ALL,
    Action,
    accept_key,
    has_digest,
    list_actions,
    sync_key,
)
from sfapi.operations.advice import explain_bad_end, find_advice
from sfapi.operations.bars import draw_bars
from sfapi.operations.next_starts import Start, find_next_read, list_next_starts, next_of
from sfapi.operations.rows import ORDER, ActivityRow, Budget, JobRow, ObjectRow, RunningNow, list_running_now
from sfapi.operations.runs import ACTIONS_SHOWN, load_latest_runs, load_live_leases, mark_of
from sfapi.operations.words import format_moment

_SILENT = timedelta(minutes=10)


@dataclass(frozen=True)
class Rights:
    """The rights of the user on the page."""

    start: bool = False
    switch: bool = False
    close: bool = False


@dataclass(frozen=True)
class Board:
    """The content of the page. ``config`` is the row that ``_load_config`` returns."""

    config: Any
    health: Health
    runs: Mapping[str, Sequence[SyncRun]]
    leases: Mapping[str, SyncLease]
    set_aside: Mapping[str, int]
    queue: QueueDepth
    open_breakers: Sequence[CircuitBreaker]
    lost_fields: Sequence[UnreadableField]
    tries: Mapping[str, datetime]
    starts: Sequence[Start]
    activity: Sequence[OperatorAction]
    rights: Rights

    @cached_property
    def objects(self) -> list[ObjectRow]:
        """Return the objects, the worst first."""
        rows = [self._build_object_row(each) for each in self.health.syncs]
        return sorted(rows, key=lambda row: ORDER.index(row.freshness.state))

    def _build_object_row(self, freshness: Freshness) -> ObjectRow:
        name, promise = freshness.name, MAX_AGE[freshness.name]
        runs = self.runs.get(name, ())
        next_try, is_on = self.tries.get(name), bool(self.config.syncs_are_on)
        advice = find_advice(freshness, promise, runs, self.leases, next_try, syncs_are_on=is_on)
        return ObjectRow(
            freshness=freshness,
            promise=promise,
            bars=draw_bars(runs, self.leases),
            set_aside=self.set_aside.get(name, 0),
            next_read=find_next_read(name, self.starts),
            advice=advice,
            is_running=name in self.leases,
            sync_key=self._find_offered_key(sync_key(name)),
            accept_key=self._find_offered_key(accept_key(name, advice.held_back))
            if advice and advice.held_back
            else "",
        )

    def _find_offered_key(self, key: str) -> str:
        return key if key in self.actions else ""

    @cached_property
    def actions(self) -> Mapping[str, Action]:
        """Return the actions that the user may start, by key."""
        return list_actions(self.runs) if self.rights.start else {}

    @property
    def buttons(self) -> list[Action]:
        """Return the actions that are not about one object."""
        return [action for action in (SYNC_ALL, REFRESH, SURVEY, DIGEST) if action.key in self.actions]

    @property
    def presses(self) -> list[ActivityRow]:
        return [ActivityRow(action) for action in self.activity]

    @cached_property
    def jobs(self) -> list[JobRow]:
        return [self._build_job_row(each) for each in self.health.jobs]

    def _build_job_row(self, freshness: Freshness) -> JobRow:
        runs = self.runs.get(freshness.name, ())
        why = explain_bad_end(runs, self.leases) if freshness.state in FAILING else ""
        seen = self.health.seen.get(freshness.name)
        return JobRow(freshness, seen, next_of(freshness.name, self.starts), why)

    @cached_property
    def running(self) -> list[RunningNow]:
        return list_running_now(self.runs, self.leases)

    @property
    def mark(self) -> str:
        return mark_of(self.runs, self.leases, self.activity)

    @property
    def is_new(self) -> bool:
        """Return whether no sync has ever begun. The page then says which button to press first."""
        return not any(self.runs.get(row.name) for row in self.objects)

    @property
    def bad_count(self) -> int:
        return sum(row.tone != "good" for row in self.objects) + sum(row.tone in {"bad", "warn"} for row in self.jobs)

    # -- worker, follower, cron -----------------------------------------------------------------------------------

    @property
    def worker(self) -> SyncLease | None:
        """Return the lease of the worker that leads."""
        return self.leases.get(WORK)

    @property
    def worker_text(self) -> str:
        return _describe_holder(self.leases.get(WORK))

    @property
    def follower_text(self) -> str:
        """Return which process runs ``sf follow``; empty when none does."""
        return _describe_holder(self.leases.get(FollowedObject.LEASE))

    @cached_property
    def replica(self) -> ReplicaState | None:
        return load_replica_state()

    @property
    def switch_text(self) -> str:
        """Return who switched syncs off, when, until when, and why."""
        return str(self.config.describe_switch(format_moment))

    @property
    def cron_seen(self) -> str:
        """Return how long ago a scheduled job was last active; empty when none ever was."""
        return format_ago(self._silence.total_seconds()) if self._silence is not None else ""

    @property
    def is_silent(self) -> bool:
        """Return whether no scheduled job was active lately. A worker or cron starts one every minute."""
        return self._silence is None or self._silence > _SILENT

    @property
    def _silence(self) -> timedelta | None:
        latest = max(self.health.seen.values(), default=None)
        return timezone.now() - latest if latest else None

    # -- budgets --------------------------------------------------------------------------------------------------

    @cached_property
    def budgets(self) -> list[Budget]:
        config, budgets = self.config, []
        if config.last_usage_check and config.last_usage_limit:
            pauses_at, note = (
                config.compute_budget(config.last_usage_limit),
                f"SFAPI made {config.calls_today or 0:,} calls today (UTC).",
            )
            used, maximum = config.last_usage_value, config.last_usage_limit
            budgets.append(Budget("Salesforce", used, maximum, pauses_at, config.last_usage_check, note))
        if config.quota_reported_at:
            pauses_at = int(settings.PARDOT_PAUSE_THRESHOLD * config.quota_maximum)
            budgets.append(
                Budget("Pardot", config.quota_used, config.quota_maximum, pauses_at, config.quota_reported_at)
            )
        return budgets

    # -- single facts ---------------------------------------------------------------------------------------------

    @property
    def org(self) -> str:
        config = self.config
        if not config.organization_id:
            return "Not known yet. The first sync records the org that the login leads to."
        kind = {True: "sandbox", False: "production", None: "kind unknown"}[config.org_is_sandbox]
        return f"{config.org_name or 'unnamed'}, {kind}, {config.organization_id}"

    @property
    def has_pardot(self) -> bool:
        return bool(settings.SALESFORCE_PARDOT_BUSINESS_UNIT)

    @property
    def digest(self) -> str:
        """Return when the digest was last sent; empty without Pardot or without a destination."""
        if not has_digest():
            return ""
        return format_moment(self.config.digest_sent_at) if self.config.digest_sent_at else "never"

    @property
    def is_well(self) -> bool:
        """Return whether nothing on this page needs an operator."""
        needs = (self.bad_count, self.open_breakers, self.queue.failed, self.queue.stuck, self.lost_fields)
        return bool(self.config.syncs_are_on) and not any(needs)

    @property
    def lost_fields_text(self) -> str:
        return compose_remedy(list(self.lost_fields)) if self.lost_fields else ""

    @property
    def oldest_case(self) -> str:
        return format_age(self.queue.oldest_seconds) if self.queue.oldest_seconds is not None else ""


def load_board(rights: Rights) -> Board:
    """Ask PostgreSQL for everything on the page, except the lag of the replica."""
    config, health, now = _load_config(), load_all_freshness(), timezone.now()
    is_failing = any(each.state in FAILING for each in health.syncs)
    return Board(
        config=config,
        health=health,
        runs=load_latest_runs([each.name for each in (*health.syncs, *health.jobs)]),
        leases=load_live_leases(),
        set_aside=dict(RefusedRecord.objects.order_by("object").values_list("object").annotate(Count("id"))),
        queue=load_queue_depth(config.organization_id or ""),
        open_breakers=list(CircuitBreaker.objects.filter(failures__gte=THRESHOLD).order_by("name")),
        lost_fields=load_unreadable_fields(),
        tries={each.name: each.due for each in find_next_tries(now)} if is_failing else {},
        starts=list_next_starts(now),
        activity=load_latest_actions(ACTIONS_SHOWN),
        rights=rights,
    )


def _describe_holder(lease: SyncLease | None) -> str:
    if lease is None:
        return ""
    beat = format_ago((timezone.now() - lease.renewed_at).total_seconds())
    return f"process {lease.pid} on {lease.host} since {format_moment(lease.taken_at)}; last heartbeat {beat}"


def _load_config() -> Any:
    """Return the sync configuration with columns of other tables: one query instead of six."""
    today = SFAPIUsageLog.objects.filter(date=timezone.now().date()).order_by().values("date")
    digests = DigestDelivery.objects.filter(alert=None).order_by("-sent_at")
    columns = {
        "organization_id": CachedOrg.objects.values("organization_id"),
        "org_name": CachedOrg.objects.values("name"),
        "org_is_sandbox": CachedOrg.objects.values("is_sandbox"),
        "business_unit": CachedBusinessUnit.objects.values("business_unit"),
        "quota_used": PardotQuota.objects.values("used"),
        "quota_maximum": PardotQuota.objects.values("maximum"),
        "quota_reported_at": PardotQuota.objects.values("told_at"),
        "digest_sent_at": digests.values("sent_at"),
        "calls_today": today.annotate(calls=Sum("call_count")).values("calls"),
    }
    rows = SyncConfig.objects.annotate(**{name: Subquery(values[:1]) for name, values in columns.items()})
    return rows.first() or (SyncConfig.load() and rows.get())
