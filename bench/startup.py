"""How long ``manage.py`` and a gunicorn worker take to begin, against a bare Django project with the same apps."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from bench.report import Result
from bench.service import gunicorn
from bench.world import ROOT

MOST = 1.3

_PROCESSORS = ("template.context_processors.request", "contrib.auth.context_processors.auth",
               "contrib.messages.context_processors.messages")  # fmt: skip
BARE_SETTINGS: dict[str, Any] = {
    "SECRET_KEY": "bench",
    "USE_TZ": True,
    "INSTALLED_APPS": [
        "ninja", "rest_framework", "django_crontab", "django.contrib.admin", "django.contrib.auth",
        "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages",
        "django.contrib.staticfiles",
    ],
    "MIDDLEWARE": [
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    "TEMPLATES": [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {"context_processors": [f"django.{name}" for name in _PROCESSORS]},
        }
    ],
    "DATABASES": {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "none"}},
}  # fmt: skip
_BARE_COMMAND = f"""
from django.conf import settings
settings.configure(**{BARE_SETTINGS!r})
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", "--help"])
"""
_ENVIRONMENT = {"DEBUG": "on", "SFAPI_ENV_FILE": ""}


def startup(runs: int) -> Iterator[Result]:
    yield _compared(
        "start of manage.py --help",
        lambda: _run("manage.py", "--help"),
        lambda: _run("-c", _BARE_COMMAND),
        max(runs, 5),
    )
    yield _compared(
        "start of gunicorn with one worker, to its first answer",
        lambda: _serve("sfapi.wsgi:application"),
        lambda: _serve("bench.bare_site:application"),
        max(runs, 5),
    )


def _compared(what: str, ours: Callable[[], float], bare: Callable[[], float], runs: int) -> Result:
    """In turns; the median of the ratios."""
    pairs = [(ours(), bare()) for _ in range(runs)]
    ratio = statistics.median(mine / theirs for mine, theirs in pairs)
    mine, theirs = (statistics.median(pair[which] for pair in pairs) for which in (0, 1))
    detail = f"{mine:.2f} s against {theirs:.2f} s"
    return Result(what, f"{ratio:.2f} × bare Django", f"{MOST} × at most", ratio <= MOST, detail)


def _run(*arguments: str) -> float:
    began = time.monotonic()
    subprocess.run([sys.executable, *arguments], cwd=ROOT, env=_ENVIRONMENT, stdout=subprocess.DEVNULL, check=True)
    return time.monotonic() - began


def _serve(application: str) -> float:
    """Without its end."""
    began = time.monotonic()
    with gunicorn(application, ["--workers=1"], _ENVIRONMENT):
        return time.monotonic() - began
