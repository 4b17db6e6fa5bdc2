"""The messages of the service ``eventbus.v1.PubSub`` that a subscriber sends and receives.

Salesforce publishes the fields of each message, with their numbers (Pub/Sub API guide, "Pub/Sub API Proto File"). The
classes are built from the table below, so that no code has to be generated for each version of protobuf.
"""

from __future__ import annotations

from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

SERVICE = "/eventbus.v1.PubSub"
LATEST, CUSTOM = 0, 2
"""Values of ``ReplayPreset``; 1 would be all events that are still kept."""

_PACKAGE = "eventbus.v1"
_KINDS = {"bool": 8, "int32": 5, "string": 9, "bytes": 12, "enum": 14}
_MESSAGES = """
    TopicRequest   1 string topic_name
    TopicInfo      1 string topic_name
    TopicInfo      2 string tenant_guid
    TopicInfo      3 bool   can_publish
    TopicInfo      4 bool   can_subscribe
    TopicInfo      5 string schema_id
    TopicInfo      6 string rpc_id
    SchemaRequest  1 string schema_id
    SchemaInfo     1 string schema_json
    SchemaInfo     2 string schema_id
    SchemaInfo     3 string rpc_id
    ProducerEvent  1 string id
    ProducerEvent  2 string schema_id
    ProducerEvent  3 bytes  payload
    ConsumerEvent  1 ProducerEvent event
    ConsumerEvent  2 bytes  replay_id
    FetchRequest   1 string topic_name
    FetchRequest   2 enum   replay_preset
    FetchRequest   3 bytes  replay_id
    FetchRequest   4 int32  num_requested
    FetchResponse  1 ConsumerEvent* events
    FetchResponse  2 bytes  latest_replay_id
    FetchResponse  3 string rpc_id
    FetchResponse  4 int32  pending_num_requested
"""


def _build_file() -> descriptor_pb2.FileDescriptorProto:
    file = descriptor_pb2.FileDescriptorProto(name="sfapi_events.proto", package=_PACKAGE, syntax="proto3")
    preset = file.enum_type.add(name="ReplayPreset")
    for value, name in enumerate(("LATEST", "EARLIEST", "CUSTOM")):
        preset.value.add(name=name, number=value)
    messages: dict[str, Any] = {}
    for line in _MESSAGES.strip().splitlines():
        message, number, kind, name = line.split()
        if message not in messages:
            messages[message] = file.message_type.add(name=message)
        field: Any = messages[message].field.add(name=name, number=int(number), label=3 if kind.endswith("*") else 1)
        field.type = _KINDS.get(kind, 11)
        if field.type in {11, 14}:
            field.type_name = f".{_PACKAGE}.{'ReplayPreset' if kind == 'enum' else kind.rstrip('*')}"
    return file


_pool = descriptor_pool.DescriptorPool()  # a separate pool: another library may register the same names
_pool.Add(_build_file())


def _get_message_class(name: str) -> Any:
    return message_factory.GetMessageClass(_pool.FindMessageTypeByName(f"{_PACKAGE}.{name}"))


TopicRequest = _get_message_class("TopicRequest")
TopicInfo = _get_message_class("TopicInfo")
SchemaRequest = _get_message_class("SchemaRequest")
SchemaInfo = _get_message_class("SchemaInfo")
FetchRequest = _get_message_class("FetchRequest")
FetchResponse = _get_message_class("FetchResponse")
