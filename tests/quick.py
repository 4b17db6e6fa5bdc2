"""Tell which tests are quick: those that need no database, no server, no browser, no simulator and no other process.

It is told from what a test asks for and what its module imports, so nobody has to remember a mark. ``make quick`` runs
them, before a commit for example.
"""

from __future__ import annotations

import subprocess
from typing import Any

import pytest

FIXTURES = {
    "_django_db_helper",
    "db",
    "transactional_db",
    "django_db_setup",
    "simulator_process",
    "running",
    "deployed",
}
"""What every fixture with a database, a server or the simulator behind it asks for, directly or not."""
MODULES = {
    "http.server", "socket", "socketserver", "tests.api.own_postgresql", "tests.api.replicated", "tests.api.served",
    "tests.conformance.environments", "tests.pooled", "tests.ports", "tests.sentry", "tests.sf.processes",
    "tests.simulator.running", "tests.standby",
}  # fmt: skip
"""What starts processes and servers for those who import it."""


def mark_quick_tests(items: list[pytest.Item]) -> None:
    for item in items:
        if isinstance(item, pytest.Function) and _is_quick(item) and not _is_long(item):
            item.add_marker("quick")


def _is_long(item: pytest.Function) -> bool:
    return any(item.get_closest_marker(name) for name in ("slow", "soak", "screenshots"))


def _is_quick(item: pytest.Function) -> bool:
    if FIXTURES & set(item.fixturenames) or item.get_closest_marker("django_db"):
        return False
    return not any(_starts_something(value) for value in vars(item.module).values())


def _starts_something(value: Any) -> bool:
    return value is subprocess or bool(MODULES & {getattr(value, "__module__", None), getattr(value, "__name__", None)})
