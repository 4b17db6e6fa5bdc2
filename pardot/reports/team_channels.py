"""List the configured channels that the whole team reads: Slack, and the digest's mail addresses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings

from pardot.reports.channels.mail import send_mail_to
from pardot.reports.channels.slack import post_to_slack


@dataclass(frozen=True)
class TeamChannel:
    """A destination. ``send`` may raise ``NotDelivered``.

    ``label`` is the name in the line “sent to …” that ``camp_digest`` and ``camp_alerts`` print.
    """

    send: Callable[[str], None]
    label: str


def list_team_channels() -> dict[str, TeamChannel]:
    """Return the configured channels by name. ``DigestDelivery`` stores deliveries under the same names."""
    channels = {}
    if url := settings.SLACK_WEBHOOK_URL:
        channels["slack"] = TeamChannel(lambda text: post_to_slack(url, text), "Slack")
    if recipients := settings.DIGEST_RECIPIENTS:
        mail = lambda text: send_mail_to(recipients, text.partition("\n")[0], text)  # noqa: E731
        channels["mail"] = TeamChannel(mail, ", ".join(recipients))
    return channels
