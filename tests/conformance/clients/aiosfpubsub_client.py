"""Call the Pub/Sub API with aiosfpubsub (asyncio), which logs in by SOAP."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from tests.conformance.clients import calls, events
from tests.conformance.clients.calls import attempt, expect

events.trust_simulator()
from aiosfpubsub import Client  # noqa: E402 - trust_simulator() comes first

client = Client(**events.LOGIN)


def _topic() -> str:
    topic = client.get_topic(events.TOPIC)
    expect("a topic to subscribe to", topic.can_subscribe)
    return str(topic.schema_id)


def _subscribe(replay_type: str, place: bytes) -> events.Listener:
    listener = events.Listener(events.make_account("Conformance"))
    with suppress(events.Heard):
        asyncio.run(client.subscribe(events.TOPIC, replay_type, place, 10, listener))
    expect("the name of the new record", listener.name == "Conformance")
    return listener


attempt("login (SOAP)", client.auth)
attempt("GetTopic", _topic)
heard = attempt("Subscribe from the earliest event, GetSchema", lambda: _subscribe("EARLIEST", b""))
attempt("Subscribe after a replay id", lambda: _subscribe("CUSTOM", heard.place) and None)
calls.finish()
