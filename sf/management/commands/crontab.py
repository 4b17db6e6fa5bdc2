"""django-crontab's command, with what it lacks: the time zone of the hours, and errors that are told."""

from __future__ import annotations

import subprocess
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django_crontab.crontab import Crontab
from django_crontab.management.commands.crontab import Command as CrontabCommand


class ZonedCrontab(Crontab):  # type: ignore[misc]
    """Puts ``CRON_TZ`` before the jobs, which stand at the end: it holds for all lines below it."""

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

    def remove_jobs(self) -> None:
        super().remove_jobs()
        while self._marker in self.crontab_lines:
            place = self.crontab_lines.index(self._marker)
            del self.crontab_lines[place : place + 2]

    @property
    def _marker(self) -> str:
        return f"# {self.settings.CRONTAB_COMMENT}: the hours below are in this zone\n"

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
            super().handle(*args, **options)
            return
        with ZonedCrontab(readonly=action == "show", **options) as crontab:
            if action == "show":
                crontab.show_jobs()
                return
            crontab.remove_jobs()
            if action == "add":
                crontab.add_jobs()
