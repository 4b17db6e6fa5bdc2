"""Put times, ages and numbers into words for the operators' page."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone


def told_age(seconds: float | None) -> str:
    """Return ``3 min``; ``never`` without an age."""
    if seconds is None:
        return "never"
    if seconds < 90:
        return f"{round(max(seconds, 0))} s"
    if seconds < 120 * 60:
        return f"{round(seconds / 60)} min"
    return f"{round(seconds / 3600)} h" if seconds < 48 * 3600 else f"{round(seconds / 86400)} days"


def told_span(span: timedelta) -> str:
    return told_age(span.total_seconds())


def told_seconds(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 10 else told_age(seconds)


def told_moment(moment: datetime, now: datetime | None = None) -> str:
    """Return the time of day, with the date unless it is today."""
    local, today = timezone.localtime(moment), timezone.localtime(now or timezone.now()).date()
    return f"{local:%H:%M}" if local.date() == today else f"{local:%a, %b} {local.day}, {local:%H:%M}"


_LABELS = {
    "sf_health": "Salesforce health",
    "sf_campaign_dates": "Campaign dates",
    "campaign_member_counts": "Member counts",
    "activities": "Visitor activities",
}


def label_of(name: str) -> str:
    """Return ``List emails`` for ``list_emails``: the names of the dashboard."""
    return _LABELS.get(name) or name.replace("_", " ").capitalize()
