"""Pages of ``/records/`` and their ``as_of``: a copying client misses no record while others write."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from api.records.cursor import Cursor
from sf.models import Account
from sf.reads.record_pages import Position
from tests.api import records
from tests.api.records_reader import ACCOUNTS, page, read_all, reader
from tests.plans import analyze, plan_of

__all__ = ["reader"]


# -- pages --------------------------------------------------------------------------------------------------


def test_pages_contain_every_record_once_in_the_order_of_change(reader: Client) -> None:
    same_moment = datetime(2026, 5, 1, tzinfo=UTC)
    ids = [records.school(local_update_date=same_moment).id for _ in range(7)]
    earlier = records.school(local_update_date=same_moment - timedelta(microseconds=1)).id
    assert [row["id"] for row in read_all(reader, limit=3)] == [earlier, *sorted(ids)]
    assert page(reader, limit=8)["next"] is None


def test_a_page_after_thousands_of_rows_with_one_timestamp_uses_the_index(reader: Client) -> None:
    Account.objects.bulk_create(
        Account(id=records.salesforce_id("001"), system_modstamp=datetime(2026, 1, 1, tzinfo=UTC)) for _ in range(3000)
    )
    analyze(Account)
    last = Account.objects.order_by("id")[2900]
    place = Cursor(Position(last.local_update_date, last.id), last.local_update_date).to_text()
    with CaptureQueriesContext(connection) as captured:
        assert len(page(reader, cursor=place, limit=50)["results"]) == 50
    statement = captured.captured_queries[-1]["sql"]
    plan = plan_of(statement)
    assert "account_changed" in plan
    assert "Index Cond: (ROW(local_update_date, (id)::text) > ROW(" in plan, plan


def test_a_page_costs_two_statements_besides_key_and_rate_limit(reader: Client) -> None:
    for _ in range(20):
        records.school()
    page(reader)
    with CaptureQueriesContext(connection) as captured:
        page(reader)
    assert len(captured) == 4  # key, rate limit, as_of, rows


# -- as_of --------------------------------------------------------------------------------------------------


@pytest.fixture
def other_session(database: str) -> Iterator[psycopg.Connection[Any]]:
    """A second connection to the same database, like that of another process."""
    with psycopg.connect(database) as other:
        yield other


INSERT = """INSERT INTO sf_account (id, system_modstamp, is_deleted, local_create_date, local_update_date)
    VALUES (%s, now(), false, now(), now())"""


def test_a_merge_that_is_still_open_is_not_skipped(
    reader: Client, database: str, other_session: psycopg.Connection[Any]
) -> None:
    """The merge begins before the client's two reads and commits after them.

    So the merged rows are dated before both reads.
    """
    late = records.salesforce_id("001")
    other_session.execute("SELECT 1")  # the transaction has begun, but has written nothing yet
    records.school("In between")
    first = page(reader)
    other_session.execute(INSERT, [late])
    second = page(reader, modified_since=first["as_of"])
    other_session.commit()
    assert late not in {row["id"] for row in [*first["results"], *second["results"]]}
    for earlier in (first, second):
        assert late in {row["id"] for row in read_all(reader, modified_since=earlier["as_of"])}


def test_as_of_follows_the_clock_without_open_transactions(reader: Client, database: str) -> None:
    as_of = datetime.fromisoformat(page(reader)["as_of"])
    assert timedelta(seconds=4) < datetime.now(UTC) - as_of < timedelta(seconds=60)


def test_as_of_is_the_same_on_all_pages_of_one_reading(
    reader: Client, database: str, other_session: psycopg.Connection[Any]
) -> None:
    """A row that is committed between two pages may be dated before the rows of the first page."""
    late = records.salesforce_id("001")
    other_session.execute(INSERT, [late])
    for _ in range(4):
        records.school()
    first = page(reader, limit=3)
    other_session.commit()
    last = reader.get(first["next"].removeprefix("http://testserver")).json()
    assert last["as_of"] == first["as_of"]
    assert late in {row["id"] for row in read_all(reader, modified_since=last["as_of"])}


def test_copying_while_others_write_loses_nothing(reader: Client, database: str) -> None:
    """Writers commit out of order.

    A client that sends ``as_of`` back as ``modified_since`` still gets every row.
    """

    def write(number: int) -> str:
        record_id = ids[number]
        with psycopg.connect(database) as other:
            other.execute(INSERT, [record_id])
            other.execute("SELECT pg_sleep(%s)", [number % 5 / 10])
        return record_id

    ids = [records.salesforce_id("001") for _ in range(40)]
    copied: set[str] = set()
    since: dict[str, str] = {}
    with ThreadPoolExecutor(4) as pool:
        writing = [pool.submit(write, number) for number in range(40)]
        while not all(future.done() for future in writing):
            body = page(reader, **since)
            copied |= {row["id"] for row in body["results"]}
            since = {"modified_since": body["as_of"]}
            time.sleep(0.05)
    copied |= {row["id"] for row in read_all(reader, **since)}
    assert copied == {future.result() for future in writing}


@pytest.mark.parametrize("proto", ["https", "http"])
def test_the_link_to_the_next_page_has_the_scheme_of_the_request_to_the_proxy(
    reader: Client, settings: Any, proto: str
) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    for _ in range(2):
        records.school()
    forwarded = {"X-Forwarded-Proto": proto, "Host": "testserver"}
    assert reader.get(ACCOUNTS, {"limit": "1"}, headers=forwarded).json()["next"].startswith(f"{proto}://testserver/")
    as_csv = reader.get(ACCOUNTS, {"limit": "1", "format": "csv"}, headers=forwarded)
    assert as_csv["Link"].startswith(f"<{proto}://testserver/")
