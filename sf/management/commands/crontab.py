"""django-crontab's command, with what it lacks: the time zone of the hours, and errors that are told."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django_crontab.crontab import Crontab
from django_crontab.management.commands.crontab import Command as CrontabCommand

from sf.sync.errors import failures

_HASH = re.compile(r"\bcrontab run ([0-9a-f]+)")
_ADD = "run manage.py crontab add"


class ZonedCrontab(Crontab):  # type: ignore[misc]
    """Puts ``CRON_TZ`` before the jobs, which stand at the end: it holds for all lines below it.

    A line is ours by its comment. The table that it was made from may have changed since, which django-crontab
    takes for an error. On an error nothing is written.
    """

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        if kind is None:
            super().__exit__(kind, *rest)

    def read(self) -> None:
        listed = self._crontab("-l")
        # A user who has no crontab yet is no error.
        self.crontab_lines = listed.stdout.splitlines(keepends=True) if listed.returncode == 0 else []

    def write(self) -> None:
        written = self._crontab("-", table="".join(self.crontab_lines))
        if written.returncode:
            raise CommandError(f"{self.settings.CRONTAB_EXECUTABLE}: {written.stderr.strip()}")

    def add_jobs(self) -> None:
        self.crontab_lines += [self._marker, f"CRON_TZ={settings.TIME_ZONE}\n"]
        super().add_jobs()

    def told_jobs(self) -> Iterator[str]:
        """The jobs of this crontab, what of it is outdated, and what is missing."""
        missing = self._jobs_by_hash()
        for line in self._own_lines():
            job = missing.pop(_hash_of(line), None)
            yield _described(job) if job else f"outdated, {_ADD}: {line.strip()}"
        for job in missing.values():
            yield f"missing, {_ADD}: {_described(job)}"

    def remove_jobs(self) -> None:
        own = set(self._own_lines())
        self.crontab_lines = [line for line in self.crontab_lines if line not in own]
        while self._marker in self.crontab_lines:
            place = self.crontab_lines.index(self._marker)
            del self.crontab_lines[place : place + 2]

    @property
    def _marker(self) -> str:
        return f"# {self.settings.CRONTAB_COMMENT}: the hours below are in this zone\n"

    def _own_lines(self) -> Iterator[str]:
        for line in self.crontab_lines:
            found = self.settings.CRONTAB_LINE_REGEXP.findall(line)
            if found and found[0][4] == self.settings.CRONTAB_COMMENT:
                yield line

    def _jobs_by_hash(self) -> dict[str, Any]:
        fresh = Crontab(verbosity=0)
        fresh.add_jobs()
        return {_hash_of(line): job for line, job in zip(fresh.crontab_lines, self.settings.CRONJOBS, strict=True)}

    def _crontab(self, argument: str, table: str | None = None) -> subprocess.CompletedProcess[str]:
        program = self.settings.CRONTAB_EXECUTABLE
        try:
            return subprocess.run([program, argument], input=table, capture_output=True, text=True, check=False)  # noqa: S603
        except OSError as error:
            raise CommandError(f"{program}: {error.strerror}: is cron installed?") from error


class Command(CrontabCommand):  # type: ignore[misc]
    help = "add, show or remove the scheduled jobs (sfapi/cron.py) in this user's crontab; run one of them"

    def handle(self, *args: Any, **options: Any) -> None:
        action = options["subcommand"]
        if action == "run":
            self._run(options["jobhash"] or "")
            return
        with ZonedCrontab(readonly=action == "show", **options) as crontab:
            if action == "show":
                self.stdout.write("\n".join(["In this user's crontab:", *crontab.told_jobs()]))
                return
            crontab.remove_jobs()
            if action == "add":
                crontab.add_jobs()

    def _run(self, job_hash: str) -> None:
        try:
            Crontab().run_job(job_hash)
        except RuntimeError as error:
            message = f"No job with hash {job_hash}: this line of the crontab is outdated, {_ADD}"
            failures.error(message)
            raise CommandError(message) from error


def _hash_of(line: str) -> str:
    found = _HASH.search(line)
    return found[1] if found else ""


def _described(job: Any) -> str:
    when, _, arguments = job
    return f"{when:<12} {' '.join(arguments)}"
