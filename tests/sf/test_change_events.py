"""Change events are decoded and collected; Pub/Sub API errors get the class that says what to do."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

pytest.importorskip("grpc", reason="grpcio is not installed (requirements/follow.txt): change events are NOT tested")

import fastavro
import grpc

from sf.follow.collected import MANY, Collected, Inbox
from sf.follow.family import find_touched_by
from sf.salesforce.errors import RequestRefused, SalesforceError, SessionExpired, TransientError
from sf.salesforce.events.client import topic_of
from sf.salesforce.events.decoding import ChangeEvent, Decoder
from sf.salesforce.events.errors import ReplayIdGone, TopicForbidden, TopicMissing, UnreadableEvent, error_of
from sf.sync.objects import ACCOUNTS, ADOPTIONS, CONTACTS, OPPORTUNITIES

HEADER = {
    "type": "record",
    "name": "ChangeEventHeader",
    "fields": [
        {"name": "entityName", "type": "string"},
        {"name": "recordIds", "type": {"type": "array", "items": "string"}},
        {"name": "changeType", "type": "string"},
    ],
}
SCHEMA = {
    "type": "record",
    "name": "AccountChangeEvent",
    "fields": [{"name": "ChangeEventHeader", "type": HEADER}, {"name": "Name", "type": ["null", "string"]}],
}
ONE, OTHER = "001Hs00001aBcDeIAK", "001Hs00001aBcDfIAK"


def encoded(kind: str, *ids: str) -> bytes:
    out = io.BytesIO()
    header = {"entityName": "Account", "recordIds": list(ids), "changeType": kind}
    fastavro.schemaless_writer(out, fastavro.parse_schema(SCHEMA), {"ChangeEventHeader": header, "Name": "Rice"})
    return out.getvalue()


def decoder(schema: Any = SCHEMA) -> Decoder:
    return Decoder(lambda _id: json.dumps(schema))


@pytest.mark.parametrize("kind", ["CREATE", "UPDATE", "DELETE", "UNDELETE"])
def test_a_change_that_names_its_records_is_complete(kind: str) -> None:
    assert decoder().event("a", encoded(kind, ONE[:15])).incomplete == ""


@pytest.mark.parametrize(
    ("kind", "ids"),
    [
        ("GAP_UPDATE", [ONE]),
        ("GAP_OVERFLOW", ["000000000000000AAA"]),
        ("CREATE", []),
        ("UPDATE", []),
        ("DELETE", []),
        ("UNDELETE", []),
        ("GAP_UPDATE", []),
        ("GAP_DELETE", []),
        ("UPDATE", ["000000000000000AAA"]),
        ("UPDATE", ["001*"]),
        ("UPDATE", [ONE, "001*"]),
        ("SOMETHING_NEW", [ONE]),
    ],
)
def test_an_event_that_may_concern_other_records_too_is_incomplete(kind: str, ids: list[str]) -> None:
    assert decoder().event("a", encoded(kind, *ids)).incomplete


@pytest.mark.parametrize("payload", [b"", b"\xff\xff\xff\xff", encoded("UPDATE", ONE)[:12]])
def test_a_damaged_event_is_unreadable(payload: bytes) -> None:
    with pytest.raises(UnreadableEvent):
        decoder().event("a", payload)


@pytest.mark.parametrize("schema", [{}, [], {"fields": []}, {**SCHEMA, "fields": [{"name": "Name", "type": "string"}]}])
def test_a_schema_without_the_header_is_unreadable(schema: Any) -> None:
    with pytest.raises(UnreadableEvent):
        decoder(schema).event("a", encoded("UPDATE", ONE))


def test_values_after_the_header_are_not_read() -> None:
    strange = {**SCHEMA, "fields": [SCHEMA["fields"][0], {"name": "Name", "type": "a-type-of-tomorrow"}]}
    assert decoder(strange).event("a", encoded("UPDATE", ONE)).kind == "UPDATE"


class Failure:
    """A failed call, as grpc raises it."""

    def __init__(self, status: grpc.StatusCode, code: str = "", details: str = "") -> None:
        self._parts = status, code, details

    def code(self) -> grpc.StatusCode:
        return self._parts[0]

    def details(self) -> str:
        return self._parts[2]

    def trailing_metadata(self) -> tuple[tuple[str, str], ...]:
        return (("error-code", self._parts[1]),) if self._parts[1] else ()


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (Failure(grpc.StatusCode.INVALID_ARGUMENT,
                 "sfdc.platform.eventbus.grpc.subscription.fetch.replayid.corrupted"), ReplayIdGone),
        (Failure(grpc.StatusCode.INVALID_ARGUMENT, details="The Replay ID validation failed."), ReplayIdGone),
        (Failure(grpc.StatusCode.UNAUTHENTICATED, "sfdc.platform.eventbus.grpc.service.auth.error"), SessionExpired),
        (Failure(grpc.StatusCode.NOT_FOUND), TopicMissing),
        (Failure(grpc.StatusCode.PERMISSION_DENIED), TopicForbidden),
        (Failure(grpc.StatusCode.INVALID_ARGUMENT), RequestRefused),
        (Failure(grpc.StatusCode.UNAVAILABLE, details="RST_STREAM closed stream"), TransientError),
        (Failure(grpc.StatusCode.INTERNAL, "sfdc.platform.eventbus.grpc.service.unavailable"), TransientError),
        (Failure(grpc.StatusCode.RESOURCE_EXHAUSTED, "sfdc.platform.eventbus.grpc.subscription.limit.exceeded"),
         TransientError),
    ],
)  # fmt: skip
def test_each_pub_sub_error_gets_the_class_that_says_what_to_do(failure: Failure, kind: type[SalesforceError]) -> None:
    assert type(error_of(failure, "Subscribe /data/AccountChangeEvent")) is kind


@pytest.mark.parametrize(
    ("sobject", "topic"),
    [("Account", "/data/AccountChangeEvent"), ("Adoption__c", "/data/Adoption__ChangeEvent")],
)
def test_the_topic_follows_from_the_name_of_the_object(sobject: str, topic: str) -> None:
    assert topic_of(sobject) == topic


def test_each_record_is_collected_once_with_the_last_replay_id() -> None:
    inbox = Inbox(["accounts"])
    inbox.add("accounts", [ChangeEvent(frozenset({ONE}), "CREATE"), ChangeEvent(frozenset({OTHER}), "DELETE")], b"1")
    inbox.add("accounts", [ChangeEvent(frozenset({ONE}), "UPDATE")], b"2")
    assert inbox.take(["accounts"]) == {"accounts": Collected({ONE, OTHER}, {OTHER}, {OTHER}, place=b"2")}
    assert inbox.list_waiting() == []


def test_changes_that_are_given_back_are_merged_with_later_ones() -> None:
    inbox = Inbox(["accounts"])
    inbox.add("accounts", [ChangeEvent(frozenset({ONE}), "CREATE")], b"1")
    taken = inbox.take(["accounts"])
    inbox.add("accounts", [ChangeEvent(frozenset({OTHER}), "CREATE")], b"2")
    inbox.give_back(taken)
    assert inbox.take(["accounts"]) == {"accounts": Collected({ONE, OTHER}, place=b"2")}


def test_very_many_changes_are_left_to_a_sync() -> None:
    collected = Collected()
    collected.add([ChangeEvent(frozenset(f"{number:018}" for number in range(MANY)), "UPDATE")])
    assert collected == Collected(incomplete="2,000 changes or more at once")


@pytest.mark.parametrize(
    ("synced", "moved", "touched"),
    [
        (OPPORTUNITIES, False, {"opportunities", "adoptions"}),
        (CONTACTS, False, {"contacts"}),
        (CONTACTS, True, {"contacts", "opportunities", "adoptions"}),
        (ACCOUNTS, True, {"accounts", "contacts", "opportunities", "adoptions"}),
        (ADOPTIONS, True, {"adoptions"}),
    ],
)
def test_the_declarations_say_which_objects_change_with_an_object(synced: Any, moved: bool, touched: set[str]) -> None:
    assert find_touched_by(synced, moved=moved) == touched
