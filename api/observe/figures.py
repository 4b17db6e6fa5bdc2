"""The figures of ``/metrics``. Nearly all come from PostgreSQL, so any process can report them."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Iterator

import django
from django.conf import settings
from django.db.models import Count

from api.models import RequestCount
from api.observe.audit import writer
from api.observe.exposition import Metric, Sample
from api.observe.requests import measure_requests_by_route
from api.outbox.queue import load_queue_depth
from api.protection.breaker import load_breaker_state, load_breakers
from sf.ingest.scheduled import find_leader
from sf.live.org import count_calls_today, load_known_usage
from sf.models import RefusedRecord, SyncConfig, SyncRun
from sf.reads.replica_state import load_replica_state
from sf.status.following import load_following
from sf.status.freshness import MAX_AGE, load_job_freshness, sync_freshness
from sf.status.last_runs import count_outcomes_of_a_day, estimate_rows, find_objects_under_way, load_last_runs
from sf.sync.objects import EVERY_OBJECT


def measure_release() -> Iterator[Metric]:
    labels = {"version": settings.RELEASE_VERSION, "environment": settings.ENVIRONMENT}
    yield Metric("sfapi_info", "The release that runs here, and its environment.", [Sample(1, labels)])
    built = {"version": settings.RELEASE_VERSION, "python": platform.python_version(), "django": django.__version__}
    yield Metric("sfapi_build_info", "The versions of SFAPI, Python and Django.", [Sample(1, built)])


def measure_syncs() -> Iterator[Metric]:
    objects = sync_freshness()
    ages = [Sample(each.age_seconds, {"object": each.name}) for each in objects if each.age_seconds is not None]
    fresh = [Sample(each.state == "fresh", {"object": each.name}) for each in objects]
    meaning = "Seconds since the last successful sync, not counting runs that read only a sample."
    yield Metric("sfapi_sync_age_seconds", meaning, ages)
    meaning = "1 when /healthz/ reports the object as fresh; 0 when late, failing, interrupted or never synced."
    yield Metric("sfapi_sync_fresh", meaning, fresh)
    refused_counts = dict(RefusedRecord.objects.order_by("object").values_list("object").annotate(Count("id")))
    meaning = "Records that PostgreSQL refused to store, and that no later run has stored."
    names = dict.fromkeys([*MAX_AGE, *refused_counts])
    yield Metric(
        "sfapi_records_set_aside", meaning, [Sample(refused_counts.get(name, 0), {"object": name}) for name in names]
    )
    yield Metric("sfapi_sync_enabled", "0 while syncs are switched off.", [Sample(SyncConfig.load().syncs_are_on)])


def measure_runs() -> Iterator[Metric]:
    latest, under_way, outcomes = (
        load_last_runs(MAX_AGE),
        find_objects_under_way(MAX_AGE),
        count_outcomes_of_a_day(MAX_AGE),
    )
    changes = [
        Sample(count, {"object": run.name, "change": change})
        for run in latest
        for change, count in (
            ("read", run.rows_read), ("inserted", run.inserted),
            ("updated", run.updated), ("deleted", run.soft_deleted),
        )
    ]  # fmt: skip
    yield Metric(
        "sfapi_sync_last_run_rows", "Rows read and changed by the last run that ended, skipped runs aside.", changes
    )
    seconds = [Sample(run.seconds, {"object": run.name}) for run in latest]
    yield Metric(
        "sfapi_sync_last_run_duration_seconds", "Duration of the last run that ended, skipped runs aside.", seconds
    )
    ended = [Sample(run.ended.timestamp(), {"object": run.name}) for run in latest if run.ended]
    yield Metric(
        "sfapi_sync_last_run_timestamp_seconds", "Unix time at which the last run ended, skipped runs aside.", ended
    )
    running = [Sample(name in under_way, {"object": name}) for name in MAX_AGE]
    yield Metric("sfapi_sync_running", "1 while a run is under way.", running)
    end_states = [state for state in SyncRun.State.values if state != SyncRun.State.RUNNING]
    counts = [
        Sample(outcomes.get((name, state), 0), {"object": name, "state": state})
        for name in MAX_AGE
        for state in end_states
    ]
    yield Metric("sfapi_sync_recent_runs", "Runs that began in the last 24 hours, by how they ended.", counts)


def measure_records() -> Iterator[Metric]:
    tables = {synced.model._meta.db_table: synced.name for synced in EVERY_OBJECT}
    rows = estimate_rows(tables)
    meaning = "Rows of the cache as PostgreSQL last estimated them, rows of deleted records included."
    yield Metric(
        "sfapi_cached_records", meaning, [Sample(rows[table], {"object": name}) for table, name in tables.items()]
    )


def measure_salesforce() -> Iterator[Metric]:
    calls = [Sample(count, {"source": source}) for source, count in count_calls_today().items()]
    yield Metric("sfapi_salesforce_calls_today", "Our calls to Salesforce since midnight UTC.", calls)
    report = load_known_usage()
    if report is None:
        return
    yield Metric(
        "sfapi_salesforce_usage", "The org's calls in 24 hours, as last reported.", [Sample(report.usage.used)]
    )
    yield Metric("sfapi_salesforce_limit", "Calls that the org may make in 24 hours.", [Sample(report.usage.maximum)])
    reported = Sample(report.asked_at.timestamp())
    yield Metric(
        "sfapi_salesforce_usage_told_timestamp_seconds", "Unix time of Salesforce's last report of usage.", [reported]
    )


def measure_outbox() -> Iterator[Metric]:
    depth = load_queue_depth()
    states = [Sample(depth.queued, {"state": "queued"}), Sample(depth.failed, {"state": "failed"})]
    yield Metric(
        "sfapi_outbox_cases",
        "Queued and failed cases. Salesforce refused a failed case for good, and no operator has dealt with it.",
        states,
    )
    yield Metric("sfapi_outbox_stuck", "Queued cases that need an operator.", [Sample(depth.stuck)])
    oldest = [Sample(depth.oldest_seconds or 0)]
    yield Metric("sfapi_outbox_oldest_seconds", "Seconds that the oldest queued case has waited.", oldest)
    yield Metric(
        "sfapi_outbox_breaker_open", "1 while no delivery is tried, except probes.", [Sample(load_breaker_state().open)]
    )


def measure_jobs() -> Iterator[Metric]:
    scheduled = load_job_freshness()
    ages = [Sample(each.age_seconds, {"job": each.name}) for each in scheduled if each.age_seconds is not None]
    well = [Sample(each.state in {"fresh", "never"}, {"job": each.name}) for each in scheduled]
    yield Metric("sfapi_job_age_seconds", "Seconds since the scheduled job last succeeded.", ages)
    yield Metric("sfapi_job_ok", "0 when the job failed, was killed, or did not run when it was due.", well)
    yield Metric(
        "sfapi_work_leader",
        "1 while a manage.py work process is the leader; with cron, no leader is needed.",
        [Sample(find_leader() is not None)],
    )


def measure_circuit_breakers() -> Iterator[Metric]:
    states = [Sample(is_open, {"name": name}) for name, is_open in load_breakers().items()]
    yield Metric("sfapi_breaker_open", "1 while the circuit breaker with this name is open.", states)


def measure_replica() -> Iterator[Metric]:
    """Yield the state of the read replica; without a replica, the metrics have no samples."""
    state = load_replica_state()
    is_used = [] if state is None else [Sample(state.is_used)]
    lag = [] if state is None or state.lag_seconds is None else [Sample(state.lag_seconds)]
    yield Metric("sfapi_replica_used", "1 while the read replica may answer.", is_used)
    yield Metric("sfapi_replica_lag_seconds", "Seconds that the replica is behind; missing when unknown.", lag)


def measure_change_events() -> Iterator[Metric]:
    """Yield the progress of ``sf follow``. If it is not used, the metrics have no samples."""
    state = load_following()
    running = [] if state is None else [Sample(state.lease is not None)]
    ages = [] if state is None else [Sample(age, {"object": name}) for name, age in state.ages.items()]
    yield Metric("sfapi_follow_running", "1 while a process follows change events.", running)
    yield Metric("sfapi_follow_age_seconds", "All changes older than this number of seconds are stored.", ages)


def measure_audit_log() -> Iterator[Metric]:
    totals = dict(RequestCount.objects.values_list("name", "total"))
    meaning = "Unauthenticated requests for API addresses that do not exist. The request log leaves them out."
    yield Metric("sfapi_unknown_path_requests", meaning, [Sample(totals.get(RequestCount.UNKNOWN_PATHS, 0))])
    meaning = "Requests not logged or counted because PostgreSQL was unavailable for too long."
    lost_rows = [Sample(totals.get(RequestCount.LOST_ROWS, 0))]
    yield Metric("sfapi_request_log_lost_rows_total", meaning, lost_rows, kind="counter")
    meaning = "Requests that wait to be logged or counted, in the process that answers this request."
    yield Metric("sfapi_request_log_waiting_rows", meaning, [Sample(writer.waiting)])


SOURCES: list[Callable[[], Iterable[Metric]]] = [
    measure_release,
    measure_syncs,
    measure_runs,
    measure_records,
    measure_jobs,
    measure_salesforce,
    measure_outbox,
    measure_circuit_breakers,
    measure_requests_by_route,
    measure_audit_log,
    measure_replica,
    measure_change_events,
]
"""The sources of the figures; each must be cheap. Other apps add theirs."""
