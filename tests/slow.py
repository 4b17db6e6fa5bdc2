"""Mark tests that ``make test`` leaves out, so that it ends within ten minutes on two cores.

``make slow`` runs these tests: whole installations, many kinds of faults, killed servers, and the pages in a browser.
``make test`` keeps the two modules which show that all pages work together. ``.ci/run`` runs both commands.
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
