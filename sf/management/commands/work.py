from __future__ import annotations

import signal
import subprocess
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from outgoing.numbers import format_count
from sf.ingest.crontab import CrontabError, UserCrontab
from sf.ingest.scheduled import find_leader, load_jobs
from sf.ingest.schema import describe_missing_migrations
from sf.ingest.worker import Worker
from sf.models import ScheduledJob

_LINE = "{:<34} {:<22} {:<22} {}"


class Command(BaseCommand):
    requires_system_checks = []  # slow: the checks load every route
    help = (
        "Run the scheduled jobs (sfapi/cron.py) without a crontab. This process keeps running, and starts each due job "
        "in a new process. Of several workers, one leads and the others wait. When the leader ends, another takes "
        "over: within seconds if the leader was stopped or was on the same machine, otherwise after LEASE_SECONDS. A "
        "job that missed its times while no worker ran is started once. On SIGTERM the worker starts no more jobs, and "
        "gives running jobs the time of --grace to end."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--once", action="store_true", help="run the jobs that are due, and end: for use with another scheduler"
        )
        parser.add_argument("--list", action="store_true", help="list the jobs with their next times, and end")
        parser.add_argument(
            "--grace",
            type=float,
            default=25.0,
            metavar="SECONDS",
            help="the time for which running jobs may continue after SIGTERM, before they get SIGTERM too (25)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["list"]:
            self._list()
            return
        keep = [["sf", "follow"]] if settings.SYNC_FOLLOW else []
        worker = Worker(_start, options["grace"], keep)
        before = {number: signal.signal(number, lambda *_: worker.stop()) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            self._run_worker(worker, once=options["once"])
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _run_worker(self, worker: Worker, *, once: bool) -> None:
        self._warn_of_crontab()
        if not once:
            worker.run()
        elif missing := describe_missing_migrations():
            raise CommandError(f"run manage.py migrate first: {missing}")
        elif not worker.run_once():
            self.stdout.write("another worker leads: nothing was started here")
        elif worker.failed:
            raise CommandError(f"jobs that failed: {worker.failed}")

    def _list(self) -> None:
        self.stdout.write(_LINE.format("job", "next", "last", "").rstrip())
        last = ScheduledJob.objects.in_bulk()
        now, table = load_jobs()
        for job in table:
            due = "now" if job.due <= now else _format_day_and_time(job.due)
            self.stdout.write(_LINE.format(job.command, due, *_describe_last_run(last.get(job.command))).rstrip())
        lease = find_leader()
        self.stdout.write(
            f"process {lease.pid} on {lease.host} has led since {_format_day_and_time(lease.taken_at)}"
            if lease
            else "no worker is running: only a crontab can start jobs"
        )

    def _warn_of_crontab(self) -> None:
        try:
            lines = UserCrontab().load_own_lines()
        except CrontabError:
            return
        if lines:
            jobs_run = format_count(len(lines), "job runs", "jobs run")
            self.stderr.write(
                f"{jobs_run} twice, because this user's crontab starts jobs: run manage.py crontab remove"
            )


def _start(words: list[str]) -> subprocess.Popen[bytes]:
    """Start a job in a separate session, so that Ctrl-C reaches the worker only."""
    program = [settings.CRONTAB_PYTHON_EXECUTABLE, settings.CRONTAB_DJANGO_MANAGE_PATH, *words]
    return subprocess.Popen(program, stdin=subprocess.DEVNULL, start_new_session=True)  # noqa: S603 - our own commands


def _describe_last_run(job: ScheduledJob | None) -> tuple[str, str]:
    if job is None or job.started is None:
        return "", ""
    if job.ended is None:
        return _format_day_and_time(job.started), f"under way, or lost with its worker, on {job.host}"
    return _format_day_and_time(job.started), "done" if job.exit_status == 0 else f"failed ({job.exit_status})"


def _format_day_and_time(moment: Any) -> str:
    return f"{timezone.localtime(moment):%a %Y-%m-%d %H:%M}"
