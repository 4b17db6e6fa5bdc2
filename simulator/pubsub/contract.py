"""Define the messages of ``eventbus.v1.PubSub``, with Salesforce's field names and numbers.

The message classes are built from ``_MESSAGES`` when this module is imported, so there is no generated code. Only the
messages of the methods that a subscriber calls are defined.
"""

from __future__ import annotations

from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

SERVICE = "eventbus.v1.PubSub"
LATEST, EARLIEST, CUSTOM = 0, 1, 2

_TYPES = {"bool": 8, "bytes": 12, "int32": 5, "string": 9}
_MESSAGES = {
    "TopicRequest": {"topic_name": (1, "string")},
    "TopicInfo": {
        "topic_name": (1, "string"), "tenant_guid": (2, "string"), "can_publish": (3, "bool"),
        "can_subscribe": (4, "bool"), "schema_id": (5, "string"), "rpc_id": (6, "string"),
    },
    "SchemaRequest": {"schema_id": (1, "string")},
    "SchemaInfo": {"schema_json": (1, "string"), "schema_id": (2, "string"), "rpc_id": (3, "string")},
    "EventHeader": {"key": (1, "string"), "value": (2, "bytes")},
    "ProducerEvent": {
        "id": (1, "string"), "schema_id": (2, "string"), "payload": (3, "bytes"), "headers": (4, "*EventHeader"),
    },
    "ConsumerEvent": {"event": (1, "ProducerEvent"), "replay_id": (2, "bytes")},
    "FetchRequest": {
        "topic_name": (1, "string"), "replay_preset": (2, "ReplayPreset"), "replay_id": (3, "bytes"),
        "num_requested": (4, "int32"), "auth_refresh": (5, "string"),
    },
    "FetchResponse": {
        "events": (1, "*ConsumerEvent"), "latest_replay_id": (2, "bytes"), "rpc_id": (3, "string"),
        "pending_num_requested": (4, "int32"),
    },
}  # fmt: skip


def _file() -> descriptor_pb2.FileDescriptorProto:
    file = descriptor_pb2.FileDescriptorProto(name="simulator_pubsub.proto", package="eventbus.v1", syntax="proto3")
    preset = file.enum_type.add(name="ReplayPreset")
    for name, number in (("LATEST", LATEST), ("EARLIEST", EARLIEST), ("CUSTOM", CUSTOM)):
        preset.value.add(name=name, number=number)
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for field, (number, kind) in fields.items():
            _add_field(message, field, number, kind)
    return file


def _add_field(message: Any, name: str, number: int, kind: str) -> None:
    field = message.field.add(name=name, number=number, label=3 if kind.startswith("*") else 1)
    kind = kind.removeprefix("*")
    if kind in _TYPES:
        field.type = _TYPES[kind]
    else:
        field.type, field.type_name = 14 if kind == "ReplayPreset" else 11, f".eventbus.v1.{kind}"


# A separate pool: in the default pool, these names would clash with the names of a client in this process.
_POOL = descriptor_pool.DescriptorPool()
_POOL.Add(_file())


def _message(name: str) -> Any:
    return message_factory.GetMessageClass(_POOL.FindMessageTypeByName(f"eventbus.v1.{name}"))


TopicRequest, TopicInfo = _message("TopicRequest"), _message("TopicInfo")
SchemaRequest, SchemaInfo = _message("SchemaRequest"), _message("SchemaInfo")
ProducerEvent, ConsumerEvent = _message("ProducerEvent"), _message("ConsumerEvent")
FetchRequest, FetchResponse = _message("FetchRequest"), _message("FetchResponse")
