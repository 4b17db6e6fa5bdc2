"""Mark quick tests: those that need no database, server, browser, simulator or other process.

The mark follows from a test's fixtures and its module's imports, so nobody has to set it. Tests marked ``slow``,
``soak`` or ``screenshots`` are never quick. ``make quick`` runs the quick tests, before a commit for example.
"""

from __future__ import annotations

import subprocess
from typing import Any

import pytest

from tests.simulated import start_simulator

FIXTURES = {
    "_django_db_helper",
    "db",
    "transactional_db",
    "django_db_setup",
    "simulator_process",
    "running",
    "deployed",
}
"""Most fixtures with a database, a server or the simulator depend on one of these.

A test with any other such fixture is found by the imports of its module (``MODULES``).
"""
MODULES = {
    "http.server", "socket", "socketserver", "tests.api.accounts_server", "tests.api.own_postgresql",
    "tests.api.replicated", "tests.api.served", "tests.conformance.environments", "tests.pooled", "tests.ports",
    "tests.sentry", "tests.sf.processes", "tests.simulator.running", "tests.standby",
}  # fmt: skip
"""Modules for processes, servers and ports.

Tests in a module that imports one, or a class or function from one, are not quick.
"""


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
    return (
        value is subprocess
        or value is start_simulator
        or bool(MODULES & {getattr(value, "__module__", None), getattr(value, "__name__", None)})
    )
