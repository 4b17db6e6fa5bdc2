"""The gRPC server: topics, schemas and subscriptions, with Salesforce's statuses and error codes.

Sources: ``docs/platform-facts.md``, "Salesforce: Pub/Sub API".
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc

from simulator.pubsub import contract
from simulator.pubsub.events import Event, EventBus, number_of, replay_id_of
from simulator.pubsub.payloads import payload, schema_id, schema_json, sobject_of_schema, sobject_of_topic
from simulator.schema import SObject
from simulator.world import World

MOST_REQUESTED = 100
MOST_STREAMS = 64
_CODES = "sfdc.platform.eventbus.grpc."
_LOOK_SECONDS = 1.0
"""While a stream is open, its session is checked at least this often."""


class Refused(Exception):
    """A status for the caller. ``code`` is Salesforce's error code without the common prefix."""

    def __init__(self, status: grpc.StatusCode, message: str, code: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class _Subscription:
    """The requests of one stream. A thread reads all requests after the first request."""

    def __init__(self, bus: EventBus, requests: Iterator[Any]) -> None:
        self._bus = bus
        self._requests = requests
        self.first = next(requests, None)
        self.pending = self._count(self.first) if self.first else 0
        self.over = False
        self.problem: Refused | None = None
        threading.Thread(target=self._listen, daemon=True).start()

    @staticmethod
    def _count(request: Any) -> int:
        if request.num_requested < 1:
            code = "subscription.fetch.requested.events.invalid"
            raise Refused(grpc.StatusCode.INVALID_ARGUMENT, "The number of requested events is not valid.", code)
        return min(int(request.num_requested), MOST_REQUESTED)

    def _listen(self) -> None:
        try:
            for request in self._requests:
                with self._bus.changed:
                    self.pending += self._count(request)
                    self._bus.changed.notify_all()
        except Refused as problem:
            self.problem = problem
        except Exception:  # noqa: BLE001 (the caller has disconnected)
            self.over = True
        self._bus.look_again()


class PubSub:
    """The methods of ``eventbus.v1.PubSub`` on one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._bus = world.events
        self._user = world.store.user

    def topic(self, request: Any, context: Any) -> Any:
        with _refusing(context):
            self._authenticate(context)
            sobject = self._known_topic(request.topic_name)
            return contract.TopicInfo(
                topic_name=request.topic_name,
                tenant_guid=f"CORE/prod/{self._world.organization_id}",
                can_publish=False,
                can_subscribe=sobject.name not in self._bus.settings.forbidden,
                schema_id=schema_id(sobject),
                rpc_id=str(uuid.uuid4()),
            )

    def schema(self, request: Any, context: Any) -> Any:
        with _refusing(context):
            self._authenticate(context)
            sobject = None if self._bus.settings.schemas_unknown else sobject_of_schema(request.schema_id)
            if sobject is None:
                raise Refused(grpc.StatusCode.NOT_FOUND, "The schema is not found.")
            return contract.SchemaInfo(schema_json=schema_json(sobject), schema_id=request.schema_id)

    def subscribe(self, requests: Iterator[Any], context: Any) -> Iterator[Any]:
        with _refusing(context):
            self._authenticate(context)
            subscription = _Subscription(self._bus, requests)
            if subscription.first is None:
                return
            sobject = self._known_topic(subscription.first.topic_name)
            if self._bus.settings.unauthenticated:
                self._refuse_session()
            self._check_subscribable(sobject)
            place = self._beginning(subscription.first)
            if not self._bus.settings.silent:
                context.send_initial_metadata(())
            yield from self._stream(subscription, sobject, place, context)

    def _stream(self, subscription: _Subscription, sobject: SObject, place: int, context: Any) -> Iterator[Any]:
        drops, last_sent = self._bus.drops, time.monotonic()
        while context.is_active() and not subscription.over:
            events, last = self._wait(subscription, sobject, place, last_sent)
            if subscription.problem:
                raise subscription.problem
            if self._bus.drops != drops:
                raise Refused(grpc.StatusCode.UNAVAILABLE, "RST_STREAM closed stream. HTTP/2 error code: NO_ERROR")
            self._authenticate(context)
            quiet = time.monotonic() - last_sent
            if subscription.pending == 0 and quiet >= self._bus.settings.idle_seconds:
                return
            if events or (subscription.pending and quiet >= self._bus.settings.keepalive_seconds):
                place = events[-1].number if events else max(place, last)
                with self._bus.changed:
                    subscription.pending -= len(events)
                last_sent = time.monotonic()
                yield self._response(sobject, events, place, subscription.pending)

    def _wait(
        self, subscription: _Subscription, sobject: SObject, place: int, last_sent: float
    ) -> tuple[list[Event], int]:
        """Return the object's next events, and the number of the latest event of any object."""
        settings = self._bus.settings
        until = last_sent + (settings.keepalive_seconds if subscription.pending else settings.idle_seconds)
        with self._bus.changed:
            events = self._bus.after(place, sobject.name, subscription.pending)
            if not events and not subscription.over:
                self._bus.changed.wait(max(0.0, min(_LOOK_SECONDS, until - time.monotonic())))
                events = self._bus.after(place, sobject.name, subscription.pending)
            return events, self._bus.last

    def _response(self, sobject: SObject, events: list[Event], place: int, pending: int) -> Any:
        return contract.FetchResponse(
            events=[
                contract.ConsumerEvent(
                    event=contract.ProducerEvent(
                        id=str(uuid.uuid4()), schema_id=schema_id(sobject), payload=payload(sobject, event, self._user)
                    ),
                    replay_id=replay_id_of(event.number),
                )
                for event in events
            ],
            latest_replay_id=replay_id_of(place),
            rpc_id=str(uuid.uuid4()),
            pending_num_requested=pending,
        )

    def _authenticate(self, context: Any) -> None:
        sent = dict(context.invocation_metadata())
        if not all(sent.get(name) for name in ("accesstoken", "instanceurl", "tenantid")):
            message = "The authentication headers are not valid."
            raise Refused(grpc.StatusCode.UNAUTHENTICATED, message, "service.auth.headers.invalid")
        session = self._world.sessions.find(sent["accesstoken"])
        if session is None or sent["tenantid"][:15] != self._world.organization_id[:15]:
            self._refuse_session()

    @staticmethod
    def _refuse_session() -> None:
        message = "An authentication exception occurred. Provide valid authentication via metadata headers."
        raise Refused(grpc.StatusCode.UNAUTHENTICATED, message, "service.auth.error")

    def _known_topic(self, topic: str) -> SObject:
        sobject = sobject_of_topic(topic)
        if sobject is None or not self._bus.is_enabled(sobject.name):
            org = f"CORE/prod/{self._world.organization_id}"
            raise Refused(
                grpc.StatusCode.NOT_FOUND,
                f"The topic information for org {org} and topic {topic} not found. "
                "Ensure the topic name is correct and that the topic exists.",
            )
        return sobject

    def _check_subscribable(self, sobject: SObject) -> None:
        settings = self._bus.settings
        if sobject.name in settings.forbidden:
            raise Refused(grpc.StatusCode.PERMISSION_DENIED, "The user does not have permission to subscribe.")
        with self._bus.changed:
            if settings.refusals:
                settings.refusals -= 1
                message = "The service is unavailable. Try again later."
                raise Refused(grpc.StatusCode.UNAVAILABLE, message, "service.unavailable")

    def _beginning(self, request: Any) -> int:
        """Return the number of the event after which the subscription begins."""
        if request.replay_preset == contract.LATEST:
            return self._bus.last
        if request.replay_preset == contract.EARLIEST:
            return self._bus.first
        code = "subscription.fetch.replayid."
        if not request.replay_id:
            message = "The Replay ID is missing."
            raise Refused(grpc.StatusCode.INVALID_ARGUMENT, message, f"{code}validation.failed")
        number = number_of(request.replay_id)
        if number is None or not self._bus.first <= number <= self._bus.last:
            message = "The Replay ID validation failed. Ensure that it is within the retention window."
            raise Refused(grpc.StatusCode.INVALID_ARGUMENT, message, f"{code}corrupted")
        return number


class _refusing:  # noqa: N801 - a context manager
    """Turns ``Refused`` into a gRPC status, with Salesforce's code and the call's id in the trailers."""

    def __init__(self, context: Any) -> None:
        self._context = context

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: object, traceback: object) -> None:
        if isinstance(error, Refused):
            rpc_id = str(uuid.uuid4())
            code = (("error-code", _CODES + error.code),) if error.code else ()
            self._context.set_trailing_metadata((*code, ("rpc-id", rpc_id)))
            self._context.abort(error.status, f"{error} rpcId: {rpc_id}")


def serve(world: World, host: str, port: int, certificate: Path) -> tuple[Any, int]:
    """Start the server; return it and its port. ``certificate``: a PEM file with certificate and key."""
    service = PubSub(world)
    handlers = {
        "GetTopic": grpc.unary_unary_rpc_method_handler(
            service.topic, contract.TopicRequest.FromString, contract.TopicInfo.SerializeToString
        ),
        "GetSchema": grpc.unary_unary_rpc_method_handler(
            service.schema, contract.SchemaRequest.FromString, contract.SchemaInfo.SerializeToString
        ),
        "Subscribe": grpc.stream_stream_rpc_method_handler(
            service.subscribe, contract.FetchRequest.FromString, contract.FetchResponse.SerializeToString
        ),
    }
    server = grpc.server(ThreadPoolExecutor(MOST_STREAMS), options=(("grpc.so_reuseport", 0),))
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(contract.SERVICE, handlers),))
    pem = certificate.read_bytes()
    bound = server.add_secure_port(f"{host}:{port}", grpc.ssl_server_credentials([(pem, pem)]))
    world.events.recording = True
    server.start()
    return server, bound
