"""The cron table, and the paths by which its lines start this checkout.

``manage.py crontab add`` writes each entry as the plain command. ``run`` is for the lines of earlier releases:
there django-crontab calls a function, swallows whatever it raises (``SystemExit`` too) and exits with 0. The
function therefore does not do the work: it *becomes* the ordinary command, by ``exec``.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

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
    ("0 8 * * 1-5", "sfapi.cron.run", ["camp_digest", "--send"]),
]


def scheduled_jobs(*, pardot: bool, digest: bool) -> list[tuple[str, str, list[str]]]:
    """Return the jobs to schedule, with or without Pardot, and with or without a destination of the digest."""
    wanted = {"camp_sync": pardot, "camp_digest": pardot and digest}
    return [job for job in CRONJOBS if wanted.get(job[2][0], True)]


def checkout_as_typed(root: Path) -> Path:
    """Return the checkout by the path that the operator typed, so that a link such as ``current`` is not resolved."""
    for working_folder in (os.environ.get("PWD"), "."):
        with suppress(OSError):
            # Not resolve(), which would follow the link.
            folder = Path(os.path.abspath(Path(working_folder or ".", sys.argv[0]))).parent  # noqa: PTH100
            if (folder / "manage.py").samefile(_MANAGE):
                return folder
    return root


def python_as_typed(root: Path, typed: Path) -> str:
    """Return this Python's path, below the typed path if it is part of the checkout."""
    python = Path(sys.executable)
    return str(typed / python.relative_to(root) if python.is_relative_to(root) else python)


def run(*arguments: str) -> None:
    """Replace this process by ``manage.py arguments``."""
    os.execv(sys.executable, [sys.executable, str(_MANAGE), *arguments])  # noqa: S606 - no shell is meant
