"""The Pub/Sub API: the events that a subscriber gets, and the statuses of refused calls."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("grpc", reason="grpcio is not installed (requirements/follow.txt): the Pub/Sub API is NOT tested")

import fastavro
import grpc

from simulator import credentials
from simulator.pubsub import contract
from tests.simulator.client import Salesforce
from tests.simulator.running import RunningSimulator

TOPIC = "/data/AccountChangeEvent"


class Subscriber:
    """One caller's calls, and the events of its subscription."""

    def __init__(self, simulator: RunningSimulator, token: str = credentials.SESSION_ID) -> None:
        trusted = Path(simulator.bundle).with_name("ca.pem").read_bytes()
        host = simulator.variables["SALESFORCE_PUBSUB_HOST"]
        self._channel = grpc.secure_channel(host, grpc.ssl_channel_credentials(trusted))
        self._headers = (
            ("accesstoken", token),
            ("instanceurl", simulator.base_url),
            ("tenantid", credentials.ORGANIZATION_ID),
        )
        self.stream: Any = None

    def ask(self, method: str, request: Any, answer: Any) -> Any:
        call = self._channel.unary_unary(f"/{contract.SERVICE}/{method}", type(request).SerializeToString,
                                         answer.FromString)  # fmt: skip
        return call(request, metadata=self._headers, timeout=20)

    def topic(self, name: str = TOPIC) -> Any:
        return self.ask("GetTopic", contract.TopicRequest(topic_name=name), contract.TopicInfo)

    def subscribe(self, *requests: Any) -> Any:
        """Return the stream as soon as the server has accepted or refused it."""
        call = self._channel.stream_stream(f"/{contract.SERVICE}/Subscribe", contract.FetchRequest.SerializeToString,
                                           contract.FetchResponse.FromString)  # fmt: skip
        self.stream = call(iter(requests), metadata=self._headers, timeout=60)
        self.stream.initial_metadata()
        return self.stream

    def header(self, event: Any) -> dict[str, Any]:
        return dict(self.decoded(event)["ChangeEventHeader"])

    def decoded(self, event: Any) -> Any:
        request = contract.SchemaRequest(schema_id=event.event.schema_id)
        schema = fastavro.parse_schema(json.loads(self.ask("GetSchema", request, contract.SchemaInfo).schema_json))
        return fastavro.schemaless_reader(io.BytesIO(event.event.payload), schema, None)

    def close(self) -> None:
        self._channel.close()


@pytest.fixture
def subscriber(simulator: RunningSimulator) -> Iterator[Subscriber]:
    caller = Subscriber(simulator)
    yield caller
    caller.close()


def fetch(count: int = 100, **more: Any) -> Any:
    return contract.FetchRequest(topic_name=more.pop("topic", TOPIC), num_requested=count, **more)


def refusal(call: Any) -> tuple[str, str]:
    """Return the gRPC status of a refused call, and Salesforce's error code."""
    with pytest.raises(grpc.RpcError) as raised:
        call()
    failure: Any = raised.value
    trailers = dict(failure.trailing_metadata())
    return failure.code().name, trailers.get("error-code", "").rpartition("grpc.")[2]


def account(simulator: RunningSimulator) -> str:
    return str(simulator.control("POST", "/query", {"soql": "SELECT Id FROM Account LIMIT 1"})["rows"][0][0])


def test_each_change_is_an_event_with_the_kind_of_change_and_the_records_id(
    simulator: RunningSimulator, subscriber: Subscriber, salesforce: Salesforce
) -> None:
    stream = subscriber.subscribe(fetch())
    account_id = salesforce.call("POST", "/sobjects/Account", json={"Name": "New"}).json()["id"]
    salesforce.call("PATCH", f"/sobjects/Account/{account_id}", json={"Name": "Newer"})
    salesforce.call("DELETE", f"/sobjects/Account/{account_id}")
    simulator.control("POST", f"/records/Account/{account_id}/undelete")
    headers: list[dict[str, Any]] = []
    while len(headers) < 4:
        headers += [subscriber.header(event) for event in next(stream).events]
    assert [header["changeType"] for header in headers] == ["CREATE", "UPDATE", "DELETE", "UNDELETE"]
    assert {(header["entityName"], *header["recordIds"]) for header in headers} == {("Account", account_id)}


def test_an_event_has_the_values_that_were_set(simulator: RunningSimulator, subscriber: Subscriber) -> None:
    stream = subscriber.subscribe(fetch())
    simulator.control("PATCH", f"/records/Account/{account(simulator)}", {"Name": "Rice"})
    event = subscriber.decoded(next(stream).events[0])
    assert (event["Name"], event["BillingCity"]) == ("Rice", None)


def test_no_more_events_come_than_were_requested(simulator: RunningSimulator, subscriber: Subscriber) -> None:
    stream = subscriber.subscribe(fetch(1))
    for name in ("A", "B"):
        simulator.control("PATCH", f"/records/Account/{account(simulator)}", {"Name": name})
    answer = next(stream)
    assert (len(answer.events), answer.pending_num_requested) == (1, 0)


def test_a_subscription_continues_after_a_replay_id(simulator: RunningSimulator, subscriber: Subscriber) -> None:
    stream = subscriber.subscribe(fetch(1))
    for name in ("A", "B"):
        simulator.control("PATCH", f"/records/Account/{account(simulator)}", {"Name": name})
    place = next(stream).events[0].replay_id
    again = subscriber.subscribe(fetch(replay_preset=contract.CUSTOM, replay_id=place))
    assert [subscriber.decoded(event)["Name"] for event in next(again).events] == ["B"]


def test_a_quiet_stream_sends_keep_alives_with_a_replay_id(simulator: RunningSimulator, subscriber: Subscriber) -> None:
    simulator.control("POST", "/pubsub", {"keepalive_seconds": 0.05})
    answer = next(subscriber.subscribe(fetch()))
    assert (len(answer.events), len(answer.latest_replay_id)) == (0, 10)


def test_an_old_replay_id_is_refused(simulator: RunningSimulator, subscriber: Subscriber) -> None:
    simulator.control("POST", "/pubsub", {"keepalive_seconds": 0.05})
    place = next(subscriber.subscribe(fetch())).latest_replay_id
    simulator.control("POST", "/pubsub/expire")
    again = fetch(replay_preset=contract.CUSTOM, replay_id=place)
    assert refusal(lambda: next(subscriber.subscribe(again))) == (
        "INVALID_ARGUMENT",
        "subscription.fetch.replayid.corrupted",
    )


@pytest.mark.parametrize(
    ("settings", "topic"),
    [({"enabled": ["Contact"]}, TOPIC), ({}, "/data/accountChangeEvent"), ({}, "/data/Book__cChangeEvent")],
)
def test_topics_of_unselected_objects_and_misspelled_topics_are_not_found(
    simulator: RunningSimulator, subscriber: Subscriber, settings: Any, topic: str
) -> None:
    simulator.control("POST", "/pubsub", settings)
    assert refusal(lambda: subscriber.topic(topic))[0] == "NOT_FOUND"


def test_a_topic_can_be_read_but_not_subscribed_to_without_the_right(
    simulator: RunningSimulator, subscriber: Subscriber
) -> None:
    simulator.control("POST", "/pubsub", {"forbidden": ["Account"]})
    assert not subscriber.topic().can_subscribe
    assert refusal(lambda: next(subscriber.subscribe(fetch())))[0] == "PERMISSION_DENIED"


def test_a_stream_ends_with_its_session(simulator: RunningSimulator, subscriber: Subscriber) -> None:
    stream = subscriber.subscribe(fetch())
    simulator.control("POST", "/sessions/expire")
    assert refusal(lambda: next(stream)) == ("UNAUTHENTICATED", "service.auth.error")


def test_gap_and_overflow_events_can_be_published(simulator: RunningSimulator, subscriber: Subscriber) -> None:
    stream = subscriber.subscribe(fetch())
    for kind in ("GAP_UPDATE", "GAP_OVERFLOW"):
        simulator.control("POST", "/pubsub/event", {"sobject": "Account", "kind": kind, "ids": ["000000000000000AAA"]})
    events: list[Any] = []
    while len(events) < 2:
        events += next(stream).events
    assert [subscriber.header(event)["changeType"] for event in events] == ["GAP_UPDATE", "GAP_OVERFLOW"]


def test_deleting_a_parent_makes_no_event_for_the_child_whose_lookup_field_is_cleared(
    simulator: RunningSimulator, subscriber: Subscriber
) -> None:
    stream = subscriber.subscribe(fetch(topic="/data/ContactChangeEvent"))
    parent = simulator.control("POST", "/records/Account", {"Name": "Parent"})["id"]
    child = simulator.control("POST", "/records/Contact", {"LastName": "Child", "AccountId": parent})["id"]
    simulator.control("POST", f"/records/Account/{parent}/delete")
    other = simulator.control("POST", "/records/Contact", {"LastName": "Other"})["id"]
    record_ids: list[str] = []
    while other not in record_ids:
        record_ids += [key for event in next(stream).events for key in subscriber.header(event)["recordIds"]]
    assert record_ids == [child, other]


def test_dropped_streams_can_be_opened_again(simulator: RunningSimulator, subscriber: Subscriber) -> None:
    stream = subscriber.subscribe(fetch())
    simulator.control("POST", "/pubsub/drop")
    assert refusal(lambda: next(stream))[0] == "UNAVAILABLE"
    assert subscriber.subscribe(fetch()).is_active()
