"""The current day in the time zone of the dashboard."""

from datetime import date, datetime

from django.utils import timezone


def get_today(now: datetime | None = None) -> date:
    """Return the current date in ``TIME_ZONE``, the day that the dashboard shows."""
    return timezone.localtime(now or timezone.now()).date()
