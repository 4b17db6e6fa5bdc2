from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse
from django.utils import timezone

from pardot.domain.days import get_today
from pardot.models import DigestDelivery, TeamMember
from pardot.planning.messages import make_stop_token
from pardot.planning.team import UnknownMember, require_member_by_name
from pardot.reports.addresses import build_site_address
from pardot.reports.channels.errors import NotDelivered
from pardot.reports.channels.mail import send_mail_to
from pardot.reports.digest import digest
from pardot.reports.digest_facts import digest_facts
from pardot.reports.personal_message import compose_personal_message, load_members_to_message
from pardot.reports.personal_work import load_work_facts
from pardot.reports.team_channels import list_team_channels
from pardot.reports.view_news import ViewNews, note_reported, view_news
from pardot.status.expectations import DIGEST
from sf.ingest.jobs import recorded_job
from sf.ingest.lease import hold_lease

PATIENCE = timedelta(minutes=2)
"""The time to wait while another process sends the digest: a channel may be slow."""
_KEPT = timedelta(days=90)


class Command(BaseCommand):
    help = (
        "Print the morning digest of the Pardot data. With --send, post it to Slack and mail it, and mail a message to "
        "each team member who has something to read and has not stopped the messages."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--send", action="store_true", help="send to Slack, to DIGEST_RECIPIENTS, and to team members"
        )
        parser.add_argument("--for", metavar="NAME", help="print the message of this team member, and send nothing")
        parser.add_argument(
            "--again",
            action="store_true",
            help="with --send: send to all channels, even to those that received a message today",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["for"]:
            self.stdout.write(_compose_message_by_name(options["for"]), ending="")
            return
        if not options["send"]:
            self.stdout.write(digest(digest_facts()), ending="")
            return
        with hold_lease(DIGEST, patience=PATIENCE) as lease:  # another host's cron may run it too
            if lease is None:
                raise CommandError("another process has been sending the digest for two minutes; nothing was sent here")
            with recorded_job(DIGEST) as run:  # the job includes the choice of channels, which can fail
                now = timezone.now()  # one time for all steps, because midnight may pass while a channel is slow
                channels, sent = _load_channels(now), _load_sent_times(get_today(now))
                missing = {name: each for name, each in channels.items() if options["again"] or name not in sent}
                if channels and not missing:
                    run.message = f"the digest was sent today at {timezone.localtime(max(sent.values())):%H:%M}"
                    self.stdout.write(f"{run.message}; --again sends it once more")
                    return
                self._send(missing, digest(digest_facts(now)), get_today(now))

    def _send(self, channels: Mapping[str, _Channel], text: str, day: date) -> None:
        if not channels and _has_readers():
            self.stdout.write("Nobody has anything to read today; nothing was sent.")
            return
        if not channels:
            raise CommandError(
                "nowhere to send to: set SLACK_WEBHOOK_URL or DIGEST_RECIPIENTS in .env, or PUBLIC_URL and an email "
                "address of somebody in the team"
            )
        failed = [error for name, channel in channels.items() if (error := self._send_to(name, channel, text, day))]
        if failed:
            raise CommandError("; ".join(failed))

    def _send_to(self, name: str, channel: _Channel, text: str, day: date) -> str:
        """Send to one channel. Return the error, or an empty string, so that the next channel is still tried."""
        try:
            kept = channel.send(text)
        except NotDelivered as error:
            return str(error)
        _note_sent(name, channel.label, kept, day)
        self.stdout.write(f"sent to {channel.label}")
        return ""


@dataclass(frozen=True)
class _Channel:
    """A destination of the digest."""

    send: Callable[[str], str]
    """Send the given digest. A member's channel ignores it, and sends the member's own message.

    Return the text to store in ``DigestDelivery``.
    """
    label: str
    """The channel's name in the line “sent to …”."""


def _load_channels(now: datetime) -> dict[str, _Channel]:
    """Return the channels by the name under which their deliveries are stored.

    To choose the members, ``load_members_to_message`` may have to count the rows of saved views.
    """
    channels = {name: _Channel(_keep_no_text(each.send), each.label) for name, each in list_team_channels().items()}
    if settings.PUBLIC_URL:
        members = load_members_to_message(get_today(now))
        channels |= {f"member {member.pk}": _make_member_channel(member, now) for member in members}
    return channels


def _has_readers() -> bool:
    """Return whether any member would get a message if there were something to report."""
    return bool(settings.PUBLIC_URL) and TeamMember.objects.exclude(email="").filter(gets_messages=True).exists()


def _keep_no_text(send: Callable[[str], None]) -> Callable[[str], str]:
    """Wrap ``send`` so that no text is logged, because the digest names prospects."""

    def send_only(text: str) -> str:
        send(text)
        return ""

    return send_only


def _make_member_channel(member: TeamMember, now: datetime) -> _Channel:
    def send(_: str) -> str:
        news = view_news(member, get_today(now))
        text, stop = _compose_message(member, news, now)
        send_mail_to([member.email], text.partition("\n")[0], text, stop_address=stop)
        note_reported(news, get_today(now))
        return text

    return _Channel(send, member.email)


def _compose_message(member: TeamMember, news: Sequence[ViewNews], now: datetime) -> tuple[str, str]:
    """Return the member's message, and the address that stops the messages."""
    stop = build_site_address(reverse("pardot:stop-messages", args=[make_stop_token(member)]))
    return compose_personal_message(load_work_facts(now), member, news, stop_address=stop), stop


def _compose_message_by_name(name: str) -> str:
    try:
        member, now = require_member_by_name(name), timezone.now()
        return _compose_message(member, view_news(member, get_today(now)), now)[0]
    except UnknownMember as error:
        raise CommandError(str(error)) from error


def _load_sent_times(day: date) -> dict[str, datetime]:
    """Return the channels to which the day's message was sent, each with the time of sending."""
    return dict(DigestDelivery.objects.filter(day=day, alert=None).values_list("channel", "sent_at"))


def _note_sent(channel: str, recipient: str, text: str, day: date) -> None:
    values = {"sent_at": timezone.now(), "recipient": recipient, "text": text}
    DigestDelivery.objects.update_or_create(day=day, channel=channel, alert=None, defaults=values)
    DigestDelivery.objects.filter(day__lt=day - _KEPT, alert=None).delete()
