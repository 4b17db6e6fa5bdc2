"""Mark the browser tests as slow, so that ``make test`` ends within ten minutes on two cores.

``make test`` keeps the two modules which show that all pages work together. ``make slow`` runs the tests marked here,
except those that take screenshots (``make screenshots``). ``make slow`` also runs the tests that other modules mark as
slow: whole installations, many kinds of faults, killed servers. ``.ci/run`` runs ``make test`` and ``make slow``.
"""

from __future__ import annotations

import pytest

PAGES = "tests.browser"
PAGES_OF_MAKE_TEST = {f"{PAGES}.test_frame", f"{PAGES}.test_the_twelve_jobs"}


def mark_slow_tests(items: list[pytest.Item]) -> None:
    for item in items:
        module = item.module.__name__ if isinstance(item, pytest.Function) else ""
        if module.startswith(f"{PAGES}.") and module not in PAGES_OF_MAKE_TEST:
            item.add_marker("slow")
