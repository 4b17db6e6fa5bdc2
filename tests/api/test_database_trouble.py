"""Errors of PostgreSQL that are not the request's fault."""

from __future__ import annotations

import psycopg
import pytest
from django.db import DatabaseError, DataError, OperationalError, connection
from django.test import Client

from api.domain.error_types import ErrorType
from api.http.database_trouble import find_database_trouble


def raised(error: DatabaseError, cause: psycopg.Error) -> DatabaseError:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("cause", "error_type", "words"),
    [
        (psycopg.errors.QueryCanceled(), ErrorType.DATABASE_BUSY, "time limit"),
        (psycopg.errors.DeadlockDetected(), ErrorType.DATABASE_BUSY, "conflict"),
        (psycopg.errors.SerializationFailure(), ErrorType.DATABASE_BUSY, "conflict"),
        (psycopg.errors.AdminShutdown(), ErrorType.DATABASE_AWAY, "unavailable"),
        (psycopg.OperationalError(), ErrorType.DATABASE_AWAY, "unavailable"),
    ],
)
def test_trouble_of_postgresql_is_named(cause: psycopg.Error, error_type: ErrorType, words: str) -> None:
    trouble = find_database_trouble(raised(OperationalError(), cause))
    assert trouble
    assert trouble.type == error_type
    assert words in trouble.log_line


def test_an_error_of_the_statement_is_no_trouble_of_postgresql() -> None:
    assert find_database_trouble(raised(DataError(), psycopg.errors.NumericValueOutOfRange())) is None


def test_a_postgresql_that_accepts_no_changes_gives_503(anonymous: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
    answer = anonymous.get("/api/v1/schools?name=example")
    assert (answer.status_code, answer.json()["type"]) == (503, ErrorType.DATABASE_AWAY)
    assert answer["Retry-After"]
