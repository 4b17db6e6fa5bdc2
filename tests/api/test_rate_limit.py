"""Rate limits hold across processes, for simultaneous requests, and in any time window."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import requests
from django.db import connection
from django.test import Client

from api.auth.api_keys import create_api_key
from api.domain.rates import Rate, parse_rate
from api.domain.scopes import Scope
from api.models import RateCount
from api.protection import rate_limit
from api.protection.held_passes import HeldPasses
from api.protection.rate_limit import forget_idle_counts, try_pass
from sf.ingest.runs import load_database_now
from sfapi.settings import base
from tests.api import records
from tests.api.cookies import CookieMaker
from tests.api.served import gunicorn

OTHER = "5a1d7c3e-0000-4000-8000-00000000abcd"


@pytest.mark.slow
def test_exactly_five_of_sixty_requests_to_four_processes_pass(database: str, cookies: CookieMaker) -> None:
    records.school("Example College")
    keys = [create_api_key(name="test", scopes=[Scope.READ_BOOKS]).text for _ in range(2)]
    with (
        gunicorn(
            database,
            SSO_SIGNATURE_PUBLIC_KEY=cookies.public_pem,
            SSO_ENCRYPTION_PRIVATE_KEY=cookies.encryption_key,
            SALESFORCE_API_RATE_LIMIT="5/hour",  # no window ends during the test
            SALESFORCE_SCHOOLS_RATE_LIMIT="5/hour",
        ) as url,
        ThreadPoolExecutor(60) as pool,
    ):

        def ask(headers: dict[str, str]) -> requests.Response:
            return requests.get(f"{url}/api/v1/schools?name=example", headers=headers, timeout=120)

        def statuses(headers: list[dict[str, str]]) -> Counter[int]:
            answers = list(pool.map(ask, headers))
            assert all(int(answer.headers["Retry-After"]) > 0 for answer in answers if answer.status_code == 429)
            return Counter(answer.status_code for answer in answers)

        # One user (one UUID) with two ids in the cookies, and made-up addresses.
        mine = [
            {"Cookie": f"oxa={cookies.cookie(user_id=number % 2)}", "X-Forwarded-For": f"192.0.2.{number}"}
            for number in range(60)
        ]
        assert statuses(mine) == {200: 5, 429: 55}
        assert statuses([{"Cookie": f"oxa={cookies.cookie(uuid=OTHER)}"}] * 2) == {200: 2}
        assert statuses([{"Authorization": f"Bearer {keys[0]}"}] * 20) == {200: 5, 429: 15}
        assert statuses([{"Authorization": f"Bearer {keys[1]}"}] * 2) == {200: 2}
        assert statuses([{"X-Forwarded-For": f"192.0.2.{number}"} for number in range(20)]) == {200: 5, 429: 15}


def test_the_default_limit_is_five_a_minute() -> None:
    assert os.environ.get("SALESFORCE_API_RATE_LIMIT", "5/min") == base.SALESFORCE_API_RATE_LIMIT


@pytest.fixture
def passes(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Rate], bool]:
    monkeypatch.setattr(rate_limit, "_held", HeldPasses())  # as in a process that has just started
    return lambda identity, rate: try_pass("test", identity, rate).passed


def flood(passes: Callable[[str, Rate], bool], rate: Rate, *, count: int) -> list[tuple[float, float]]:
    """Send requests until this many have passed; return the times before and after each pass."""
    times: list[tuple[float, float]] = []
    while len(times) < count:
        before = time.monotonic()
        if passes("somebody", rate):
            times.append((before, time.monotonic()))
    return times


def test_no_window_contains_more_requests_than_the_limit(passes: Callable[[str, Rate], bool]) -> None:
    rate = Rate(limit=5, seconds=1)
    times = flood(passes, rate, count=16)
    assert_spread(times, limit=5, seconds=1)


def assert_spread(times: list[tuple[float, float]], *, limit: int, seconds: float) -> None:
    """Require at most ``limit`` requests in any window.

    Each request passed between its two times.
    """
    for (first_before, _), (_, last_after) in zip(times, times[limit:], strict=False):
        assert last_after - first_before > seconds * 0.98


def test_each_pass_is_free_again_when_its_own_window_ends(passes: Callable[[str, Rate], bool]) -> None:
    rate = Rate(limit=2, seconds=600)
    assert passes("a", rate)
    time_goes_by(minutes=6)
    assert [passes("a", rate), passes("a", rate)] == [True, False]
    time_goes_by(minutes=5)
    assert [passes("a", rate), passes("a", rate)] == [True, False]
    assert passes("b", rate)


def time_goes_by(minutes: int) -> None:
    """Move the times of passed requests into the past."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE api_ratecount SET hits = ARRAY(SELECT hit - make_interval(mins => %s) FROM unnest(hits) AS hit)",
            [minutes],
        )


@pytest.mark.parametrize("rate", [Rate(limit=2, seconds=60), Rate(limit=300, seconds=60), Rate(4000, seconds=60)])
def test_a_caller_may_pass_again_after_postgresqls_clock_was_ahead(
    passes: Callable[[str, Rate], bool], rate: Rate
) -> None:
    while passes("a", rate):
        pass
    time_goes_by(-60 * 24)
    assert passes("a", rate)
    while passes("a", rate):
        pass
    assert try_pass("test", "a", rate).retry_after <= 61


def test_a_clock_that_is_set_back_a_little_frees_no_passes(passes: Callable[[str, Rate], bool]) -> None:
    rate = Rate(limit=2, seconds=60)
    assert [passes("a", rate) for _ in range(3)] == [True, True, False]
    time_goes_by(-1)
    assert not passes("a", rate)


def test_large_limits_are_never_exceeded_and_need_only_short_rows(passes: Callable[[str, Rate], bool]) -> None:
    rate = Rate(limit=300, seconds=1)
    times = flood(passes, rate, count=650)
    assert_spread(times, limit=300, seconds=1)
    row = RateCount.objects.get()
    assert len(row.hits) == len(row.totals) <= 103


def test_a_large_limit_may_be_used_up_in_each_window(
    passes: Callable[[str, Rate], bool],
) -> None:
    rate = Rate(limit=150, seconds=3600)
    for _ in range(2):
        assert [passes("a", rate) for _ in range(152)] == [True] * 150 + [False] * 2
        time_goes_by(minutes=61)


def test_two_processes_keep_a_limit_of_thousands_in_any_window(
    passes: Callable[[str, Rate], bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    rate = Rate(limit=2000, seconds=1)
    here, there = HeldPasses(), HeldPasses()
    times: list[tuple[float, float]] = []
    while len(times) < 2100:
        monkeypatch.setattr(rate_limit, "_held", there if len(times) % 3 else here)
        before = time.monotonic()
        if passes("somebody", rate):
            times.append((before, time.monotonic()))
    assert_spread(times, limit=2000, seconds=1)


def test_nearly_all_of_a_limit_of_thousands_may_be_used_and_never_more(passes: Callable[[str, Rate], bool]) -> None:
    rate = Rate(limit=5000, seconds=86_400)
    used = sum(passes("a", rate) for _ in range(5100))
    assert 4990 <= used <= 5000


def test_a_frequent_caller_with_a_large_limit_costs_few_queries(
    passes: Callable[[str, Rate], bool], django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(100):
        assert all(passes("often", Rate(limit=1_000_000, seconds=3600)) for _ in range(1000))


def test_held_passes_are_counted_when_they_are_fetched_and_lost_when_they_expire(
    passes: Callable[[str, Rate], bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    rate = Rate(limit=9000, seconds=3600)
    for _ in range(5):  # the first, second and fourth request fetch 1, 2 and 4 passes
        assert passes("a", rate)
    row = RateCount.objects.get()
    assert row.totals[-1] == 7
    assert row.hits[-1] > load_database_now() + timedelta(seconds=0.5)  # the passes expire after a second
    clock[0] += 1.0
    assert passes("a", rate)  # two held passes expire, so the next fetch takes only half as many as the last: 2
    assert RateCount.objects.get().totals[-1] == 9
    clock[0] += 60
    assert passes("a", rate)
    assert RateCount.objects.get().totals[-1] == 10


def test_held_passes_count_as_remaining(passes: Callable[[str, Rate], bool]) -> None:
    rate = Rate(limit=9000, seconds=3600)
    assert [try_pass("test", "a", rate).remaining for _ in range(12)] == list(range(8999, 8987, -1))


def test_a_lower_limit_applies_at_once(passes: Callable[[str, Rate], bool]) -> None:
    for _ in range(9):
        assert passes("a", Rate(10, 60))
    assert not passes("a", Rate(5, 60))
    assert passes("a", Rate(10, 60))
    assert not passes("a", Rate(10, 60))


def test_refused_requests_write_nothing(passes: Callable[[str, Rate], bool]) -> None:
    assert passes("a", Rate(1, 60))
    before = row_version()
    assert not passes("a", Rate(1, 60))
    assert row_version() == before


def row_version() -> Any:
    with connection.cursor() as cursor:
        cursor.execute("SELECT xmin, ctid FROM api_ratecount")
        return cursor.fetchone()


def test_the_table_of_rate_counts_is_unlogged(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'api_ratecount'")
        assert cursor.fetchone() == ("u",)


def test_counts_of_callers_who_stay_away_are_forgotten(passes: Callable[[str, Rate], bool]) -> None:
    passes("here", Rate(5, 60))
    passes("gone", Rate(5, 60))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE api_ratecount SET hits = ARRAY[now() - interval '3 days'] WHERE key = 'test:gone'")
    assert forget_idle_counts() == 1
    assert RateCount.objects.get().key == "test:here"


def test_the_salesforce_routes_share_one_limit_that_the_headers_report(user: Client, settings: Any) -> None:
    settings.SALESFORCE_API_RATE_LIMIT = "3/min"
    first = user.get("/api/v1/contact")
    assert first["RateLimit-Policy"] == '"salesforce";q=3;w=60'
    assert first["RateLimit"].startswith('"salesforce";r=2;t=')
    assert user.get("/api/v1/adoptions").status_code == 404
    assert user.get("/api/v1/schools?name=nothing").status_code == 404
    refused = user.get("/api/v1/contact")
    assert refused.status_code == 429
    assert refused["RateLimit"].startswith('"salesforce";r=0;t=')
    assert 55 <= int(refused["Retry-After"]) <= 60
    assert f"Try again in {refused['Retry-After']} seconds" in refused.json()["message"]
    assert user.get("/api/v1/me").status_code == 200
    assert Client().get("/api/v1/schools?name=nothing").status_code == 404


@pytest.mark.parametrize("path", ["contact", "adoptions", "adoptions?confirmed=true"])
def test_counting_costs_one_statement(user: Client, django_assert_num_queries: Any, path: str) -> None:
    records.adoption(opportunity=records.opportunity(), contact=records.contact())
    with django_assert_num_queries(2):  # one for the rate limit, one for the contact or the adoptions
        assert user.get(f"/api/v1/{path}").status_code == 200


def test_a_read_that_finds_nothing_is_counted_too(user: Client, settings: Any) -> None:
    settings.SALESFORCE_API_RATE_LIMIT = "2/min"
    nobody = records.salesforce_id("001")
    assert [user.get(f"/api/v1/schools/{nobody}").status_code for _ in range(3)] == [404, 404, 429]


def test_earlier_requests_still_count_when_the_limit_changes(user: Client, settings: Any) -> None:
    for limit in ("1000/min", "5/min", "1000/hour", "5/min"):
        settings.SALESFORCE_API_RATE_LIMIT = limit
        assert user.get("/api/v1/adoptions").status_code == 404
    assert user.get("/api/v1/adoptions")["RateLimit"].startswith('"salesforce";r=0;')
    assert user.get("/api/v1/adoptions").status_code == 429


def test_me_counts_signed_in_users_by_user_and_others_by_address(user: Client, anonymous: Client) -> None:
    statuses = [(user if number % 2 else anonymous).get("/api/v1/me").status_code for number in range(122)]
    assert (Counter(statuses[1::2]), Counter(statuses[::2])) == ({200: 60, 429: 1}, {200: 60, 429: 1})
    assert anonymous.get("/api/v1/me", REMOTE_ADDR="192.0.2.77").status_code == 200
    assert user.get("/api/v1/me", REMOTE_ADDR="192.0.2.77").status_code == 429


@pytest.mark.parametrize(
    ("text", "rate"),
    [("5/min", Rate(5, 60)), ("1/sec", Rate(1, 1)), ("7/hour", Rate(7, 3600)), ("100000/day", Rate(100_000, 86_400))],
)
def test_valid_rates_are_parsed(text: str, rate: Rate) -> None:
    assert parse_rate(text) == rate


def test_a_rate_of_one_request_is_singular() -> None:
    assert str(parse_rate("1/min")) == "1 request a minute"


@pytest.mark.parametrize("text", ["", "5", "5/", "/min", "0/min", "-5/min", "5/week", "5/minute", "5 /min", "٥/min"])
def test_text_that_is_not_a_rate_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="rate"):
        parse_rate(text)
