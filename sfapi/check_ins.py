"""Report the start and end of scheduled jobs to Sentry, which notices a job that did not run.

The first check-in of a job with one schedule creates its monitor. Source: https://docs.sentry.io/product/crons/
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.conf import settings

_MARGIN_MINUTES = 10
_EVERY_MINUTE = "* * * * *"
_LONGEST_SLUG = 50


@contextmanager
def checked_in(words: Sequence[str]) -> Iterator[None]:
    """Report this command to Sentry if it is a line of the cron table, and Sentry is configured."""
    schedules = [expression for expression, _, arguments in settings.CRONJOBS if list(arguments) == list(words)]
    if not schedules or "sentry_sdk" not in sys.modules:
        yield
        return
    monitor = {"monitor_slug": _make_slug(words), "monitor_config": _build_monitor_config(schedules)}
    # A job that runs every minute reports only its end.
    began = time.monotonic()
    check_in = None if _EVERY_MINUTE in schedules else _report("in_progress", **monitor)
    status = "error"
    try:
        yield
        status = "ok"
    except SystemExit as error:
        status = "error" if error.code else "ok"
        raise
    finally:
        _report(status, check_in_id=check_in, duration=time.monotonic() - began, **monitor)


def _report(status: str, **values: Any) -> str | None:
    from sentry_sdk.crons import capture_checkin  # noqa: PLC0415 - only where Sentry is configured

    return capture_checkin(status=status, **values)


def _make_slug(words: Sequence[str]) -> str:
    return re.sub(r"[^a-z0-9]+", "-", " ".join(["sfapi", *words]).lower())[:_LONGEST_SLUG].strip("-")


def _build_monitor_config(schedules: Sequence[str]) -> dict[str, Any] | None:
    """Return the monitor's settings; ``None`` for a job with several lines: a monitor has one schedule."""
    if len(schedules) > 1:
        return None
    return {
        "schedule": {"type": "crontab", "value": schedules[0]},
        "timezone": settings.TIME_ZONE,
        "checkin_margin": _MARGIN_MINUTES,
        "max_runtime": settings.SYNC_MAX_HOURS * 60,
        "failure_issue_threshold": 1,
        "recovery_threshold": 1,
    }
