from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pardot.reports.alerts import (
    compose_alert_message,
    load_current_conditions,
    note_alerts_sent,
    note_conditions,
    select_unsent_alerts,
)
from pardot.reports.channels.errors import NotDelivered
from pardot.reports.team_channels import TeamChannel, list_team_channels
from pardot.status.expectations import ALERTS
from sf.ingest.jobs import recorded_often
from sf.ingest.lease import hold_lease

_PATIENCE = timedelta(minutes=1)
"""The longest wait for another run of this command. After that, this run ends and sends nothing."""


class Command(BaseCommand):
    requires_system_checks = []  # slow: the checks load every route

    help = (
        "Alert the team in Slack and by mail when the grade fell, the score is below the threshold in the dashboard's "
        "settings, or a sync failed or is overdue. Each occurrence is sent once. Cron runs this command every "
        "15 minutes."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        with recorded_often(ALERTS), hold_lease(ALERTS, patience=_PATIENCE) as lease:
            if lease is None:
                return
            channels = list_team_channels()
            if not channels:
                raise CommandError("nowhere to send to: set SLACK_WEBHOOK_URL or DIGEST_RECIPIENTS in .env")
            note_conditions(load_current_conditions())
            failed = [error for name, channel in channels.items() if (error := self._send(name, channel))]
            if failed:
                raise CommandError("; ".join(failed))

    def _send(self, name: str, channel: TeamChannel) -> str:
        """Send the alerts that this channel has not received yet. Return the error, or an empty string."""
        alerts = list(select_unsent_alerts(name))
        if not alerts:
            return ""
        try:
            channel.send(compose_alert_message(alerts))
        except NotDelivered as error:
            return str(error)
        note_alerts_sent(name, channel.label, alerts)
        self.stdout.write(f"sent to {channel.label}: {'; '.join(alert.text for alert in alerts)}")
        return ""
