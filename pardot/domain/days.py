"""The current day, as the dashboard counts days."""

from datetime import date, datetime

from django.utils import timezone


def today(now: datetime | None = None) -> date:
    """Return the current date in ``TIME_ZONE``, the day that the dashboard shows."""
    return timezone.localtime(now or timezone.now()).date()
