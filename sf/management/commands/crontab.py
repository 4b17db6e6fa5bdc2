"""Provide django-crontab's ``crontab add``, ``show`` and ``remove``, with lines that people can read."""

from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django_crontab.crontab import Crontab

from sf.ingest.crontab import ADD, CrontabError, UserCrontab
from sf.ingest.errors import failures


class Command(BaseCommand):
    help = "Add, show or remove the scheduled jobs (sfapi/cron.py) in this user's crontab."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "subcommand",
            choices=("add", "show", "remove", "run"),
            help="run: for crontab lines that old releases wrote",
        )
        parser.add_argument("jobhash", nargs="?", help="the job, for `run`")
        parser.add_argument(
            "--only-here",
            action="store_true",
            help="leave the jobs of SFAPI in other folders alone; without this, add and remove delete them too",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        action = options["subcommand"]
        if action == "run":
            self._run(options["jobhash"] or "")
            return
        try:
            crontab = UserCrontab()
            if action == "show":
                self._show(crontab, only_here=options["only_here"])
            else:
                changes = self._write_crontab(crontab, add=action == "add", only_here=options["only_here"])
                if options["verbosity"]:
                    self.stdout.write("\n".join(changes))
        except CrontabError as error:
            raise CommandError(str(error)) from error

    def _show(self, crontab: UserCrontab, *, only_here: bool) -> None:
        """List the jobs. The exit status is 1 if a job differs from what ``add`` writes."""
        jobs = list(crontab.report(only_here=only_here))
        if not crontab.load_own_lines():
            raise CommandError(f"none of the {len(jobs)} scheduled jobs is in this user's crontab: {ADD}")
        self.stdout.write("\n".join(["In this user's crontab:", *(job.text for job in jobs)]))
        if wrong := sum(not job.is_right for job in jobs):
            raise CommandError(f"{wrong} of these are not as they should be: {ADD}")

    def _write_crontab(self, crontab: UserCrontab, *, add: bool, only_here: bool) -> list[str]:
        """Write the crontab, and return lines that say what was removed and added."""
        before = Counter(line.folder for line in crontab.load_own_lines())
        crontab.remove(only_here=only_here)
        before -= Counter(line.folder for line in crontab.load_own_lines())
        if add:
            crontab.add()
        crontab.write()
        removed = [f"removed the jobs of {folder}: {count}" for folder, count in before.items()]
        return removed + [f"added {description}" for description in crontab.build_planned_lines().values() if add]

    def _run(self, job_hash: str) -> None:
        """Run a job from a line that an earlier release wrote."""
        try:
            Crontab().run_job(job_hash)
        except RuntimeError as error:
            message = f"No job with hash {job_hash}: this line of the crontab is outdated, {ADD}"
            failures.error(message)
            raise CommandError(message) from error
