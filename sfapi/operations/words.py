"""Put times, durations and the names of objects into words for the operators' page."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from outgoing.numbers import plural
from outgoing.times import age_text, clock_and_day

_SPANS = (("day", timedelta(days=1)), ("hour", timedelta(hours=1)))


def span_text(span: timedelta) -> str:
    """Return a span in whole units: ``90 minutes``, ``2 hours``."""
    unit, length = next((each for each in _SPANS if not span % each[1]), ("minute", timedelta(minutes=1)))
    number = round(span / length)
    return plural(number, unit)


def seconds_text(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 10 else age_text(seconds)


def moment_text(moment: datetime, now: datetime | None = None) -> str:
    """Return the time of day with its zone, and the date unless it is today."""
    return clock_and_day(timezone.localtime(moment), timezone.localtime(now or timezone.now()).date())


_LABELS = {
    "sf_health": "Salesforce health",
    "sf_campaign_dates": "Campaign dates",
    "campaign_member_counts": "Member counts",
    "activities": "Visitor activities",
}


def label_of(name: str) -> str:
    """Return the label of an object, such as ``List emails`` for ``list_emails``."""
    return _LABELS.get(name) or name.replace("_", " ").capitalize()
