"""``make quick`` chooses tests by fixtures and imports.

Of the browser tests, ``make test`` runs only two modules.
"""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from tests.slow import PAGES, PAGES_OF_MAKE_TEST


def is_quick(request: pytest.FixtureRequest) -> bool:
    return request.node.get_closest_marker("quick") is not None


@pytest.fixture
def fixture_with_database(db: None) -> str:
    return "This fixture depends on the database."


def test_a_test_that_starts_nothing_is_quick(request: pytest.FixtureRequest) -> None:
    assert is_quick(request)


def test_a_test_whose_fixture_needs_the_database_is_not_quick(
    request: pytest.FixtureRequest, fixture_with_database: str
) -> None:
    assert not is_quick(request)


@pytest.mark.django_db
def test_a_test_marked_django_db_is_not_quick(request: pytest.FixtureRequest) -> None:
    assert not is_quick(request)


def test_tests_that_start_processes_are_not_quick(request: pytest.FixtureRequest) -> None:
    from tests import test_demo, test_warm

    tests = [item for item in request.session.items if getattr(item, "module", None) in {test_demo, test_warm}]
    assert not [item.name for item in tests if item.get_closest_marker("quick")]


def test_the_browser_modules_kept_by_make_test_exist_and_the_others_are_slow(request: pytest.FixtureRequest) -> None:
    for item in request.session.items:
        module = item.module.__name__ if isinstance(item, pytest.Function) else ""
        if module.startswith(PAGES):
            assert bool(item.get_closest_marker("slow")) == (module not in PAGES_OF_MAKE_TEST), item.nodeid
    assert all(find_spec(name) for name in PAGES_OF_MAKE_TEST)
