"""Page tokens: opaque texts that each contain a position in a sequence of pages."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from dataclasses import asdict, dataclass
from typing import Any

from simulator.pardot.errors import PardotError
from simulator.pardot.settings import PardotSettings

_SIGNATURE_BYTES = 12


@dataclass(frozen=True)
class Position:
    """The position at which a page begins."""

    path: str
    params: dict[str, str]
    """The parameters of the first page, without ``fields``."""
    after: tuple[Any, int]
    """The sort key and the id of the last row on the page before; ``(None, 0)`` for the first page."""
    served: int
    """The number of rows on all pages before."""


def write(position: Position, settings: PardotSettings) -> str:
    content = json.dumps([asdict(position), time.time()], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_signature(content, settings) + content).rstrip(b"=").decode()


def read(token: str, path: str, settings: PardotSettings) -> Position:
    """Read a token.

    Raises error 211 for an unknown token or a token of another object, and error 210 for an expired token.
    """
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError) as error:
        raise PardotError(211) from error
    signature, content = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
    if not hmac.compare_digest(signature, _signature(content, settings)):
        raise PardotError(211)
    fields, issued = json.loads(content)
    position = Position(**{**fields, "after": tuple(fields["after"])})
    if position.path != path:
        raise PardotError(211)
    if issued < settings.tokens_after or time.time() - issued > settings.token_seconds:
        raise PardotError(210)
    return position


def _signature(content: bytes, settings: PardotSettings) -> bytes:
    return hmac.new(settings.token_key, content, hashlib.sha256).digest()[:_SIGNATURE_BYTES]
