from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from api.delivery import SalesforceAway, Tally, deliver_due
from api.idempotency import forget_old_keys
from api.outbox import queue_depth


class Command(BaseCommand):
    help = "Send each case that waits for Salesforce once. Cron runs it every minute; any number may run at once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true", help="also those whose next try is not due yet")

    def handle(self, *args: Any, **options: Any) -> None:
        self._deliver(everything=options["all"])

    def _deliver(self, *, everything: bool) -> None:
        tally, away = Tally(), None
        try:
            deliver_due(tally, everything=everything)
        except SalesforceAway as error:
            away = error
        forget_old_keys()
        depth = queue_depth()
        said = f"{tally.delivered:,} delivered, {tally.failed:,} refused for good, {depth.queued:,} still queued"
        if away is None:
            self.stdout.write(said)
            return
        if away.for_good:
            raise CommandError(f"{away} ({said}; nothing is lost)")
        self.stdout.write(f"Salesforce is away: {away} ({said})")
