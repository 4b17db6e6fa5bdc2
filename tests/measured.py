"""Measure the processes that tests start, not only the tests' own: `make coverage`.

Coverage starts in a process whose environment has ``COVERAGE_PROCESS_CONFIG``. Tests give most processes an environment
of their own, without it.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

VARIABLE = "COVERAGE_PROCESS_CONFIG"


@contextmanager
def measured_starts() -> Iterator[None]:
    """While coverage measures the tests, give its variable to every process."""
    if VARIABLE not in os.environ:
        yield
        return
    usual = subprocess.Popen.__init__

    def start(popen: Any, *arguments: Any, **options: Any) -> None:
        if options.get("env") is not None and VARIABLE in os.environ:
            options["env"] = {VARIABLE: os.environ[VARIABLE], **options["env"]}
        usual(popen, *arguments, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subprocess.Popen, "__init__", start)
        yield


def measure_this_process() -> None:
    """Begin in a process that was forked, where Python's own start was long before."""
    if VARIABLE in os.environ:
        import coverage

        coverage.process_startup()
