"""Marks: ``make quick`` chooses tests by fixtures and imports; ``make test`` leaves out pages by a list."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from tests.slow import PAGES, PAGES_OF_MAKE_TEST


def is_quick(request: pytest.FixtureRequest) -> bool:
    return request.node.get_closest_marker("quick") is not None


@pytest.fixture
def much(db: None) -> str:
    return "It asks the database for something."


def test_one_that_asks_for_nothing_is(request: pytest.FixtureRequest) -> None:
    assert is_quick(request)


def test_one_with_a_database_somewhere_behind_it_is_not(request: pytest.FixtureRequest, much: str) -> None:
    assert not is_quick(request)


@pytest.mark.django_db
def test_one_with_a_mark_is_not(request: pytest.FixtureRequest) -> None:
    assert not is_quick(request)


def test_those_that_start_processes_are_not(request: pytest.FixtureRequest) -> None:
    from tests import test_demo, test_warm

    tests = [item for item in request.session.items if getattr(item, "module", None) in {test_demo, test_warm}]
    assert not [item.name for item in tests if item.get_closest_marker("quick")]


def test_the_pages_that_make_test_keeps_exist_and_the_others_are_slow(request: pytest.FixtureRequest) -> None:
    for item in request.session.items:
        module = item.module.__name__ if isinstance(item, pytest.Function) else ""
        if module.startswith(PAGES):
            assert bool(item.get_closest_marker("slow")) == (module not in PAGES_OF_MAKE_TEST), item.nodeid
    assert all(find_spec(name) for name in PAGES_OF_MAKE_TEST)
