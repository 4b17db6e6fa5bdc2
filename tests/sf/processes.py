"""Start commands as processes, wait for an effect, and kill the processes.

Tests start commands with the fixture ``start``, which kills them at the end.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable

from tests.simulated import ROOT, Simulator, environment

WAIT_SECONDS = 60

Start = Callable[..., subprocess.Popen[str]]


def start_process(simulator: Simulator, database: str, *arguments: str, **more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment(simulator.variables, database, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def kill(process: subprocess.Popen[str]) -> None:
    """Kill the process with SIGKILL unless it has ended, and close its pipes."""
    process.kill()
    if process.stdout and not process.stdout.closed:
        process.communicate()


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"timed out after {WAIT_SECONDS} seconds"
        time.sleep(0.02)
