"""Records that PostgreSQL cannot store."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sf.ingest.load.target import Target

Row = tuple[str | None, ...]
"""The values of a record as text, in the order of the target's columns."""


@dataclass(frozen=True)
class Refusal:
    """A record that PostgreSQL cannot store: its id, its values by column as JSON text, and the reason."""

    record_id: str
    payload: str
    reason: str


def is_storable_text(row: Row) -> bool:
    """Return whether PostgreSQL text can store every value: no NUL bytes and no unpaired surrogates."""
    text = "".join(value for value in row if value)
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def refusal_of(row: Row, target: Target) -> Refusal:
    """Return the refusal of a row whose text PostgreSQL cannot store."""
    named = dict(zip((column.name for column in target.columns), row, strict=True))
    bad = [name for name, value in named.items() if not is_storable_text((value,))]
    record_id = (named.get("id") or "").replace("\0", "")
    reason = f"{', '.join(bad)}: a NUL character, or a character that is not Unicode"
    return Refusal(record_id, json.dumps(named), reason)
