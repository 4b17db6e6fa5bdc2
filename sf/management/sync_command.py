"""The base class of the commands that sync Salesforce objects."""

from __future__ import annotations

import signal
import sys
import time
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError

from sf.connection.clients import make_salesforce_client
from sf.ingest.jobs import recorded_configuration
from sf.ingest.progress import make_progress
from sf.ingest.sync import Retry, SyncOptions
from sf.management.accepted_deletes import add_allow_deletes, check_names
from sf.management.run_report import ENDED_BADLY, RunReport, stop_on_sigterm
from sf.models import SyncRun
from sf.sync.engine import ObjectSync
from sf.sync.objects import SyncedObject
from sf.sync.usage import UsageBudget, UsageCounter

_LONGEST_WAIT = 1440


class SyncCommand(BaseCommand):
    """Syncs ``objects`` in order. Exits with 0 when done, paused or skipped on purpose, otherwise with 1."""

    requires_system_checks = []  # the checks load every route, which takes longer than a small sync

    objects: Sequence[SyncedObject]
    source: ClassVar[str]
    """The name under which API calls are counted: the name of the command."""
    may_replace: ClassVar[bool] = True
    _quiet = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--force", action="store_true", help="read every record again, not only what changed")
        if self.may_replace:
            parser.add_argument(
                "--forcedelete",
                action="store_true",
                help="empty and refill the local table in one transaction: readers see the old rows until it ends",
            )
        add_allow_deletes(parser)
        parser.add_argument(
            "--wait",
            type=_parse_minutes,
            default=timedelta(),
            metavar="MINUTES",
            help="wait up to this long for another run of the same object (default: skip the object)",
        )
        parser.add_argument("--quiet", action="store_true", help="print only problems")

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, stop_on_sigterm)
        chosen = SyncOptions(
            force=options["force"],
            force_delete=options.get("forcedelete", False),
            allow_deletes=options["allow_deletes"],
            wait=options["wait"],
        )
        check_names(chosen.allow_deletes, [synced.name for synced in self.objects])
        self._quiet = options["quiet"]
        began = time.monotonic()
        runs = self._run_all(chosen, quiet=self._quiet or options["verbosity"] == 0)
        if len(self.objects) > 1 and not self._quiet:
            self.stdout.write(f"all: {RunReport(self).format_summary(runs)}; {time.monotonic() - began:.1f} s")
        failed = [run for run in runs if run.state in ENDED_BADLY]
        if failed:
            raise CommandError(f"failed: {', '.join(run.object for run in failed)}")

    def _run_all(self, chosen: SyncOptions, *, quiet: bool) -> list[SyncRun]:
        counter = UsageCounter(self.source)
        with recorded_configuration(self.objects[0].name):
            client = make_salesforce_client(counter)
        budget = UsageBudget(client)
        runs: list[SyncRun] = []
        for synced in self.objects:
            began = time.monotonic()
            sync = ObjectSync(synced, client, counter, make_progress(sys.stderr, quiet=quiet), chosen, budget.check)
            sync.retry = self._retry(synced, chosen)
            run = sync.run()
            runs.append(run)
            RunReport(self, quiet=self._quiet).tell(run, time.monotonic() - began)
            if sync.stops_the_rest:
                break
        return runs

    def _retry(self, synced: SyncedObject, chosen: SyncOptions) -> Retry:
        """Return the retry commands, with ``--force`` as given.

        ``--forcedelete`` and ``--allow-deletes`` are never repeated.
        """
        force = " --force" if chosen.force else ""
        return Retry(alone=f"sync_{synced.name}{force}", with_rest=f"{self.source}{force}")


def _parse_minutes(text: str) -> timedelta:
    if not (text.isascii() and text.isdigit() and int(text[:9]) <= _LONGEST_WAIT):
        raise ArgumentTypeError(f"a number of minutes from 0 to {_LONGEST_WAIT}, not {text!r}")
    return timedelta(minutes=int(text))
