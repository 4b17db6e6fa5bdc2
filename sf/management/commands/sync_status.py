from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import Sum
from django.utils import timezone

from outgoing.text import to_one_line
from outgoing.times import format_ago
from sf.ingest.runs import load_database_now
from sf.ingest.schedule import find_next_run
from sf.ingest.scheduled import find_leader
from sf.models import SFAPIUsageLog, SyncConfig
from sf.reads.replica_state import load_replica_state
from sf.status.cost import compose_cost_line
from sf.status.following import load_following
from sf.status.freshness import FAILING, load_failure_messages, load_job_freshness, sync_freshness
from sf.status.objects import MORE_LINES, ObjectStatus, count_soft_deleted_rows, load_status_of_all
from sf.sync.adoption import find_objects_to_replace
from sf.sync.again import find_next_tries
from sf.sync.identity import load_cached_org
from sf.sync.readable import compose_remedy, load_unreadable_fields

_LINE = "{:<14} {:>10} {:>8} {:>9}  {:<16} {:<12} {:<12} {}"
_HEALTH = "{:<24} {:<11} {:<16} {}"


class Command(BaseCommand):
    requires_system_checks = []  # slow: the checks load every route
    help = "Show what is cached and how fresh it is, what /healthz/ says and why, the API budget, and the next runs."

    def handle(self, *args: Any, **options: Any) -> None:
        titles = ("object", "rows", "deleted", "set aside", "last done", "mode", "last run", "")
        self.stdout.write(_LINE.format(*titles).rstrip())
        soft_deleted = count_soft_deleted_rows()
        for status in load_status_of_all():
            self.stdout.write(_format_line(status, soft_deleted[status.name]))
        self.stdout.write("")
        self._write_health()
        self.stdout.write("")
        self._write_unreadable_fields()
        self._write_budget()
        for lines in MORE_LINES:
            for line in lines():
                self.stdout.write(to_one_line(line))
        self._write_next_runs()

    def _write_health(self) -> None:
        """Write what ``/healthz/`` says about syncs and jobs (Pardot's included), and why."""
        self.stdout.write(_HEALTH.format("health", "state", "last good run", "").rstrip())
        rows = sync_freshness() + load_job_freshness()
        reasons = load_failure_messages([each.name for each in rows if each.state in FAILING])
        tries, now = {each.name: each for each in find_next_tries()}, timezone.now()
        for each in rows:
            remarks = [reasons.get(each.name, "")]
            if each.name in tries:
                remarks.append(_format_next_try(tries[each.name].minutes(now)))
            line = _HEALTH.format(each.name, each.state, format_ago(each.age_seconds), "; ".join(filter(None, remarks)))
            self.stdout.write(to_one_line(line))

    def _write_unreadable_fields(self) -> None:
        if fields := load_unreadable_fields():
            self.stdout.write(self.style.WARNING(f"fields          {compose_remedy(fields)}"))

    def _write_budget(self) -> None:
        config = SyncConfig.load()
        self.stdout.write(f"org             {_describe_org(config)}")
        today = SFAPIUsageLog.objects.filter(date=load_database_now().date()).aggregate(calls=Sum("call_count"))
        self.stdout.write(f"schedule        {compose_cost_line()}")
        switch = "on" if config.syncs_are_on else f"SWITCHED OFF ({config.switch_details})"
        self.stdout.write(f"syncs           {switch}")
        if followed := load_following():
            style = self.style.SUCCESS if followed.is_well else self.style.WARNING
            self.stdout.write(style(f"change events   {followed}"))
        if replica := load_replica_state():
            style = self.style.SUCCESS if replica.is_used else self.style.WARNING
            self.stdout.write(style(f"read replica    {replica}"))
        self.stdout.write(f"our API calls   {today['calls'] or 0:,} today (UTC)")
        if config.last_usage_check and config.last_usage_limit:
            self.stdout.write(
                f"org's usage     {config.last_usage_value:,} of {config.last_usage_limit:,} calls when last seen, "
                f"{format_ago((timezone.now() - config.last_usage_check).total_seconds())}; syncs pause from "
                f"{config.compute_budget(config.last_usage_limit):,} on"
            )

    def _write_next_runs(self) -> None:
        lease = find_leader()
        starter = f"by process {lease.pid} on {lease.host} (work)" if lease else "if the cron table is installed"
        for command in ("sync_all", "sync_books", "camp_sync"):
            moment = find_next_run(command, timezone.now())
            if moment:
                self.stdout.write(f"next {command:<11}{moment:%a %Y-%m-%d %H:%M %Z}, {starter}")


def _describe_org(config: SyncConfig) -> str:
    known = load_cached_org()
    if known is None:
        return "none yet: the first sync makes the cache a copy of the org that the login leads to"
    left = find_objects_to_replace()
    unfinished = f"; still of the previous org: {', '.join(left)} (sync_all replaces them)" if left else ""
    return f"{known} at {config.instance_url}{unfinished}"


def _format_line(status: ObjectStatus, soft_deleted: int) -> str:
    done, last = status.last_done, status.last_run
    line = _LINE.format(
        status.name,
        f"{status.rows:,}",
        f"{soft_deleted:,}",
        f"{status.set_aside:,}",
        format_ago(status.age.total_seconds() if status.age is not None else None),
        done.get_mode_display().lower() if done else "",
        last.state if last else "",
        "" if last is None or last.state == last.State.DONE else last.message,
    )
    return to_one_line(line)


def _format_next_try(minutes: int) -> str:
    return f"next try in {minutes} min" if minutes else "next try within 5 min"
