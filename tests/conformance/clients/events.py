"""Shared by the clients aiosfpubsub and pysfpubsub: create a record, and receive its change event."""

from __future__ import annotations

import json
import os
import urllib.request
from typing import Any

import certifi

from tests.conformance.clients import calls

TOPIC = "/data/AccountChangeEvent"
HOST, _, PORT = os.environ["SALESFORCE_PUBSUB_HOST"].partition(":")
LOGIN = {
    "url": calls.HOST,
    "username": calls.USERNAME,
    "password": calls.PASSWORD + calls.SECURITY_TOKEN,
    "grpc_host": HOST,
    "grpc_port": int(PORT),
}


class Heard(Exception):
    """Raised when the subscription has received the expected event."""


def trust_simulator() -> None:
    """Make certifi return the path of the simulator's certificates.

    Call this function before a client's package is imported.
    """
    certifi.where = lambda: os.environ["REQUESTS_CA_BUNDLE"]


def make_account(name: str) -> str:
    order = urllib.request.Request(
        f"{os.environ['SIMULATOR_URL']}/records/Account",
        json.dumps({"Name": name}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(order, timeout=30) as answer:
        return str(json.load(answer)["id"])


class Listener:
    """A callback that raises ``Heard`` when the event of one record's creation arrives."""

    def __init__(self, record: str) -> None:
        self._record = record
        self.name = ""
        self.place = b""

    def __call__(self, response: Any, client: Any) -> None:
        for each in response.events:
            decoded = client.decode(client.get_schema_json(each.event.schema_id), each.event.payload)
            header = decoded["ChangeEventHeader"]
            if self._record in header["recordIds"] and header["changeType"] == "CREATE":
                self.name, self.place = decoded["Name"], each.replay_id
                raise Heard
