"""The cron table, and how a scheduled job runs.

django-crontab calls a function, swallows whatever it raises (``SystemExit`` too) and exits 0. So the function does
not do the work: it *becomes* the ordinary command, by ``exec``. The exit status, the log line, the ``SyncRun`` row
and the report to Sentry are then the command's own, and ``.env`` is read as for any other command.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

_MANAGE = Path(__file__).resolve().parents[1] / "manage.py"

CRONJOBS = [
    ("0 5 * * *", "sfapi.cron.run", ["sync_all"]),
    ("0 4 * * 0", "sfapi.cron.run", ["sync_all", "--force"]),
    ("45 23 * * 6", "sfapi.cron.run", ["sync_books"]),
    ("0 3 * * 0", "sfapi.cron.run", ["cleanup_logs"]),
    ("* * * * *", "sfapi.cron.run", ["deliver_pending"]),
    ("0 6 * * *", "sfapi.cron.run", ["camp_sync"]),
    ("30 6 * * 3", "sfapi.cron.run", ["camp_sync", "--scout"]),
    ("30 6 * * 0", "sfapi.cron.run", ["camp_sync", "--survey"]),
    ("0 7 1 * *", "sfapi.cron.run", ["camp_sync", "--survey", "--full"]),
]


def scheduled_jobs(*, pardot: bool) -> list[tuple[str, str, list[str]]]:
    """What is scheduled where Pardot is configured, or is not."""
    return [job for job in CRONJOBS if pardot or job[2][0] != "camp_sync"]


def run(*arguments: str) -> None:
    """Replace this process by ``manage.py arguments``."""
    os.execv(sys.executable, [sys.executable, str(_MANAGE), *arguments])  # noqa: S606 - no shell is meant
