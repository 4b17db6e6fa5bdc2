"""Put times, durations and the names of objects into words for the operators' page."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from outgoing.numbers import format_count
from outgoing.times import format_age, format_clock_and_day

_SPANS = (("day", timedelta(days=1)), ("hour", timedelta(hours=1)))


def format_span(span: timedelta) -> str:
    """Return a span in whole units: ``90 minutes``, ``2 hours``."""
    unit, length = next((each for each in _SPANS if not span % each[1]), ("minute", timedelta(minutes=1)))
    number = round(span / length)
    return format_count(number, unit)


def format_seconds(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 10 else format_age(seconds)


def format_moment(moment: datetime, now: datetime | None = None) -> str:
    """Return the time of day with its zone, and the date unless it is today."""
    return format_clock_and_day(timezone.localtime(moment), timezone.localtime(now or timezone.now()).date())


_LABELS = {
    "sf_health": "Salesforce health",
    "sf_campaign_dates": "Campaign dates",
    "campaign_member_counts": "Member counts",
    "activities": "Visitor activities",
}


def label_of(name: str) -> str:
    """Return the label of an object, such as ``List emails`` for ``list_emails``."""
    return _LABELS.get(name) or name.replace("_", " ").capitalize()
