"""The cron table, and the paths of Python and ``manage.py`` in the lines of a crontab.

``manage.py crontab add`` writes each entry as the plain command. ``run`` is for crontab lines that earlier releases
wrote. Such a line starts django-crontab, which calls ``run``, swallows all its exceptions (``SystemExit`` too) and
exits with 0. So ``run`` does not do the work: it replaces its process with the ordinary command (``exec``).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from sfapi.sync_every import BOOKS, DAY, INTERDEPENDENT, build_cron_expression, parse_sync_every

_MANAGE = Path(__file__).resolve().parents[1] / "manage.py"

CRONJOBS = [
    ("0 5 * * *", "sfapi.cron.run", ["sync_all"]),
    ("0 4 * * 0", "sfapi.cron.run", ["sync_all", "--force"]),
    ("45 23 * * 6", "sfapi.cron.run", ["sync_books"]),
    ("0 3 * * 0", "sfapi.cron.run", ["cleanup_logs"]),
    ("* * * * *", "sfapi.cron.run", ["deliver_pending"]),
    ("*/5 * * * *", "sfapi.cron.run", ["sync_retry"]),
    ("0 6 * * *", "sfapi.cron.run", ["camp_sync"]),
    ("30 6 * * 3", "sfapi.cron.run", ["camp_sync", "--scout"]),
    ("30 6 * * 0", "sfapi.cron.run", ["camp_sync", "--survey"]),
    ("0 7 1 * *", "sfapi.cron.run", ["camp_sync", "--survey", "--full"]),
    ("*/15 * * * *", "sfapi.cron.run", ["camp_alerts"]),
    ("0 8 * * 1-5", "sfapi.cron.run", ["camp_digest", "--send"]),
]


Job = tuple[str, str, list[str]]

DAILY = parse_sync_every("1d")
_RUN = "sfapi.cron.run"
_QUIET = "--quiet"
_WAITING = ["--wait", "30"]
"""The weekly full read waits for a sync that is under way.
Otherwise, it would be skipped until next week."""


def list_scheduled_jobs(
    *, pardot: bool, digest: bool, alerts: bool = True, every: Mapping[str, timedelta] = DAILY
) -> list[Job]:
    """Return the jobs to schedule.

    ``pardot``, ``digest`` and ``alerts`` say whether these are set up; ``every`` is the value of ``SYNC_EVERY``.
    """
    is_set_up = {"camp_sync": pardot, "camp_digest": pardot and digest, "camp_alerts": pardot and digest and alerts}
    jobs = [_with_pace(job, every) for job in CRONJOBS if is_set_up.get(job[2][0], True)]
    return jobs + _build_frequent_jobs(every)


def _with_pace(job: Job, every: Mapping[str, timedelta]) -> Job:
    """Return the job with the schedule for ``every``. Frequent syncs are quiet: cron mails all output."""
    expression, function, arguments = job
    pauses = {"sync_all": _compute_sync_all_pause(every), "sync_books": every[BOOKS]}
    if arguments == ["sync_all", "--force"]:
        often = any(pause < DAY for pause in every.values())
        return (expression, function, [*arguments, *_WAITING]) if often else job
    pause = pauses.get(arguments[0])
    if pause is None:
        return job
    quiet = [_QUIET] if pause < DAY else []
    daily = "45 23 * * *" if arguments[0] == "sync_books" and pause == DAY else expression
    return build_cron_expression(pause, daily), function, [*arguments, *quiet]


def _build_frequent_jobs(every: Mapping[str, timedelta]) -> list[Job]:
    """Return a job for each object of ``sync_all`` that is synced more often than ``sync_all`` runs."""
    often = [name for name in INTERDEPENDENT if every[name] < _compute_sync_all_pause(every)]
    return [(build_cron_expression(every[name], ""), _RUN, [f"sync_{name}", _QUIET]) for name in often]


def _compute_sync_all_pause(every: Mapping[str, timedelta]) -> timedelta:
    return max(every[name] for name in INTERDEPENDENT)


def find_checkout_as_typed(root: Path) -> Path:
    """Return the checkout's path as the operator typed it: a link such as ``current`` stays a link."""
    for working_folder in (os.environ.get("PWD"), "."):
        with suppress(OSError):
            # Not resolve(), which would follow the link.
            folder = Path(os.path.abspath(Path(working_folder or ".", sys.argv[0]))).parent  # noqa: PTH100
            if (folder / "manage.py").samefile(_MANAGE):
                return folder
    return root


def find_python_as_typed(root: Path, typed: Path) -> str:
    """Return this Python's path, below the typed path if Python is part of the checkout."""
    python = Path(sys.executable)
    return str(typed / python.relative_to(root) if python.is_relative_to(root) else python)


def run(*arguments: str) -> None:
    """Replace this process by ``manage.py arguments``."""
    os.execv(sys.executable, [sys.executable, str(_MANAGE), *arguments])  # noqa: S606 - no shell is meant
