from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from api.models import OutboundCase
from api.outbox.dead_letters import select_undecided
from api.outbox.delivery import SalesforceAway, Tally, deliver_due
from api.outbox.idempotency import forget_old_keys
from api.outbox.queue import load_queue_depth
from outgoing.text import to_one_line
from sf.ingest.jobs import recorded_often
from sf.models import SyncRun

MOST_LINES = 20
"""A run lists at most this many cases, because cron mails the list every minute."""


class Command(BaseCommand):
    requires_system_checks = []  # slow: the checks load every route

    help = (
        "Send to Salesforce the queued cases that are due. Cron runs this every minute, and runs may overlap. "
        "Exits with status 1 while an accepted case needs an operator, or the configuration prevents deliveries."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true", help="also send cases that are not due yet, and end pauses")

    def handle(self, *args: Any, **options: Any) -> None:
        with recorded_often("deliver_pending") as run:
            is_paused = self._deliver(run, everything=options["all"])
        self._report(is_paused=is_paused)

    def _deliver(self, run: SyncRun, *, everything: bool) -> bool:
        """Deliver queued cases, and return whether delivery is paused.

        Delivery is paused while Salesforce is unavailable, the open breaker allows no attempt yet, the daily limit is
        reached, or the pause after a refused login lasts. Raises ``CommandError`` when a person must fix the
        configuration first.
        """
        tally, away = Tally(), None
        try:
            deliver_due(tally, everything=everything)
        except SalesforceAway as error:
            away = error
        forget_old_keys()
        depth = load_queue_depth()
        summary = f"{tally.delivered:,} delivered, {tally.failed:,} refused for good, {depth.queued:,} still queued"
        if depth.apart:
            summary += f", {depth.apart:,} kept for another org"
        if away is None:
            # Cron runs this every minute and mails all output, so print nothing when no case was sent or waits.
            if tally.delivered or tally.failed or depth.queued:
                self.stdout.write(summary)
            return False
        if away.for_good:
            raise CommandError(f"{away} ({summary}; nothing is lost)")
        run.state, run.message = SyncRun.State.SKIPPED, "Delivery is paused"
        self.stdout.write(to_one_line(f"{run.message}: {away} ({summary})"))
        return True

    def _report(self, *, is_paused: bool) -> None:
        """List accepted cases that need an operator, 20 at most. Raises ``CommandError`` if there are any."""
        waiting = select_undecided()
        if is_paused:  # queued cases wait for the end of the pause, not for an operator
            waiting = waiting.filter(state=OutboundCase.State.FAILED)
        count = waiting.count()
        if not count:
            return
        for case in waiting[:MOST_LINES]:
            self.stderr.write(_describe_case(case))
        if count > MOST_LINES:
            self.stderr.write(f"… and {count - MOST_LINES:,} more")
        raise CommandError(
            f"accepted cases that need an operator: {count:,}. Correct and resend them in the admin, or mark them "
            "as dealt with"
        )


def _describe_case(case: OutboundCase) -> str:
    reason = " ".join(filter(None, [case.error_code or "no code", ", ".join(case.error_fields)]))
    page = reverse("admin:api_outboundcase_change", args=[case.pk])
    state = "refused" if case.state == OutboundCase.State.FAILED else "queued, but refused so far"
    return f"{case.pk}: {state}: {reason}: {page}"
