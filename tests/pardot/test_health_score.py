"""``/health-score``: the score overall, by area and by person, and the counts behind it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from pardot.domain.issues import BY_KEY
from tests.api.conftest import anonymous, cookies, super_user, user  # noqa: F401 - fixtures
from tests.pardot.score_factories import exempt, finish_sync, form, mark_read, member, weigh

# ruff: noqa: F811 - fixtures that are imported

pytestmark = pytest.mark.django_db

URL = "/api/v1/pardot/health-score"


def test_no_area_or_person_has_a_score_before_the_first_sync(super_user: Client) -> None:
    member("Ada Example", "forms")
    body = super_user.get(URL).json()
    assert (body["overall"], body["grade"], body["audited_at"]) == (None, None, None)
    assert set(body["issue_counts"]) == set(BY_KEY)
    assert set(body["issue_counts"].values()) == {None}
    for area in body["by_area"]:
        assert [area[name] for name in ("score", "grade", "items", "demerits", "weight", "points_lost")] == [None] * 6
    assert [(person["score"], person["grade"]) for person in body["by_person"]] == [(None, None)]


def test_each_area_reports_the_points_that_it_costs(super_user: Client) -> None:
    """Forms lose 4 × 5 = 20 of 100 points, and have the weight ln (1 + 4) = 1.6094.

    Lists lose none, and have the least weight: ln 2 = .6931. The two weights add up to 2.3026, so forms cost
    20 × 1.6094 ÷ 2.3026 = 13.98 points. The overall score is 86.02, rounded to 86.
    """
    weigh(forms_no_campaign=5)
    member("Ada Example", "forms", role="Writer", label="Ada")
    for _ in range(4):
        form()
    now = timezone.now()
    mark_read("forms", "lists", until=now)
    finish_sync(now=now)
    body = super_user.get(URL).json()
    assert (body["overall"], body["grade"]) == (86, "B")
    areas = {area["area"]: area for area in body["by_area"]}
    assert areas["forms"] == {
        "area": "forms", "label": "Forms", "score": 80, "grade": "B", "items": 4, "demerits": 20.0, "weight": 1.6094,
        "points_lost": 13.98, "owners": ["Ada Example"],
    }  # fmt: skip
    assert (areas["lists"]["items"], areas["lists"]["points_lost"]) == (0, 0)
    assert body["by_person"] == [
        {"name": "Ada Example", "label": "Ada", "role": "Writer", "areas": ["forms"], "score": 80, "grade": "B"}
    ]
    assert (body["issue_counts"]["forms_no_campaign"], body["issue_counts"]["forms_errors"]) == (4, None)


def test_the_number_of_queries_does_not_grow(super_user: Client, django_assert_max_num_queries: Any) -> None:
    for number in range(20):
        exempt(form())
        member(f"Person {number}", "forms")
    mark_read("forms")
    finish_sync()
    with django_assert_max_num_queries(5):  # caller, summaries, exemptions, team, configuration
        assert super_user.get(URL).status_code == 200
