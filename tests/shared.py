"""Make something once for all processes of a test run: the first makes it, the others wait."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest

Make = Callable[[Path], None]


def make_once(factory: pytest.TempPathFactory, name: str, make: Make) -> Path:
    """Return the test run's folder for ``name``, filled by ``make``.

    After a failure the next caller tries again.
    """
    run = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        run = run.parent
    folder = run / f"shared-{name}"
    with (run / f"shared-{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            make(partial := factory.mktemp(name))
            partial.rename(folder)
    return folder
