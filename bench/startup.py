"""Compare the start times of SFAPI and of a bare Django project with SFAPI's apps."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping

from bench.report import Result
from bench.service import gunicorn
from bench.world import ROOT

MOST = 1.3

_OURS = {"DEBUG": "on", "SFAPI_ENV_FILE": ""}
_BARE = {**_OURS, "DJANGO_SETTINGS_MODULE": "bench.bare_settings"}


def startup(runs: int) -> Iterator[Result]:
    yield _compare(
        "start of manage.py --help",
        lambda: _run("manage.py", _OURS),
        lambda: _run("-mdjango", _BARE),
        max(runs, 5),
    )
    yield _compare(
        "start of gunicorn with one worker, to its first answer",
        lambda: _serve("sfapi.wsgi:application", _OURS),
        lambda: _serve("bench.bare_site:application", _BARE),
        max(runs, 5),
    )


def _compare(what: str, ours: Callable[[], float], bare: Callable[[], float], runs: int) -> Result:
    """Measure both in turns, and compare the median of the ratios with the limit."""
    pairs = [(ours(), bare()) for _ in range(runs)]
    ratio = statistics.median(mine / theirs for mine, theirs in pairs)
    mine, theirs = (statistics.median(pair[which] for pair in pairs) for which in (0, 1))
    detail = f"{mine:.2f} s against {theirs:.2f} s"
    return Result(what, f"{ratio:.2f} × bare Django", f"{MOST} × at most", ratio <= MOST, detail)


def _run(program: str, environment: Mapping[str, str]) -> float:
    began = time.monotonic()
    command = [sys.executable, program, "--help"]
    subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, check=True)
    return time.monotonic() - began


def _serve(application: str, environment: Mapping[str, str]) -> float:
    """Measure the start, without the end of the process."""
    began = time.monotonic()
    with gunicorn(application, ["--workers=1"], environment):
        return time.monotonic() - began
