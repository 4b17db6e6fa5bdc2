"""Check that objects are as fresh as the schedule promises, and that jobs run when due and end well.

``/healthz/`` publishes the result; ``sync_status`` also gives the reasons.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from django.conf import settings
from django.db.models import Max, Q
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from sf.ingest.runs import ENDED_WITHOUT_RESULT
from sf.ingest.schedule import compute_longest_pause, is_overdue
from sf.ingest.under_way import find_dead_runs, is_synced_often
from sf.models import CachedOrg, SyncRun
from sf.sync.objects import EVERY_OBJECT


def compute_allowed_age(command: str, unscheduled: timedelta = timedelta(days=8)) -> timedelta:
    """Return the longest pause between two runs in the cron table, plus some time to run.

    ``unscheduled``: the answer for a command that is not in the cron table.
    """
    pause = compute_longest_pause(command)
    return unscheduled if pause is None else with_time_to_run(pause)


def with_time_to_run(pause: timedelta) -> timedelta:
    """Return the pause plus a margin in which a failed run can be retried."""
    if pause > timedelta(days=1):
        return pause + timedelta(days=1)
    return pause + min(timedelta(hours=2), max(timedelta(minutes=10), 2 * pause))


MAX_AGE: dict[str, timedelta] = {
    synced.name: with_time_to_run(settings.SYNC_EVERY[synced.name]) for synced in EVERY_OBJECT
}
"""The largest allowed age of the last complete run: the pause of ``SYNC_EVERY`` and some time to run.

Other apps add their objects. A run of mode ``sample`` is not complete: it leaves out records on purpose.
"""

JOBS = ["cleanup_logs", "deliver_pending", "sync_retry"]
"""Scheduled jobs, besides the syncs of objects. Other apps add their jobs.

Only the jobs in the cron table are judged. A job that has never run is not at fault: cron may not be installed yet. A
job is at fault if it fails, or does not run again when the cron table says so.
"""

_HELD_BACK = Q(state__in=(SyncRun.State.PAUSED, SyncRun.State.SKIPPED), cause=SyncRun.Cause.LIMIT)
"""Runs that stopped, or did not start, because the day's calls were used up.

One such run is not a fault.
"""

FAILING = ("failing", "interrupted")

_BAD = (SyncRun.State.FAILED, SyncRun.State.INTERRUPTED)


State = Literal["fresh", "failing", "interrupted", "late", "never"]


@dataclass(frozen=True)
class Freshness:
    """The freshness of one object or job.

    ``late``: an object's last complete run is too old, or a job did not run when due. ``never``: no complete run yet.
    ``failing``: a run failed, or two runs found the day's calls used up, and no good run has followed.
    ``interrupted``: the last bad run was stopped or killed, or lost its lease, and no good run has followed.
    If the pause between an object's syncs is shorter than a run may last, its bad runs are no fault while the copy is
    fresh enough.
    """

    name: str
    state: State
    age_seconds: int | None


@dataclass(frozen=True)
class Health:
    """The freshness of all objects and jobs, and the time of each job's last activity."""

    syncs: list[Freshness]
    jobs: list[Freshness]
    seen: dict[str, datetime]


def sync_freshness() -> list[Freshness]:
    """Judge all objects of ``MAX_AGE``, in the order of ``MAX_AGE``."""
    return _judge_syncs(_load_last_ends(MAX_AGE))


def load_job_freshness() -> list[Freshness]:
    """Judge the jobs of ``JOBS`` that are in the cron table, in the order of ``JOBS``.

    A job whose run was skipped when due is not late.
    """
    names = _list_scheduled_jobs()
    return _judge_jobs(names, _load_last_ends(names), _load_last_seen(names))


def load_all_freshness() -> Health:
    """Judge objects and jobs together, with no more queries than ``load_job_freshness`` alone."""
    names = _list_scheduled_jobs()
    ends, seen = _load_last_ends([*MAX_AGE, *names]), _load_last_seen(names)
    return Health(_judge_syncs(ends), _judge_jobs(names, ends, seen), seen)


def _list_scheduled_jobs() -> list[str]:
    """Return the jobs of ``JOBS`` that are in the cron table.

    A failed job that was removed from the cron table would be reported forever, because no good run can follow.
    """
    scheduled = {words[0] for _, _, words in settings.CRONJOBS}
    return [name for name in JOBS if name in scheduled]


def _judge_syncs(ends: Mapping[str, _Ends]) -> list[Freshness]:
    return [_judge(name, ends.get(name, _NEVER), allowed) for name, allowed in MAX_AGE.items()]


def _judge_jobs(names: Collection[str], ends: Mapping[str, _Ends], seen: Mapping[str, datetime]) -> list[Freshness]:
    now = timezone.now()
    rows = [_judge(name, ends.get(name, _NEVER), timedelta.max) for name in names]
    return [
        replace(each, state="late")
        if each.state in {"fresh", "never"} and each.name in seen and is_overdue(each.name, seen[each.name], now)
        else each
        for each in rows
    ]


def find_jobs_to_look_at() -> dict[str, list[str]]:
    """Return three lists: jobs that ended badly, jobs not seen when due, and jobs that never ran well.

    A job that has ended well since its last bad run is not in the first list.
    """
    rows = load_job_freshness()
    return {
        "failing": [each.name for each in rows if each.state in FAILING],
        "late": [each.name for each in rows if each.state == "late"],
        "never_ran": [each.name for each in rows if each.state == "never"],
    }


def find_failing_jobs() -> list[str]:
    """Return the jobs that ended badly, without a good run since."""
    return find_jobs_to_look_at()["failing"]


def load_failure_messages(names: Collection[str]) -> dict[str, str]:
    """Return, by name, the message of the last run that ended badly or found the calls used up."""
    bad = SyncRun.objects.filter(Q(state__in=_BAD) | _HELD_BACK, object__in=names)
    messages = dict(bad.order_by("object", "-ended").distinct("object").values_list("object", "message"))
    return messages | {run.name: ENDED_WITHOUT_RESULT for run in find_dead_runs(names)}


@dataclass(frozen=True)
class _Ends:
    """The times of the last complete, good, bad and interrupted run. A sample is good but not complete."""

    done: datetime | None = None
    well: datetime | None = None
    bad: datetime | None = None
    killed: datetime | None = None

    @property
    def failing(self) -> bool:
        return self.bad is not None and (self.well is None or self.bad > self.well)

    @property
    def interrupted(self) -> bool:
        return self.failing and self.killed is not None and self.killed == self.bad


_NEVER = _Ends()


def _judge(name: str, ended: _Ends, allowed: timedelta) -> Freshness:
    age = timezone.now() - ended.done if ended.done else None
    state: State = "fresh"
    if ended.failing and not (is_synced_often(name) and age is not None and age <= allowed):
        state = "interrupted" if ended.interrupted else "failing"
    elif age is None:
        state = "never"
    elif age > allowed:
        state = "late"
    return Freshness(name, state, int(age.total_seconds()) if age else None)


def _load_last_ends(names: Collection[str]) -> dict[str, _Ends]:
    # A time in the future was stored before PostgreSQL's clock was set back. If it counted, all runs would look like
    # runs of the previous org.
    adopted = CachedOrg.objects.filter(adopted_at__lte=Now()).values_list("adopted_at", flat=True).first()
    of_this_org = Q(ended__gt=adopted) if adopted else Q()
    rows = (
        SyncRun.objects.filter(of_this_org, object__in=names)
        .order_by()
        .values("object")
        .annotate(
            done=Max("ended", filter=Q(state=SyncRun.State.DONE) & ~Q(mode=SyncRun.Mode.SAMPLE)),
            well=Max("ended", filter=Q(state=SyncRun.State.DONE)),
            bad=Max("ended", filter=Q(state__in=_BAD)),
            killed=Max("ended", filter=Q(state=SyncRun.State.INTERRUPTED)),
        )
    )
    ends = {row["object"]: _Ends(row["done"], row["well"], row["bad"], row["killed"]) for row in rows}
    for run in find_dead_runs(names):
        if adopted and run.ended <= adopted:
            continue
        before = ends.get(run.name, _NEVER)
        if before.bad is None or run.ended > before.bad:
            ends[run.name] = replace(before, bad=run.ended, killed=run.ended)
    for name, ended in _load_held_back_twice(ends, of_this_org).items():
        ends[name] = replace(ends[name], bad=max(ended, ends[name].bad or ended))
    return ends


def _load_held_back_twice(ends: Mapping[str, _Ends], of_this_org: Q) -> dict[str, datetime]:
    """Return, by object, the last time at which a run found the day's calls used up.

    Objects with fewer than two such runs since their last good run are left out.
    """
    times: dict[str, list[datetime]] = {}
    runs = SyncRun.objects.filter(_HELD_BACK, of_this_org, object__in=ends)
    for name, ended in runs.order_by().values_list("object", "ended"):
        well = ends[name].well
        if ended and (well is None or ended > well):
            times.setdefault(name, []).append(ended)
    return {name: max(moments) for name, moments in times.items() if len(moments) > 1}


def _load_last_seen(names: Collection[str]) -> dict[str, datetime]:
    """Return the time of each job's last activity."""
    rows = SyncRun.objects.filter(object__in=names).order_by().values("object")
    seen = rows.annotate(seen=Max(Coalesce("ended", "started")))
    return {row["object"]: row["seen"] for row in seen}
