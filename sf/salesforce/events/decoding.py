"""Decode the record ids and the kind of a change event.

The values in the event are not used: the records are read from Salesforce afterward.
Source: Change Data Capture Developer Guide, "Change Event Header Fields", "Gap Events", "Overflow Events".
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import fastavro

from sf.salesforce.events.errors import UnreadableEvent
from sf.salesforce.ids import id_of_18

_HEADER = "ChangeEventHeader"
_KINDS = frozenset({"CREATE", "UPDATE", "DELETE", "UNDELETE"})
_GAP = "GAP_"
_NO_RECORD = "000000000000000AAA"


@dataclass(frozen=True)
class ChangeEvent:
    """The records that a change concerns.

    ``incomplete`` is the reason why records may be missing, or an empty string.
    """

    ids: frozenset[str]
    kind: str
    incomplete: str = ""

    @property
    def moves_children(self) -> bool:
        """Return whether other records may have lost or regained their lookup to these records."""
        return self.kind.removeprefix(_GAP) in {"DELETE", "UNDELETE"}


class Decoder:
    """Decodes events. ``ask`` returns a schema's JSON by its id; a usable schema is asked for once."""

    def __init__(self, ask: Callable[[str], str]) -> None:
        self._ask = ask
        self._schemas: dict[str, Any] = {}

    def event(self, schema_id: str, payload: bytes) -> ChangeEvent:
        """Return the event. Raises ``UnreadableEvent``, or an error of ``ask``."""
        schema = self._load_schema(schema_id)
        try:
            read: Any = fastavro.schemaless_reader(io.BytesIO(payload), schema, None)
            header = read[_HEADER]
            return _make_event(str(header["changeType"]), [str(each) for each in header["recordIds"]])
        except Exception as error:  # fastavro raises EOFError, IndexError, KeyError, UnicodeDecodeError and others
            raise UnreadableEvent(f"an event of schema {schema_id[:40]} cannot be decoded: {error!r:.200}") from error

    def _load_schema(self, schema_id: str) -> Any:
        if schema_id not in self._schemas:
            text = self._ask(schema_id)
            try:
                self._schemas[schema_id] = _cut_after_header(json.loads(text))
            except Exception as error:
                raise UnreadableEvent(f"schema {schema_id[:40]} cannot be used: {error!r:.200}") from error
        return self._schemas[schema_id]


def _cut_after_header(schema: Any) -> Any:
    """Return the schema up to and including the header, so that the fields after the header are not read."""
    names = [field["name"] for field in schema["fields"]]
    needed = schema["fields"][: names.index(_HEADER) + 1]
    return fastavro.parse_schema({**schema, "fields": needed})


def _make_event(kind: str, named: list[str]) -> ChangeEvent:
    ids = frozenset(whole for each in named if each != _NO_RECORD and (whole := id_of_18(each)))
    if ids and kind in _KINDS and len(ids) == len(set(named)):
        return ChangeEvent(ids, kind)
    return ChangeEvent(ids, kind, incomplete=f"a {kind} event" if ids else f"a {kind} event without record ids")
