"""The opaque cursor from one page of a read to the next page."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from api.records.values import parse_moment_in_utc
from sf.reads.record_pages import Position
from sf.salesforce.ids import id_of_18

MAX_CHARACTERS = 300


class UnreadableCursor(ValueError):
    """The cursor is cut off, made up, or from another release."""


@dataclass(frozen=True)
class Cursor:
    position: Position
    """The position of the last row of the page. The next page begins after it."""
    as_of: datetime
    """The ``as_of`` of the first page, which all pages of the read return.

    A row that becomes visible between two pages may be dated earlier than the rows already returned, so this read
    misses it. The client passes this ``as_of`` as ``modified_since`` to its next read, which finds the row.
    """

    def to_text(self) -> str:
        parts = [self.position.local_update_date.isoformat(), self.position.id, self.as_of.isoformat()]
        return base64.urlsafe_b64encode(json.dumps(parts).encode()).rstrip(b"=").decode()

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Parse a cursor. Raises ``UnreadableCursor`` when the text is not a cursor."""
        try:
            parts = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars="-_", validate=True))
            date, record_id, as_of = parts
            cursor = cls(Position(parse_moment_in_utc(date), record_id), parse_moment_in_utc(as_of))
        except (binascii.Error, ValueError, TypeError, RecursionError) as error:
            raise UnreadableCursor("This is not a cursor of this service: take the cursor from “next”") from error
        if not isinstance(record_id, str) or id_of_18(record_id) != record_id:
            raise UnreadableCursor("This is not a cursor of this service: take the cursor from “next”")
        return cursor
