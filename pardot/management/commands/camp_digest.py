from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from pardot.reports.channels.errors import NotDelivered
from pardot.reports.channels.mail import mail_to
from pardot.reports.channels.slack import post_to_slack
from pardot.reports.digest import digest
from pardot.reports.digest_facts import digest_facts
from pardot.status.expectations import DIGEST
from sf.ingest.jobs import recorded_job
from sf.ingest.lease import sole_runner
from sf.models import SyncRun

PATIENCE = timedelta(minutes=2)
"""The time to wait for a process that is sending the digest: channels are slow at times."""


class Command(BaseCommand):
    help = "Print the morning digest of the Pardot data; with --send, post it to Slack and mail it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--send", action="store_true", help="to SLACK_WEBHOOK_URL and DIGEST_RECIPIENTS, whichever is set"
        )
        parser.add_argument("--again", action="store_true", help="send it even if it was sent today")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["send"]:
            self.stdout.write(digest(digest_facts()), ending="")
            return
        with sole_runner(DIGEST, patience=PATIENCE) as lease:  # another host's cron runs at the same minute
            if lease is None:
                raise CommandError("another process has been sending the digest for two minutes; nothing was sent here")
            if (sent := _sent_today()) and not options["again"]:
                self.stdout.write(f"the digest was sent today at {sent:%H:%M}; --again sends it once more")
                return
            with recorded_job(DIGEST):
                self._send(digest(digest_facts()))

    def _send(self, text: str) -> None:
        channels = _channels(text)
        if not channels:
            raise CommandError("nowhere to send to: set SLACK_WEBHOOK_URL or DIGEST_RECIPIENTS in .env")
        failed = [error for send, told in channels if (error := self._sent(send, told))]
        if failed:
            raise CommandError("; ".join(failed))

    def _sent(self, send: Callable[[], None], told: str) -> str:
        """Send to one channel; return the error, or an empty string. A failed channel does not stop the others."""
        try:
            send()
        except NotDelivered as error:
            return str(error)
        self.stdout.write(f"sent to {told}")
        return ""


def _sent_today() -> datetime | None:
    """Return the local time at which every channel got today's digest, if that has happened."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    run = SyncRun.objects.filter(object=DIGEST, state=SyncRun.State.DONE, started__gte=midnight).first()
    return timezone.localtime(run.ended or run.started) if run else None


def _channels(text: str) -> list[tuple[Callable[[], None], str]]:
    """Return the configured channels, each with the name to print when it is done."""
    found: list[tuple[Callable[[], None], str]] = []
    if settings.SLACK_WEBHOOK_URL:
        found.append((lambda: post_to_slack(settings.SLACK_WEBHOOK_URL, text), "Slack"))
    recipients = settings.DIGEST_RECIPIENTS
    if recipients:
        subject = text.partition("\n")[0]
        found.append((lambda: mail_to(recipients, subject, text), ", ".join(recipients)))
    return found
