"""Measure the coverage of processes that tests start, for `make coverage`.

Coverage starts in processes whose environment has ``COVERAGE_PROCESS_CONFIG``. Tests give most processes their own
environment without that variable.
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
    """Add coverage's variable to the environment of every process, if coverage measures the tests."""
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
    """Start coverage in a forked process, where Python's start-up hook does not run."""
    if VARIABLE in os.environ:
        import coverage

        coverage.process_startup()
