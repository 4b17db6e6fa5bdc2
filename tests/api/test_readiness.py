"""``/readyz``: the readiness of a process, for load balancers and rolling upgrades."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests
from django.db import OperationalError, connection
from django.test import Client

from tests.api.own_postgresql import own_postgresql
from tests.api.served import gunicorn

NEWEST = """
    DELETE FROM django_migrations
     WHERE id IN (SELECT max(id) FROM django_migrations WHERE app IN ('api', 'sf') GROUP BY app)
"""


@pytest.fixture
def probe(db: None) -> Client:
    return Client()


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def refusal_of(probe: Client) -> str:
    answer = probe.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["status"] == "not ready"
    return str(answer.json()["message"])


@pytest.mark.parametrize("path", ["/readyz", "/readyz/"])
def test_a_process_that_can_serve_is_ready(probe: Client, path: str) -> None:
    answer = probe.get(path)
    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})
    assert answer["Cache-Control"] == "no-store"


def test_new_code_is_not_ready_until_the_schema_is_migrated(probe: Client) -> None:
    execute("CREATE TEMP TABLE aside AS SELECT * FROM django_migrations")
    execute(NEWEST)
    assert refusal_of(probe) == "run manage.py migrate: 2 migrations are missing"
    execute("DELETE FROM django_migrations; INSERT INTO django_migrations SELECT * FROM aside")
    assert probe.get("/readyz").status_code == 200


def test_old_code_on_a_newer_schema_is_ready(probe: Client) -> None:
    execute("INSERT INTO django_migrations (app, name, applied) VALUES ('api', '9999_of_the_next_release', now())")
    execute("INSERT INTO django_migrations (app, name, applied) VALUES ('an_app_that_was_removed', '0001', now())")
    assert probe.get("/readyz").status_code == 200


def test_an_empty_database_is_not_ready(probe: Client) -> None:
    execute("ALTER TABLE django_migrations RENAME TO aside")
    assert refusal_of(probe) == "run manage.py migrate: the database is empty"


def test_a_database_that_is_read_only_is_not_ready(probe: Client) -> None:
    execute("SET TRANSACTION READ ONLY")
    assert refusal_of(probe) == "PostgreSQL accepts no changes: it is a standby, or read-only"


def test_a_database_with_a_full_disk_is_not_ready(probe: Client) -> None:
    """A limit makes PostgreSQL refuse temporary files, with an SQLSTATE of the same class as a full disk."""
    execute("SET LOCAL temp_file_limit = 0")
    assert refusal_of(probe) == "PostgreSQL has no room: its disk is full, or a limit is reached (53400)"


def test_the_log_has_a_line_for_each_change_and_not_for_each_request(
    probe: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    probe.get("/readyz")
    caplog.clear()
    probe.get("/readyz")
    execute("SET LOCAL temp_file_limit = 0")
    for _ in range(3):
        probe.get("/readyz")
    execute("SET LOCAL temp_file_limit = -1")
    for _ in range(3):
        probe.get("/readyz")
    assert [(each.levelname, each.name) for each in caplog.records] == [
        ("WARNING", "api.observe.readiness"),
        ("INFO", "api.observe.readiness"),
    ]


def test_a_database_that_is_away_is_not_ready_and_the_answer_has_no_address(
    probe: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> Any:
        raise OperationalError("connection to server at 10.1.2.3 failed")

    with monkeypatch.context() as patch:
        patch.setattr(connection, "cursor", refuse)
        assert refusal_of(probe) == "PostgreSQL cannot be reached"


@pytest.mark.soak
def test_readyz_follows_a_postgresql_that_stops_and_comes_back(tmp_path: Path) -> None:
    with own_postgresql(tmp_path) as server, psycopg.connect(server.url, autocommit=True) as admin:
        admin.execute("CREATE TABLE django_migrations (app text, name text)")
        with gunicorn(server.url, workers=1) as url:
            assert answer_of(url)["message"].endswith("migrations are missing")
            admin.close()
            server.kill()
            assert answer_of(url)["message"] == "PostgreSQL cannot be reached"
            server.start()
            assert answer_of(url)["message"].endswith("migrations are missing")


def answer_of(url: str) -> Any:
    answer = requests.get(f"{url}/readyz", timeout=30)
    assert answer.status_code == 503
    return answer.json()
