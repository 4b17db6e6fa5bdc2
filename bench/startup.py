"""How long ``manage.py`` takes to begin, against a bare Django project with the same apps."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator

from bench.report import Result
from bench.world import ROOT

_BARE = """
import sys
from django.conf import settings
settings.configure(
    SECRET_KEY="bench", USE_TZ=True,
    INSTALLED_APPS=["ninja", "django_crontab", "django.contrib.admin", "django.contrib.auth",
                    "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages",
                    "django.contrib.staticfiles"],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "OPTIONS": {"context_processors": [
        "django.template.context_processors.request", "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages"]}}],
    DATABASES={"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "none"}},
)
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", "--help"])
"""


def startup(runs: int) -> Iterator[Result]:
    ours, bare = [], []
    for _ in range(max(runs, 5)):
        ours.append(_seconds([sys.executable, "manage.py", "--help"]))
        bare.append(_seconds([sys.executable, "-c", _BARE]))
    ratio = statistics.median(mine / theirs for mine, theirs in zip(ours, bare, strict=True))
    yield Result(
        "start of manage.py --help",
        f"{ratio:.2f} × bare Django",
        "1.3 × at most",
        ratio <= 1.3,
        f"{statistics.median(ours):.2f} s against {statistics.median(bare):.2f} s",
    )


def _seconds(command: list[str]) -> float:
    began = time.monotonic()
    subprocess.run(command, cwd=ROOT, env={"DEBUG": "on", "SFAPI_ENV_FILE": ""}, stdout=subprocess.DEVNULL, check=True)
    return time.monotonic() - began
