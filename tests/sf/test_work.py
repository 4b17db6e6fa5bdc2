"""``manage.py work``: one worker leads and runs each job once, even when workers are killed."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F
from django.test import Client
from django.utils import timezone

from sf.ingest import kept
from sf.ingest import lease as leases
from sf.ingest import worker as loop
from sf.ingest.lease import LeaseLost, hold_lease
from sf.ingest.scheduled import WORK, claim, load_jobs, note_new_jobs
from sf.ingest.worker import Worker
from sf.models import ScheduledJob, SyncLease, SyncRun
from tests.conftest import Manage
from tests.sf.processes import Start, wait_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

TABLE = [
    ("0 5 * * *", "", ["sync_all", "--quiet"]),
    ("0 4 * * 0", "", ["sync_all", "--force"]),
    ("0 3 * * 0", "", ["cleanup_logs"]),
    ("* * * * *", "", ["deliver_pending"]),
]


@pytest.fixture
def table(settings: Any) -> None:
    settings.CRONJOBS = TABLE


def set_last_run(command: str, ago: timedelta) -> None:
    """Mark a job as last run this long ago, and keep all others from becoming due."""
    note_new_jobs()
    ScheduledJob.objects.update(handled_until=timezone.now() + timedelta(minutes=50))
    ScheduledJob.objects.filter(command=command).update(handled_until=timezone.now() - ago)


class Starter:
    """Starts small programs in place of the jobs; records the commands, and how many ran at the same time."""

    def __init__(self, program: str = "pass") -> None:
        self.program = program
        self.commands: list[str] = []
        self.processes: list[subprocess.Popen[bytes]] = []
        self.at_once = 0

    def __call__(self, words: list[str]) -> subprocess.Popen[bytes]:
        self.at_once = max(self.at_once, 1 + sum(process.poll() is None for process in self.processes))
        self.commands.append(" ".join(words))
        self.processes.append(subprocess.Popen([sys.executable, "-c", self.program]))
        return self.processes[-1]


def run_once(starter: Starter) -> Worker:
    worker = Worker(starter, grace=60)
    assert worker.run_once()
    return worker


def test_a_kept_process_runs_while_the_worker_leads_and_ends_with_it(table: None) -> None:
    starter = Starter("import time; time.sleep(60)")
    worker = Worker(starter, grace=60, keep=[["sf", "follow"]])

    def stop_when_started() -> None:
        wait_for(lambda: starter.commands == ["sf follow"])
        worker.stop()

    thread = threading.Thread(target=stop_when_started)
    thread.start()
    worker.run()
    thread.join()
    assert [process.poll() for process in starter.processes] == [-signal.SIGTERM]


def test_a_kept_process_that_ended_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "AGAIN_SECONDS", 0.0)
    starter = Starter()
    process = kept.KeptProcess(["sf", "follow"], starter)
    process.tend()
    starter.processes[0].wait()
    process.tend()
    process.stop()
    assert starter.commands == ["sf follow"] * 2


def test_the_pause_before_a_restart_doubles_up_to_half_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each start may log in, and Salesforce locks a user out after a few wrong passwords."""
    clock = [0.0]
    monkeypatch.setattr(kept, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    starter = Starter()
    process = kept.KeptProcess(["sf", "follow"], starter)
    starts: list[float] = []
    while len(starts) < 9:
        before = len(starter.processes)
        process.tend()
        if len(starter.processes) > before:
            starts.append(clock[0])
            starter.processes[-1].wait()
        clock[0] += 30
    pauses = [round(later - earlier) // 60 for earlier, later in pairwise(starts)]
    assert pauses == [1, 2, 4, 8, 16, 30, 30, 30]


def test_the_pause_doubles_also_when_the_process_cannot_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr(kept, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    starts: list[float] = []

    def refuse(words: list[str]) -> Any:
        starts.append(clock[0])
        raise OSError("no memory")

    process = kept.KeptProcess(["sf", "follow"], refuse)
    while len(starts) < 9:
        process.tend()
        clock[0] += 30
    pauses = [round(later - earlier) // 60 for earlier, later in pairwise(starts)]
    assert pauses == [1, 2, 4, 8, 16, 30, 30, 30]


def test_a_new_worker_runs_no_jobs_of_the_past(table: None) -> None:
    starter = Starter()
    run_once(starter)
    assert starter.commands == []
    assert ScheduledJob.objects.count() == len(TABLE)


def test_a_job_that_was_missed_many_times_runs_once(table: None) -> None:
    set_last_run("deliver_pending", timedelta(days=3))
    starter = Starter()
    run_once(starter)
    run_once(starter)
    assert starter.commands == ["deliver_pending"]
    job = ScheduledJob.objects.get(command="deliver_pending")
    assert (job.exit_status, job.ended is not None) == (0, True)


def test_a_job_is_on_time_again_after_postgresqls_clock_was_ahead(table: None) -> None:
    set_last_run("deliver_pending", -timedelta(days=2))
    run_once(Starter())
    ScheduledJob.objects.filter(command="deliver_pending").update(
        handled_until=F("handled_until") - timedelta(minutes=1)
    )
    run_once(starter := Starter())
    assert starter.commands == ["deliver_pending"]


def test_jobs_of_one_command_run_one_after_another_in_the_order_of_their_times(table: None) -> None:
    set_last_run("sync_all --quiet", timedelta(days=1))
    ScheduledJob.objects.filter(command="sync_all --force").update(
        handled_until=F("handled_until") - timedelta(days=30)
    )
    starter = Starter("import time; time.sleep(0.3)")
    run_once(starter)
    assert starter.commands == ["sync_all --force", "sync_all --quiet"]
    assert starter.at_once == 1


def test_a_job_that_fails_is_reported_and_does_not_stop_the_others(
    table: None, caplog: pytest.LogCaptureFixture
) -> None:
    set_last_run("cleanup_logs", timedelta(days=30))
    ScheduledJob.objects.filter(command="sync_all --force").update(
        handled_until=F("handled_until") - timedelta(days=30)
    )
    worker = run_once(starter := Starter("raise SystemExit(3)"))
    assert sorted(starter.commands) == ["cleanup_logs", "sync_all --force"]
    assert worker.failed == 2, "work --once reports this number of failed jobs"
    assert "cleanup_logs: failed with exit status 3" in caplog.text
    assert set(ScheduledJob.objects.exclude(exit_status=None).values_list("exit_status", flat=True)) == {3}


def test_a_job_that_cannot_be_started_does_not_end_the_worker(table: None, caplog: pytest.LogCaptureFixture) -> None:
    set_last_run("cleanup_logs", timedelta(days=30))

    def missing_program(words: list[str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(["/nowhere/python", *words])

    worker = Worker(missing_program, grace=60)
    assert worker.run_once()
    assert worker.failed == 1
    assert "cleanup_logs: cannot be started" in caplog.text
    assert ScheduledJob.objects.get(command="cleanup_logs").exit_status == 127


def test_each_scheduled_time_of_a_job_is_claimed_once_and_only_by_the_leader(table: None) -> None:
    set_last_run("cleanup_logs", timedelta(days=30))
    now, rows = load_jobs()
    with hold_lease(WORK):
        assert claim(rows[0], now)
        assert not claim(rows[0], now), "the list was read before the first claim"
    set_last_run("cleanup_logs", timedelta(days=30))
    with hold_lease(WORK):
        SyncLease.objects.update(holder="another")
        with pytest.raises(LeaseLost):
            claim(load_jobs()[1][0], now)


def test_the_list_says_when_each_job_runs_next_and_how_it_ended(table: None) -> None:
    note_new_jobs()
    set_last_run("cleanup_logs", timedelta(days=30))
    run_once(Starter("raise SystemExit(3)"))
    set_last_run("deliver_pending", timedelta(days=1))
    output = StringIO()
    call_command("work", "--list", stdout=output)
    lines = {line[:34].strip(): line[34:].split() for line in output.getvalue().splitlines()}
    assert lines["deliver_pending"] == ["now"]
    assert lines["cleanup_logs"][-2:] == ["failed", "(3)"]
    assert output.getvalue().endswith("no worker is running: only a crontab can start jobs\n")


def test_health_says_whether_a_worker_leads(client: Client) -> None:
    assert client.get("/healthz/").json()["jobs"]["worker"] is False
    with hold_lease(WORK):
        assert client.get("/healthz/").json()["jobs"]["worker"] is True


def test_work_once_leaves_the_jobs_to_a_worker_that_leads(table: None) -> None:
    set_last_run("cleanup_logs", timedelta(days=30))
    output = StringIO()
    with hold_lease(WORK):
        call_command("work", "--once", stdout=output)
    assert output.getvalue() == "another worker leads: nothing was started here\n"


def test_work_once_runs_the_real_commands(run_manage: Manage) -> None:
    set_last_run("sync_books", timedelta(days=30))
    done = run_manage("work", "--once", LOG_FORMAT="json")
    assert done.returncode == 0, done.stderr
    assert SyncRun.objects.get(object="books").state == "done"
    lines = [json.loads(line) for line in done.stderr.splitlines() if '"job"' in line]
    assert [(each["job"], each.get("exit_status")) for each in lines] == [("sync_books", None), ("sync_books", 0)]


@contextmanager
def locked(database: str, table: str) -> Iterator[None]:
    with psycopg.connect(database) as other:
        other.execute(f"LOCK TABLE {table}")
        yield


def leaders() -> list[int]:
    return list(SyncLease.objects.filter(name=WORK).values_list("pid", flat=True))


def test_another_worker_takes_over_from_one_that_is_killed(start: Start, database: str) -> None:
    """Workers survive a lost connection. After a kill on another machine, the lease must expire first."""
    set_last_run("cleanup_logs", timedelta(seconds=-1))
    first, second = start("work", LEASE_SECONDS="4"), start("work", LEASE_SECONDS="4")
    wait_for(lambda: bool(leaders()))
    leader, other = (first, second) if leaders() == [first.pid] else (second, first)
    with psycopg.connect(database, autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sfapi work'")
    set_last_run("cleanup_logs", timedelta(days=30))
    wait_for(lambda: SyncRun.objects.filter(object="cleanup_logs", state="done").count() == 1)
    assert leaders() == [leader.pid]
    SyncLease.objects.filter(name=WORK).update(place="another-host 0d8f 4026531836")
    leader.kill()
    set_last_run("cleanup_logs", timedelta(days=30))
    wait_for(lambda: SyncRun.objects.filter(object="cleanup_logs", state="done").count() == 2)
    assert leaders() == [other.pid]


def test_a_worker_that_waits_logs_each_outage(
    table: None, database: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(loop, "STANDBY_SECONDS", 0.05)
    monkeypatch.setattr(leases, "LEASE_DURATION", timedelta(hours=1))  # the worker must not begin to lead meanwhile
    SyncLease.objects.create(name=WORK, holder="another", place="another-host", pid=1)
    worker = Worker(Starter(), grace=60)

    def work() -> None:
        try:
            worker.run()
        finally:
            connection.close()

    def wait_for_lines(number: int, text: str) -> None:
        wait_for(lambda: caplog.text.count(text) == number)

    thread = threading.Thread(target=work)
    with caplog.at_level("INFO"), psycopg.connect(database, autocommit=True) as admin:
        thread.start()
        try:
            wait_for(lambda: "another worker leads" in caplog.text)
            own = {admin.info.backend_pid, _backend()}
            for number in (1, 2):
                admin.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> ALL (%s)",
                    [list(own)],
                )
                wait_for_lines(number, "no job is started until PostgreSQL answers")
                wait_for_lines(number, "PostgreSQL answers again")
        finally:
            worker.stop()
            thread.join()


def _backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


@pytest.mark.soak
def test_a_leader_that_was_paused_does_not_start_a_job_again(start: Start) -> None:
    set_last_run("cleanup_logs", timedelta(seconds=-1))
    first, second = start("work", LEASE_SECONDS="4"), start("work", LEASE_SECONDS="4")
    wait_for(lambda: bool(leaders()))
    paused, other = (first, second) if leaders() == [first.pid] else (second, first)
    paused.send_signal(signal.SIGSTOP)
    wait_for(lambda: leaders() == [other.pid])
    other.send_signal(signal.SIGSTOP)
    set_last_run("cleanup_logs", timedelta(days=30))
    for worker in (paused, other):
        worker.send_signal(signal.SIGCONT)
    wait_for(lambda: SyncRun.objects.filter(object="cleanup_logs", state="done").exists())
    for worker in (paused, other):
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(60) == 0
    assert SyncRun.objects.filter(object="cleanup_logs").count() == 1


@pytest.fixture
def replaced_worker(table: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Starter]:
    """A worker that waits, because another worker took its lead while its ``deliver_pending`` was running."""
    monkeypatch.setattr(leases, "BEAT_SECONDS", 0.1)
    monkeypatch.setattr(loop, "TICK_SECONDS", 0.1)
    monkeypatch.setattr(loop, "STANDBY_SECONDS", 0.1)
    set_last_run("deliver_pending", timedelta(days=1))
    starter = Starter("import time; time.sleep(60)")
    worker = Worker(starter, grace=60)

    def work() -> None:
        try:
            worker.run()
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        wait_for(lambda: bool(starter.processes))
        SyncLease.objects.filter(name=WORK).update(holder="another", place="another-host")
        yield starter
    finally:
        for process in starter.processes:
            process.terminate()
        worker.stop()
        thread.join()


def test_a_job_that_ends_after_another_worker_took_the_lead_is_recorded_at_once(replaced_worker: Starter) -> None:
    replaced_worker.processes[0].terminate()
    wait_for(lambda: ScheduledJob.objects.get(command="deliver_pending").exit_status == -signal.SIGTERM)


def test_the_end_of_a_job_is_not_taken_for_the_end_of_its_next_run_elsewhere(
    replaced_worker: Starter, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("WARNING"):
        ScheduledJob.objects.filter(command="deliver_pending").update(started=timezone.now(), host="another-host")
        replaced_worker.processes[0].terminate()
        wait_for(lambda: "deliver_pending: was ended by signal 15" in caplog.text)
    job = ScheduledJob.objects.get(command="deliver_pending")
    assert (job.ended, job.exit_status) == (None, None)


def test_a_worker_of_a_newer_release_waits_for_its_migrations(
    table: None, database: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(loop, "STANDBY_SECONDS", 0.05)
    worker = Worker(Starter(), grace=60)
    led_too_early = []

    def migrate() -> None:
        with psycopg.connect(database, autocommit=True) as other:
            wait_for(lambda: "waiting for manage.py migrate: 1 migration is missing" in caplog.text)
            led_too_early.extend(other.execute("SELECT 1 FROM sf_synclease").fetchall())
            other.execute("UPDATE django_migrations SET app = 'sf' WHERE app = 'aside'")
            wait_for(lambda: other.execute("SELECT 1 FROM sf_synclease").fetchone() is not None)
        worker.stop()

    with connection.cursor() as cursor:
        cursor.execute("UPDATE django_migrations SET app = 'aside' WHERE app = 'sf' AND name LIKE '0014%'")
    thread = threading.Thread(target=migrate)
    thread.start()
    with pytest.raises(CommandError, match=r"run manage\.py migrate first: 1 migration is missing"):
        call_command("work", "--once")
    worker.run()
    thread.join()
    assert led_too_early == []


def test_sigterm_lets_the_job_under_way_end_and_releases_the_lease_at_once(start: Start, database: str) -> None:
    set_last_run("cleanup_logs", timedelta(days=30))
    with locked(database, "api_requestlog"):
        worker = start("work", "--grace", "60")
        wait_for(lambda: SyncRun.objects.filter(object="cleanup_logs").exists())
        worker.send_signal(signal.SIGTERM)
        wait_for(lambda: not leaders())
        assert worker.poll() is None
    assert worker.wait(60) == 0
    assert SyncRun.objects.get(object="cleanup_logs").state == "done"
    assert ScheduledJob.objects.get(command="cleanup_logs").exit_status == 0


def test_a_job_that_outlasts_the_grace_time_is_terminated(start: Start, database: str) -> None:
    set_last_run("cleanup_logs", timedelta(days=30))
    with locked(database, "api_requestlog"):
        worker = start("work", "--grace", "0")
        wait_for(lambda: SyncRun.objects.filter(object="cleanup_logs").exists())
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(60) == 0
        assert ScheduledJob.objects.get(command="cleanup_logs").exit_status == -signal.SIGTERM
