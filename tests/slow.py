"""Mark tests that ``make test`` leaves to ``make slow``, so that it ends within ten minutes on two cores.

These are tests marked ``slow`` (whole installations, surveys of faults, servers that are killed), and the pages in a
browser, except modules which show that all of them work together. ``.ci/run`` runs both.
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
