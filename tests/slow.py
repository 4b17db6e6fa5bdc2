"""Tell which tests ``make test`` leaves to ``make slow``, so that it comes back within ten minutes on two cores.

They are those marked ``slow``: whole installations, surveys of faults, servers that are killed. And the pages in a
browser, but for the modules that show that all of them work together. ``.ci/run`` runs both.
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
