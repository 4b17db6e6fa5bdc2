"""Which tests ``make quick`` runs is told from what they ask for."""

from __future__ import annotations

import pytest


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
