"""The audit log: requests that leave a row, secrets that are masked, and rows during outages."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any

import psycopg
import pytest
import requests
from django.db import connection
from django.test import Client
from django.utils import timezone

from api.auth.api_keys import create_api_key
from api.domain.scopes import Scope
from api.models import RequestCount, RequestLog, RouteCount
from api.observe import audit
from api.observe.audit import Entry, Noted, write_noted
from api.observe.requests import Measure
from tests.api import records
from tests.api.conftest import bearer
from tests.api.cookies import UUID, CookieMaker
from tests.api.served import gunicorn
from tests.conftest import NotedRequests

CONTACT = "/api/v1/contact"


def test_a_row_has_the_request_the_caller_and_the_result(user: Client, noted_requests: NotedRequests) -> None:
    records.contact()
    answer = user.get(f"{CONTACT}?expire=false", headers={"User-Agent": "Example/1.0", "X-Request-ID": "abc-1"})
    [entry] = noted_requests
    assert answer.status_code == entry.status == 200
    assert (entry.method, entry.path, entry.query) == ("GET", CONTACT, "expire=false")
    assert (entry.auth_type, entry.identity) == ("cookie", f"user:{UUID}")
    assert (entry.address, entry.user_agent, entry.request_id) == ("127.0.0.1", "Example/1.0", "abc-1")
    assert abs(datetime.now(UTC) - entry.time) < timedelta(seconds=10)
    assert 0 < entry.milliseconds < 10_000


def test_each_request_to_a_known_path_under_api_leaves_one_row_whichever_layer_answers(
    anonymous: Client, settings: Any, noted_requests: NotedRequests
) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://www.example.org"]
    anonymous.get("/api/v1/schools?name=nothing-here")
    anonymous.post("/api/v1/me")
    anonymous.get(CONTACT)
    anonymous.get("/api/v1/schools")
    anonymous.get("/api/v1/me", HTTP_HOST="elsewhere.example")
    anonymous.options(
        "/api/v1/me", headers={"Origin": "https://www.example.org", "Access-Control-Request-Method": "GET"}
    )
    anonymous.get("/ping/")
    anonymous.get("/admin/")
    assert [entry.status for entry in noted_requests] == [404, 405, 401, 422, 400, 204]


@pytest.mark.django_db(transaction=True)
def test_requests_of_strangers_to_unknown_paths_are_counted_and_leave_no_rows(
    anonymous: Client, user: Client, service: Callable[..., Client], noted_requests: NotedRequests, settings: Any
) -> None:
    guesses = ["/api/", "/api/v1/wp-login.php", "/api/v2/me", "/api/v1/records/nothing/", "/api/v1/me/nothing"]
    for path in guesses:
        for made_up in ({}, {"Authorization": "Bearer sfapi_x"}, {"Cookie": "oxa=junk"}):
            assert anonymous.get(path, headers=made_up).status_code == 404
        assert anonymous.post(path).status_code == 404
    assert list(noted_requests) == [None] * 4 * len(guesses)
    write_noted(noted_requests.all, again=False)
    assert not RequestLog.objects.exists()
    settings.METRICS_ALLOWED_NETWORKS = [ip_network("127.0.0.0/8")]
    assert f"\nsfapi_unknown_path_requests {4 * len(guesses)}\n" in anonymous.get("/metrics").content.decode()
    noted_requests.clear()
    for known in (user, service(Scope.READ_BOOKS)):
        assert known.get("/api/v1/wp-login.php").status_code == 404
    assert [entry.status for entry in noted_requests] == [404, 404], "errors of a known client are logged"


def test_only_reads_that_succeed_are_sampled(user: Client, noted_requests: NotedRequests, settings: Any) -> None:
    settings.REQUEST_LOG_SAMPLE = 1e-9
    assert user.get("/api/v1/me").status_code == 200
    assert not noted_requests
    user.get("/api/v1/nothing")
    user.get("/api/v1/info")
    user.post("/api/v1/case", {}, content_type="application/json")
    assert [(entry.method, entry.status) for entry in noted_requests] == [("GET", 404), ("GET", 403), ("POST", 403)]
    settings.REQUEST_LOG_SAMPLE = 1.0
    user.get("/api/v1/me")
    assert noted_requests[-1].status == 200


@pytest.mark.urls("tests.api.doors")
def test_a_crash_leaves_a_row_too(db: None, noted_requests: NotedRequests) -> None:
    assert Client(raise_request_exception=False).get("/api/doors/crash").status_code == 500
    assert [entry.status for entry in noted_requests] == [500]


def test_each_row_has_the_kind_of_caller(
    anonymous: Client, user: Client, service: Callable[..., Client], noted_requests: NotedRequests
) -> None:
    program = service(Scope.READ_BOOKS)
    for client in (program, user, anonymous, bearer("sfapi_wrong")):
        client.get("/api/v1/books")
    anonymous.post("/api/v1/me")
    kinds = [(entry.auth_type, entry.identity.partition(":")[0]) for entry in noted_requests]
    assert kinds == [("key", "key"), ("cookie", "user"), ("none", ""), ("refused", ""), ("", "")]


def test_the_log_never_breaks_an_answer(
    anonymous: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(entry: Entry) -> None:
        raise RuntimeError("no room")

    monkeypatch.setattr(audit.writer, "put", refuse)
    assert anonymous.get("/api/v1/me").status_code == 200
    assert "could not be noted" in caplog.text


@pytest.mark.parametrize(
    ("query", "logged"),
    [
        ("name=Caf%C3%A9+one&limit=3", "name=Caf%C3%A9%20one&limit=3"),
        ("access_token=abc&state=TX", "access_token=***&state=TX"),
        ("API-Key=abc&key=abc&code=", "API-Key=***&key=***&code="),
        ("user%5Bpassword%5D=abc", "user%5Bpassword%5D=***"),
        ("oxa=abc", "oxa=***"),
        ("q=eyJhbGciOiJkaXIifQ..aXY.Y2lwaGVy.dGFn", "q=***"),
        ("q=sfapi%5Fabcd1234_0123456789", "q=sfapi_abcd1234_***"),
        ("sfapi_abcd1234_0123456789=1", "sfapi_abcd1234_***=1"),
        ("q=Bearer+abcdef", "q=Bearer%20***"),
        ("keyboard=x&postcode=77005&monkey=1", "keyboard=x&postcode=77005&monkey=1"),
        ("q=%00&q=%ff", "q=%00&q=%EF%BF%BD"),
    ],
)
def test_secrets_in_the_query_are_masked(
    anonymous: Client, noted_requests: NotedRequests, query: str, logged: str
) -> None:
    anonymous.get(f"/api/v1/me?{query}")
    assert noted_requests[0].query == logged


def test_secrets_in_headers_and_paths_are_masked(
    anonymous: Client, cookies: CookieMaker, noted_requests: NotedRequests
) -> None:
    key = create_api_key(name="canary", scopes=[Scope.READ_BOOKS]).text
    for secret in (key, cookies.cookie(), cookies.cookie()[:60]):
        headers = {"User-Agent": f"Example {secret}", "X-Request-ID": secret, "Authorization": f"Bearer {secret}"}
        answer = anonymous.get(f"/api/v1/case/{secret}", {"q": secret}, headers=headers)
        assert secret not in str(noted_requests[-1])
        assert secret not in answer["X-Request-ID"]


@pytest.mark.django_db(transaction=True)
def test_any_text_can_be_stored(anonymous: Client, noted_requests: NotedRequests) -> None:
    anonymous.get("/api/v1/case/a%00b", headers={"User-Agent": "\0\ud83d" + "x" * 9000})
    entry = noted_requests[0]._replace(time=timezone.now())
    write_noted([Noted(entry)], again=False)
    row = RequestLog.objects.get()
    assert (row.path, len(row.user_agent)) == ("/api/v1/case/a\N{REPLACEMENT CHARACTER}b", audit.LONGEST_TEXT)


def entry(number: int, **values: Any) -> Entry:
    usual: dict[str, Any] = dict.fromkeys(Entry._fields, "")
    usual |= {"time": datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=number), "address": "192.0.2.1"}
    return Entry(**{**usual, "status": 200, "milliseconds": 1.5, "path": f"/api/{number}", **values})


@pytest.mark.django_db(transaction=True)
def test_a_batch_that_is_retried_after_a_lost_answer_is_stored_and_counted_once() -> None:
    batch = [Noted(entry(number), measured=Measure("/api/", "GET", 200, 0.1)) for number in range(3)]
    write_noted([*batch, Noted(is_guess=True)], again=True)
    write_noted([*batch, Noted(is_guess=True)], again=True)
    assert RequestLog.objects.count() == 3
    assert RouteCount.objects.get().total == 3
    assert RequestCount.objects.get(name=RequestCount.UNKNOWN_PATHS).total == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("bad", [{"address": "nowhere"}, {"path": "a\0b"}], ids=str)
def test_a_retried_batch_is_stored_once_even_if_its_first_row_is_refused(bad: dict[str, str]) -> None:
    batch = [Noted(entry(number, **(bad if number == 0 else {}))) for number in range(3)]
    write_noted(batch, again=False)
    write_noted(batch, again=True)
    assert RequestLog.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_row_that_postgresql_refuses_does_not_block_the_other_rows(caplog: pytest.LogCaptureFixture) -> None:
    rows = [entry(0), entry(1, path="a\0b"), entry(2), entry(3)]
    write_noted([Noted(each) for each in rows], again=False)
    assert sorted(RequestLog.objects.values_list("path", flat=True)) == ["/api/0", "/api/2", "/api/3"]
    assert "missing in the audit log" in caplog.text


@pytest.mark.slow
@pytest.mark.parametrize("arguments", ["", "--preload --max-requests 9"])
def test_rows_survive_the_end_of_gunicorns_workers(database: str, arguments: str) -> None:
    with gunicorn(database, workers=2, GUNICORN_CMD_ARGS=arguments) as url:
        for number in range(40):
            requests.get(f"{url}/api/v1/me", headers={"X-Request-ID": f"r{number}"}, timeout=10)
    kept = sorted(RequestLog.objects.values_list("request_id", flat=True))
    assert kept == sorted(f"r{number}" for number in range(40))


@pytest.mark.slow
def test_rows_wait_while_postgresql_is_away(database: str) -> None:
    with gunicorn(database, workers=1) as url:
        requests.get(f"{url}/api/v1/me", timeout=10)
        wait_for(lambda: RequestLog.objects.count() == 1)
        with postgresql_away(database):
            statuses = {requests.get(f"{url}/api/v1/me", timeout=20).status_code for _ in range(3)}
            for _ in range(20):
                requests.get(f"{url}/api/v1/me", timeout=10)
            time.sleep(1.2)
        wait_for(lambda: RequestLog.objects.count() == 24)
        assert statuses == {503}
        assert RequestLog.objects.filter(status=503).count() == 23


@contextmanager
def postgresql_away(database: str) -> Iterator[None]:
    """Refuse new connections to the database, and close the open ones."""
    server, _, name = database.rpartition("/")
    connection.close()
    with psycopg.connect(f"{server}/postgres", autocommit=True) as other:
        other.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        try:
            yield
        finally:
            other.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "timed out"
        time.sleep(0.05)
