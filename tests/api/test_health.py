"""``/ping/``, ``/readyz`` and ``/healthz/``, for load balancers and monitoring."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from sf.models import SyncRun
from sf.status.freshness import MAX_AGE
from sf.sync.objects import EVERY_OBJECT


@pytest.fixture
def probe(db: None) -> Client:
    return Client()


def run(name: str, state: SyncRun.State, age: timedelta) -> None:
    ended = timezone.now() - age
    SyncRun.objects.create(object=name, state=state, started=ended, ended=ended)


def all_fresh() -> None:
    for name in MAX_AGE:
        run(name, SyncRun.State.DONE, timedelta(hours=1))


def test_healthz_checks_every_cached_object() -> None:
    assert set(MAX_AGE) >= {synced.name for synced in EVERY_OBJECT}


def test_ping_answers(probe: Client) -> None:
    answer = probe.get("/ping/")
    assert (answer.status_code, answer.text) == (200, "pong\n")
    assert probe.head("/ping/").status_code == 200
    assert probe.post("/ping/").status_code == 405


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("table", "check"), [("sf_unreadablefield", "fields"), ("api_circuitbreaker", "breakers"), ("sf_syncrun", "syncs")]
)
def test_a_check_that_times_out_is_named_in_a_503(probe: Client, database: str, table: str, check: str) -> None:
    all_fresh()
    with psycopg.connect(database) as other:
        other.execute(f"LOCK TABLE {table}")
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '100ms'")
        answer = probe.get("/healthz/")
    connection.close()
    assert answer.status_code == 503
    assert "could not be checked (OperationalError)" in answer.json()[check]["message"]
    assert answer.json()["database"]["ok"]
    assert answer.json()["migrations"]["ok"]


@pytest.mark.parametrize("path", ["/ping/", "/readyz", "/healthz/"])
def test_load_balancers_may_use_any_host_name_over_plain_http(probe: Client, settings: Any, path: str) -> None:
    settings.SECURE_SSL_REDIRECT = True
    all_fresh()
    assert probe.get(path, HTTP_HOST="10.0.0.7:8000").status_code == 200
    assert probe.get("/api/v1/me", HTTP_HOST="10.0.0.7:8000").status_code == 400
    assert probe.get("/api/v1/me").status_code == 301


def test_healthz_is_ok_when_every_copy_is_fresh(probe: Client) -> None:
    all_fresh()
    run("accounts", SyncRun.State.FAILED, timedelta(hours=2))
    run("contacts", SyncRun.State.SKIPPED, timedelta(0))
    answer = probe.get("/healthz/")
    body = answer.json()
    assert (answer.status_code, body["status"]) == (200, "ok")
    assert (body["database"]["ok"], body["migrations"]["ok"]) == (True, True)
    assert body["syncs"]["objects"]["books"]["state"] == "fresh"
    assert 3590 < body["syncs"]["objects"]["books"]["age_seconds"] < 3700


@pytest.mark.parametrize(
    ("state", "age", "expected"),
    [
        (SyncRun.State.FAILED, timedelta(0), "failing"),
        (SyncRun.State.INTERRUPTED, timedelta(0), "interrupted"),
        (SyncRun.State.DONE, timedelta(hours=27), "late"),
        (None, timedelta(0), "never"),
    ],
)
def test_a_sync_that_fails_or_is_late_makes_healthz_fail(
    probe: Client, state: SyncRun.State | None, age: timedelta, expected: str
) -> None:
    all_fresh()
    if state != SyncRun.State.FAILED:
        SyncRun.objects.filter(object="contacts").delete()
    if state:
        run("contacts", state, age)
    answer = probe.get("/healthz/")
    assert answer.status_code == 503
    states = {name: each["state"] for name, each in answer.json()["syncs"]["objects"].items()}
    assert states["contacts"] == expected
    assert {states[name] for name in states if name != "contacts"} == {"fresh"}


def test_healthz_fails_while_the_database_is_away(probe: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> Any:
        raise OperationalError("connection to server at 10.1.2.3 failed")

    with monkeypatch.context() as patch:
        patch.setattr(connection, "cursor", refuse)
        patch.setattr(connection, "close", lambda: None)
        answer = probe.get("/healthz/")
    assert answer.status_code == 503
    assert answer.json()["database"]["ok"] is False
    assert "10.1.2.3" not in answer.text


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_healthz_fails_while_a_migration_is_missing() -> None:
    call_command("migrate", "sf", "0001", verbosity=0)
    try:
        answer = Client().get("/healthz/")
    finally:
        call_command("migrate", verbosity=0)
    assert answer.status_code == 503
    assert answer.json()["migrations"]["ok"] is False
    assert "migrate" in answer.json()["migrations"]["message"]
