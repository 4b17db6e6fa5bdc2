"""Handle ``Idempotency-Key``: a request that is sent again does not create anything twice.

One transaction stores the key and the record that the request creates, so both exist or neither does. When several
requests with one key come at once, one inserts the key's row. The others wait for its commit, and then see the row.
Keys are kept for 24 hours.

Source: draft-ietf-httpapi-idempotency-key-header (422 for another body, 409 while the first request is running).
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models.functions import Now

from api.domain.error_types import ErrorType
from api.http.errors import Conflict, Unprocessable
from api.models import IdempotencyKey

KEPT = timedelta(hours=24)
REPLAYED = "Idempotent-Replayed"
"""The header that marks an answer about the record of an earlier request with the same key."""
STILL_RUNNING_SECONDS = 3

_FORM = re.compile(r"[\x21-\x7e]{1,255}")
_QUOTED = re.compile(r'"(.*)"')

_TAKE = """
    INSERT INTO api_idempotencykey AS kept (caller, path, key, body_hash, record_id)
    VALUES (%(identity)s, %(path)s, %(key)s, %(body_hash)s, %(record_id)s)
    ON CONFLICT (caller, path, key) DO UPDATE
       SET body_hash = EXCLUDED.body_hash, record_id = EXCLUDED.record_id, created_at = now()
     WHERE kept.created_at < now() - %(kept)s
    RETURNING id
"""


@dataclass(frozen=True)
class IdempotentRequest:
    """The identity of a request. ``key`` is ``None`` when the client sent none."""

    identity: str
    path: str
    key: str | None
    body_hash: str

    def take(self, record_id: uuid.UUID) -> uuid.UUID | None:
        """Claim the key for ``record_id``, or return the id of the record of an earlier request.

        Returns ``None`` when this request now has the key, or sent none. Call this method in the transaction that
        stores the record. Raises ``Unprocessable`` when the earlier request had another body.
        """
        if self.key is None:
            return None
        own: dict[str, Any] = {"identity": self.identity, "path": self.path, "key": self.key}
        with connection.cursor() as cursor:
            values = {**own, "body_hash": self.body_hash, "record_id": record_id, "kept": KEPT}
            cursor.execute(_TAKE, values)
            if cursor.fetchone():
                return None
        earlier = IdempotencyKey.objects.get(**own)
        if earlier.body_hash != self.body_hash:
            message = "This Idempotency-Key was used with another body in the last 24 hours: use a new one."
            raise Unprocessable(message, error_type=ErrorType.IDEMPOTENCY_KEY_REUSED)
        return earlier.record_id


def make_idempotent_request(*, identity: str, path: str, key: str | None, body: Any) -> IdempotentRequest:
    """Return the identity of a request. Raises ``Unprocessable`` for a bad key.

    ``body`` has the validated values, so white space, the order of fields and omitted nulls make no difference.
    """
    if key is not None and (quoted := _QUOTED.fullmatch(key)):  # the draft wants quotes; most clients send none
        key = re.sub(r"\\(.)", r"\1", quoted[1])
    if key is not None and not _FORM.fullmatch(key):
        message = "Idempotency-Key: must be 1 to 255 visible ASCII characters"
        raise Unprocessable(f"{message}.", errors=[{"loc": ["header", "Idempotency-Key"], "message": message}])
    canonical = json.dumps(body, sort_keys=True, ensure_ascii=True)
    return IdempotentRequest(identity, path, key, hashlib.sha256(canonical.encode()).hexdigest())


def make_still_running_error() -> Conflict:
    return Conflict(
        "The first request with this Idempotency-Key is still running: try again soon.",
        ErrorType.IDEMPOTENCY_KEY_IN_USE,
        retry_after=STILL_RUNNING_SECONDS,
    )


def forget_old_keys() -> int:
    """Remove keys older than 24 hours, and return their number."""
    return IdempotencyKey.objects.filter(created_at__lt=Now() - KEPT).delete()[0]
