from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from api.models import OutboundCase
from api.outbox.dead_letters import undecided
from api.outbox.delivery import SalesforceAway, Tally, deliver_due
from api.outbox.idempotency import forget_old_keys
from api.outbox.queue import queue_depth
from sf.ingest.jobs import recorded_often
from sf.models import SyncRun

MOST_LINES = 20
"""The number of lines is limited, because cron mails them every minute."""


class Command(BaseCommand):
    requires_system_checks = []  # they load every route

    help = (
        "Send each case that waits for Salesforce once. Cron runs it every minute; any number may run at once. "
        "Exit status 1 while an accepted case needs an operator."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true", help="also those whose next try is not due yet")

    def handle(self, *args: Any, **options: Any) -> None:
        with recorded_often("deliver_pending") as run:
            is_away = self._deliver(run, everything=options["all"])
        self._report(is_away=is_away)

    def _deliver(self, run: SyncRun, *, everything: bool) -> bool:
        """Deliver, and return whether Salesforce is unavailable."""
        tally, away = Tally(), None
        try:
            deliver_due(tally, everything=everything)
        except SalesforceAway as error:
            away = error
        forget_old_keys()
        depth = queue_depth()
        said = f"{tally.delivered:,} delivered, {tally.failed:,} refused for good, {depth.queued:,} still queued"
        if depth.apart:
            said += f", {depth.apart:,} kept for another org"
        if away is None:
            # Cron mails what is printed, and runs this every minute.
            if tally.delivered or tally.failed or depth.queued:
                self.stdout.write(said)
            return False
        if away.for_good:
            raise CommandError(f"{away} ({said}; nothing is lost)")
        run.state, run.message = SyncRun.State.SKIPPED, "Salesforce is away"
        self.stdout.write(f"{run.message}: {away} ({said})")
        return True

    def _report(self, *, is_away: bool) -> None:
        """Name the accepted cases that need an operator. Raises ``CommandError`` while there are some."""
        waiting = undecided()
        if is_away:  # queued cases wait for Salesforce, not for an operator
            waiting = waiting.filter(state=OutboundCase.State.FAILED)
        count = waiting.count()
        if not count:
            return
        for case in waiting[:MOST_LINES]:
            self.stderr.write(_line(case))
        if count > MOST_LINES:
            self.stderr.write(f"… and {count - MOST_LINES:,} more")
        raise CommandError(
            f"accepted cases that need an operator: {count:,}. In the admin correct them and send them again, or mark "
            "them as dealt with"
        )


def _line(case: OutboundCase) -> str:
    refused = " ".join(filter(None, [case.error_code or "no code", ", ".join(case.error_fields)]))
    page = reverse("admin:api_outboundcase_change", args=[case.pk])
    state = "refused" if case.state == OutboundCase.State.FAILED else "queued, but refused so far"
    return f"{case.pk}: {state}: {refused}: {page}"
