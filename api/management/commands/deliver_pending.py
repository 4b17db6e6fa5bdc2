from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from api.delivery import SalesforceAway, Tally, deliver_due
from api.idempotency import forget_old_keys
from api.outbox import queue_depth
from sf.models import SyncRun
from sf.sync.jobs import recorded_often


class Command(BaseCommand):
    requires_system_checks = []  # they load every route

    help = "Send each case that waits for Salesforce once. Cron runs it every minute; any number may run at once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true", help="also those whose next try is not due yet")

    def handle(self, *args: Any, **options: Any) -> None:
        with recorded_often("deliver_pending") as run:
            self._deliver(run, everything=options["all"])

    def _deliver(self, run: SyncRun, *, everything: bool) -> None:
        tally, away = Tally(), None
        try:
            deliver_due(tally, everything=everything)
        except SalesforceAway as error:
            away = error
        forget_old_keys()
        depth = queue_depth()
        said = f"{tally.delivered:,} delivered, {tally.failed:,} refused for good, {depth.queued:,} still queued"
        if away is None:
            # Cron mails what is printed, and runs this every minute.
            if tally.delivered or tally.failed or depth.queued:
                self.stdout.write(said)
            return
        if away.for_good:
            raise CommandError(f"{away} ({said}; nothing is lost)")
        run.state, run.message = SyncRun.State.SKIPPED, "Salesforce is away"
        self.stdout.write(f"{run.message}: {away} ({said})")
