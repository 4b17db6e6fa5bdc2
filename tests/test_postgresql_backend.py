"""Persistent connections, prepared statements, and the forms of ``DATABASE_URL``."""

from __future__ import annotations

import os
import socket
from typing import Any

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.test.utils import CaptureQueriesContext

from sf.ingest.prepared import Statement
from sfapi.database import build_database_settings, build_replica_settings
from sfapi.env import Environment


def backend_pid() -> int:
    [row] = Statement("SELECT pg_backend_pid() AS pid").rows()
    return int(row["pid"])


def begin_request() -> None:
    vars(connections[DEFAULT_DB_ALIAS])["health_check_enabled"] = True
    connection.close_if_unusable_or_obsolete()


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_the_server_closed_is_replaced(database: str) -> None:
    before = backend_pid()
    with psycopg.connect(database, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [before])
    begin_request()
    assert backend_pid() != before


@pytest.mark.django_db(transaction=True)
def test_an_open_connection_is_kept_without_a_query_that_checks_it(
    django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = backend_pid()
    monkeypatch.setattr(connection, "is_usable", lambda: pytest.fail("a query checked the connection"))
    begin_request()
    with django_assert_num_queries(1):
        assert backend_pid() == before


@pytest.mark.parametrize(("is_web", "statement_may_wait"), [(True, 10_000), (False, 0)])
def test_connections_notice_that_the_machine_of_postgresql_is_gone(
    database: str, monkeypatch: pytest.MonkeyPatch, is_web: bool, statement_may_wait: int
) -> None:
    """With these options, the kernel notices a dead machine, which sends neither an answer nor a refusal."""
    monkeypatch.setattr("sfapi.process._web", is_web)
    options = build_database_settings(Environment({"DATABASE_URL": database}), embedded_allowed=False)["OPTIONS"]
    with (
        psycopg.connect(database, **options) as open_connection,
        socket.socket(fileno=os.dup(open_connection.fileno())) as peer,
    ):
        assert peer.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 10
        assert peer.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == statement_may_wait


@pytest.mark.django_db(transaction=True)
def test_a_repeated_statement_is_prepared_once() -> None:
    for number in range(3):
        assert Statement("SELECT %(number)s::int AS number", {"number": number}).rows() == [{"number": number}]
    [row] = Statement(
        "SELECT count(*) AS prepared FROM pg_prepared_statements WHERE statement LIKE %(text)s",
        {"text": "SELECT $1::int AS number"},
    ).rows()
    assert row == {"prepared": 1}


@pytest.mark.django_db
def test_the_log_of_queries_shows_a_prepared_statement() -> None:
    with CaptureQueriesContext(connection) as queries:
        Statement("SELECT %(number)s::int AS number", {"number": 7}).rows()
    assert [query["sql"] for query in queries] == ["SELECT $1::int AS number"]


@pytest.mark.parametrize(("query", "threshold"), [("", 0), ("?prepare_threshold=off", None)])
def test_prepared_statements_can_be_switched_off(query: str, threshold: int | None) -> None:
    env = Environment({"DATABASE_URL": f"postgresql://u:p@h/d{query}"})
    values = build_database_settings(env, embedded_allowed=False)
    assert values["OPTIONS"]["prepare_threshold"] == threshold


@pytest.mark.parametrize(
    ("url", "host", "port", "name"),
    [
        ("postgres://u:p@//cloudsql/proj:region:inst/db", "/cloudsql/proj:region:inst", "", "db"),
        ("postgresql://u:p@//var/run/postgresql/db?sslmode=disable", "/var/run/postgresql", "", "db"),
        ("postgresql://u:p@%2Fcloudsql%2FProj:5433/db", "/cloudsql/Proj", "5433", "db"),
        ("postgresql://u:p@/db?host=/cloudsql/proj:region:inst", "", "", "db"),
        ("postgresql://u:p@one:5432,two:5433/db", "one,two", "5432,5433", "db"),
        ("postgresql://u:p@one,two/db", "one,two", "", "db"),
        ("postgresql://u:p@[::1]:5433/db", "::1", "5433", "db"),
        ("postgresql://u%40h:p@host/d%2Fb", "host", "", "d/b"),
        ("postgresql://u:p@Host.example/db", "Host.example", "", "db"),
    ],
)
def test_addresses_of_all_forms_are_understood(url: str, host: str, port: str, name: str) -> None:
    values = build_database_settings(Environment({"DATABASE_URL": url}), embedded_allowed=False)
    assert (values["HOST"], values["PORT"], values["NAME"], values["PASSWORD"]) == (host, port, name, "p")


def test_a_replica_is_a_second_database_with_a_short_timeout_and_no_test_database() -> None:
    assert build_replica_settings(Environment({})) == {}
    url = "postgresql://u:p@one:5432,two:5433/db?sslmode=require"
    [(name, values)] = build_replica_settings(Environment({"DATABASE_REPLICA_URL": url})).items()
    assert (name, values["HOST"], values["PORT"], values["NAME"]) == ("replica", "one,two", "5432,5433", "db")
    assert (values["OPTIONS"]["connect_timeout"], values["OPTIONS"]["sslmode"]) == (2, "require")
    assert values["TEST"] == {"MIRROR": "default"}


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:p@host/schools/db",
        "postgresql://u:p@host/",
        "postgresql://u:p@host:port/db",
        "postgresql://u:a/b@host/db",
        "postgresql://u:a#b@host/db",
        "postgresql://",
    ],
)
def test_invalid_addresses_are_refused_with_what_to_write(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="user and password write @"):
        build_database_settings(Environment({"DATABASE_URL": url}), embedded_allowed=False)
