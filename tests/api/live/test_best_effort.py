"""A failure of bookkeeping (a locked table, a lost connection) does not make a request fail."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import connection, transaction
from django.test import Client

from api.models import APIKey, FieldChangeLog, OutboundCase
from sf.ingest.prepared import Statement
from sf.live import records as live
from sf.models import Contact, SyncConfig
from sf.salesforce.client import SalesforceClient
from sf.salesforce.errors import TransientError
from sf.salesforce.http import Patience
from sf.sync import best_effort
from tests.api.live.changes import contact, in_salesforce, put
from tests.api.live.people import CONTACT, new_contact
from tests.api.outgoing import post_case, writer
from tests.simulated import Simulator

__all__ = ["contact", "writer"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def short_waits(db: None) -> Iterator[None]:
    """Set a lock timeout, as in a web process, but shorter."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '300ms'")
    yield
    connection.close()


@contextmanager
def write_locked(database: str, table: str) -> Iterator[None]:
    """Lock a table against writes but not reads, as the building of an index does."""
    with psycopg.connect(database) as other:
        other.execute(f"LOCK TABLE {table} IN SHARE MODE".encode())
        yield


@pytest.fixture
def connection_lost_before_read_back(monkeypatch: pytest.MonkeyPatch, database: str) -> None:
    """End the connection to PostgreSQL just before the changed record is read back from Salesforce."""
    read_back_client = live.read_back_client

    def lose_it(source: str) -> SalesforceClient:
        [row] = Statement("SELECT pg_backend_pid() AS pid").rows()
        with psycopg.connect(database, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [row["pid"]])
        return read_back_client(source)

    monkeypatch.setattr("sf.live.write_through.read_back_client", lose_it)


@pytest.mark.parametrize("table", ["sf_sfapiusagelog", "sf_syncconfig", "api_circuitbreaker", "sf_lookupmiss"])
def test_a_look_up_is_answered_although_bookkeeping_fails(
    user: Client, salesforce: Simulator, database: str, table: str, caplog: pytest.LogCaptureFixture
) -> None:
    SyncConfig.load()
    made = new_contact(salesforce)
    with write_locked(database, table):
        assert user.get(CONTACT).json()["id"] == made
    if table == "sf_sfapiusagelog":
        assert "Salesforce API usage: failed; everything else continues" in caplog.text


def test_an_answer_just_before_the_deadline_is_used(
    user: Client, salesforce: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The deadline passes just after the record is stored, and Salesforce is not called again."""
    made = new_contact(salesforce)
    store = live.LiveRead.store

    def store_late(self: live.LiveRead) -> None:
        store(self)
        monkeypatch.setattr(Patience, "left", property(_time_is_up))

    monkeypatch.setattr(live.LiveRead, "store", store_late)
    assert user.get(CONTACT).json()["id"] == made


def _time_is_up(patience: Patience) -> float:
    raise TransientError("Salesforce took too long to answer")


@pytest.mark.parametrize("table", ["api_fieldchangelog", "sf_sfapiusagelog", "sf_syncconfig", "api_circuitbreaker"])
def test_a_change_is_reported_although_bookkeeping_fails(
    user: Client, salesforce: Simulator, contact: str, database: str, table: str, caplog: pytest.LogCaptureFixture
) -> None:
    with write_locked(database, table):
        answer = put(user, {"first_name": "Inés"})
    assert (answer.status_code, answer.json()["first_name"]) == (200, "Inés")
    assert in_salesforce(salesforce, contact)["FirstName"] == "Inés"
    assert Contact.objects.get().first_name == "Inés"
    assert FieldChangeLog.objects.count() == (table != "api_fieldchangelog")
    if table == "api_fieldchangelog":
        assert f"field change log of contact {contact}" in caplog.text


def test_after_a_change_in_salesforce_a_lost_connection_is_replaced(
    user: Client, salesforce: Simulator, contact: str, connection_lost_before_read_back: None
) -> None:
    answer = put(user, {"first_name": "Inés"})
    assert (answer.status_code, answer.json()["first_name"]) == (200, "Inés")
    assert FieldChangeLog.objects.get().new == "Inés"


def test_a_stored_case_is_accepted_although_bookkeeping_fails(
    writer: Client, simulator: Simulator, database: str
) -> None:
    with write_locked(database, "api_circuitbreaker"), write_locked(database, "sf_sfapiusagelog"):
        assert post_case(writer).status_code == 200
    trigger = (
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE 'disk full' USING ERRCODE = '53100'; END $$;"
        "CREATE TRIGGER refuse BEFORE UPDATE ON api_outboundcase FOR EACH ROW EXECUTE FUNCTION refuse()"
    )
    with psycopg.connect(database, autocommit=True) as other:
        other.execute(trigger)
        try:
            assert post_case(writer).status_code == 202
        finally:
            other.execute("DROP FUNCTION refuse CASCADE")
    assert OutboundCase.objects.count() == 2


def test_the_last_use_of_a_key_is_stored(writer: Client, caplog: pytest.LogCaptureFixture) -> None:
    post_case(writer)
    assert APIKey.objects.get().last_used_at is not None
    assert "failed" not in caplog.text


def test_no_request_waits_for_a_key_that_is_being_changed(
    writer: Client, database: str, caplog: pytest.LogCaptureFixture
) -> None:
    with psycopg.connect(database) as other:
        other.execute("UPDATE api_apikey SET name = 'another'")
        post_case(writer)
    assert "last use of an API key" not in caplog.text


def test_a_key_works_while_its_last_use_cannot_be_stored(
    writer: Client, database: str, caplog: pytest.LogCaptureFixture
) -> None:
    with write_locked(database, "api_apikey"):
        assert post_case(writer).status_code in {200, 202}
    assert "last use of an API key: failed" in caplog.text
    assert APIKey.objects.get().last_used_at is None


def _count() -> None:
    raise KeyError("no such count")


def test_a_bug_in_bookkeeping_is_reported_with_its_traceback(
    transactional_db: None, caplog: pytest.LogCaptureFixture
) -> None:
    with best_effort.best_effort("counting"):
        _count()
    [record] = caplog.records
    assert (record.levelno, record.exc_info is not None) == (logging.ERROR, True)
    caplog.clear()  # otherwise the fixture no_hidden_bug would fail this test


def test_an_error_inside_a_transaction_is_not_hidden(db: None) -> None:
    with pytest.raises(KeyError), transaction.atomic(), best_effort.best_effort("counting"):
        _count()
