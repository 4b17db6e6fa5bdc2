"""Subscribe to the change events of Salesforce objects over the Pub/Sub API (gRPC)."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import certifi
import grpc
from requests.utils import get_environ_proxies

from outgoing.sessions import AUTHORITY_VARIABLES
from sf.salesforce.client import SalesforceClient
from sf.salesforce.errors import RequestRefused, TransientError
from sf.salesforce.events import contract
from sf.salesforce.events.decoding import ChangeEvent, Decoder
from sf.salesforce.events.errors import TopicForbidden, UnreadableEvent, error_of

MOST_REQUESTED = 100
"""The most events that Salesforce sends for one request."""
ANSWER_SECONDS = 20.0
# Salesforce sends something at least every 270 s; the pings notice a dead connection sooner.
_OPTIONS = (("grpc.keepalive_time_ms", 60_000), ("grpc.keepalive_timeout_ms", 20_000))


def topic_of(sobject: str) -> str:
    """Return the topic of an object: ``/data/AccountChangeEvent``, ``/data/Adoption__ChangeEvent``."""
    return f"/data/{sobject.removesuffix('c') if sobject.endswith('__c') else sobject}ChangeEvent"


@dataclass(frozen=True)
class Batch:
    """The events of one response. ``replay_id``: the position after the events, for the next subscription."""

    events: tuple[ChangeEvent, ...]
    replay_id: bytes


class EventClient:
    """One connection to the Pub/Sub API with the session of a ``SalesforceClient``. Close it after use."""

    def __init__(self, host: str, client: SalesforceClient, proxy: str = "") -> None:
        session = client.session()
        self._metadata = (
            ("accesstoken", session.access_token),
            ("instanceurl", session.instance_url),
            ("tenantid", client.organization_id),
        )
        options = (*_OPTIONS, *_build_proxy_options(proxy or _proxy_of_environment(host)))
        self._channel = grpc.secure_channel(host, grpc.ssl_channel_credentials(_read_authorities()), options)
        self._decoder = Decoder(self._fetch_schema)

    def close(self) -> None:
        self._channel.close()

    def check_topic(self, topic: str) -> None:
        """Raise ``TopicMissing`` or ``TopicForbidden`` when the API user cannot subscribe to the topic."""
        ask = self._make_call("GetTopic", contract.TopicRequest, contract.TopicInfo)
        info = self._call(lambda: ask(contract.TopicRequest(topic_name=topic)), f"GetTopic {topic}")
        if not info.can_subscribe:
            raise TopicForbidden(f"Salesforce does not let this API user subscribe to {topic}")

    def subscribe(self, topic: str, replay_id: bytes | None) -> Subscription:
        """Subscribe to the events after ``replay_id``, or only to new events when it is ``None``."""
        method = self._channel.stream_stream(
            f"{contract.SERVICE}/Subscribe",
            contract.FetchRequest.SerializeToString,
            contract.FetchResponse.FromString,
        )
        return Subscription(lambda requests: method(requests, metadata=self._metadata), topic, replay_id, self._decoder)

    def _fetch_schema(self, schema_id: str) -> str:
        ask = self._make_call("GetSchema", contract.SchemaRequest, contract.SchemaInfo)
        request = contract.SchemaRequest(schema_id=schema_id)
        return str(self._call(lambda: ask(request), f"GetSchema {schema_id[:40]}").schema_json)

    def _make_call(self, name: str, request: Any, answer: Any) -> Callable[[Any], Any]:
        method = self._channel.unary_unary(f"{contract.SERVICE}/{name}", request.SerializeToString, answer.FromString)
        return lambda message: method(message, metadata=self._metadata, timeout=ANSWER_SECONDS)

    @staticmethod
    def _call(call: Callable[[], Any], call_name: str) -> Any:
        try:
            return call()
        except grpc.RpcError as failure:
            raise error_of(failure, call_name) from failure


class Subscription:
    """The stream of one topic. It asks for more events by itself, so that Salesforce does not end it."""

    def __init__(
        self, call: Callable[[Iterator[Any]], Any], topic: str, replay_id: bytes | None, decoder: Decoder
    ) -> None:
        self.topic = topic
        self._decoder = decoder
        self._requests: queue.SimpleQueue[Any] = queue.SimpleQueue()
        first = contract.FetchRequest(topic_name=topic, num_requested=MOST_REQUESTED)
        if replay_id is not None:
            first.replay_preset, first.replay_id = contract.CUSTOM, replay_id
        self._requests.put(first)
        self._stream = call(iter(self._requests.get, None))
        self.answered = threading.Event()
        """Set when Salesforce has answered: then the position at which the subscription begins is fixed."""
        threading.Thread(target=self._await_answer, name=f"headers of {topic}", daemon=True).start()

    def cancel(self) -> None:
        """End the stream; ``read_batches`` then raises ``SalesforceError``."""
        self._requests.put(None)
        self._stream.cancel()

    def read_batches(self) -> Iterator[Batch]:
        """Yield batches as they arrive. Raises ``SalesforceError`` when the stream breaks or ends."""
        try:
            for response in self._stream:
                self.answered.set()
                events = tuple(self._decode_event(each.event) for each in response.events)
                places = [each.replay_id for each in response.events]
                yield Batch(events, places[-1] if places else response.latest_replay_id)
                self._ask_for_more(int(response.pending_num_requested))
        except grpc.RpcError as failure:
            raise error_of(failure, f"Subscribe {self.topic}") from failure
        raise TransientError(f"Salesforce ended the stream of {self.topic}")

    def _decode_event(self, sent: Any) -> ChangeEvent:
        """Return the event. An unreadable event becomes an incomplete event without ids."""
        try:
            return self._decoder.event(sent.schema_id, sent.payload)
        except (UnreadableEvent, RequestRefused) as error:
            return ChangeEvent(frozenset(), "", incomplete=str(error))

    def _ask_for_more(self, pending: int) -> None:
        if pending <= MOST_REQUESTED // 2:
            number = MOST_REQUESTED - pending
            self._requests.put(contract.FetchRequest(topic_name=self.topic, num_requested=number))

    def _await_answer(self) -> None:
        try:
            self._stream.initial_metadata()
        except grpc.RpcError:
            return  # ``read_batches`` raises it
        if self._stream.is_active():
            self.answered.set()


def _proxy_of_environment(host: str) -> str:
    """Return the proxy that ``requests`` would use for this host.

    gRPC itself reads the proxy variables differently.
    """
    proxies = get_environ_proxies(f"https://{host}")
    return str(proxies.get("https") or proxies.get("all") or "")


def _build_proxy_options(proxy: str) -> tuple[tuple[str, str | int], ...]:
    return (("grpc.http_proxy", proxy),) if proxy else (("grpc.enable_http_proxy", 0),)


def _read_authorities() -> bytes:
    """Return the certificate authorities that the other calls to Salesforce trust."""
    named = next((os.environ[name] for name in AUTHORITY_VARIABLES if os.environ.get(name)), "")
    path = Path(named or certifi.where())
    files = sorted(each for each in path.iterdir() if each.is_file()) if path.is_dir() else [path]
    return b"\n".join(each.read_bytes() for each in files)
