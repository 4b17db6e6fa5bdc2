"""Create, use, replace and revoke API keys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from api.domain.keys import make_key
from api.domain.scopes import Scope
from api.models import APIKey
from sf.ingest.prepared import Statement
from sf.sync.best_effort import best_effort

_FIND = """
    SELECT id, name, public_id, first_id, key_hash, scopes, rate, expires_at, active, last_used_at
      FROM api_apikey WHERE public_id = %(public_id)s
"""

# SKIP LOCKED: a request must not wait for another request with the same key, or for an admin who edits the key.
_NOTE_USE = """
    UPDATE api_apikey SET last_used_at = now() WHERE id IN (
        SELECT id FROM api_apikey
         WHERE id = %(id)s AND (last_used_at BETWEEN %(before)s AND %(after)s) IS NOT TRUE FOR UPDATE SKIP LOCKED)
"""


def create_api_key(
    *,
    name: str,
    scopes: Sequence[Scope],
    expires_in: timedelta | None = None,
    created_by: str = "",
    rate: str = "",
) -> APIKey:
    """Create a key. Only the returned object contains the key's ``text``, which cannot be recovered later."""
    row = APIKey(
        name=name,
        scopes=[scope.value for scope in scopes],
        expires_at=timezone.now() + expires_in if expires_in else None,
        created_by=created_by,
        rate=rate,
    )
    row.give(make_key())
    row.save()
    return row


class NotActive(ValueError):
    """The key is revoked or expired, so it cannot be rotated."""


@transaction.atomic
def rotate_api_key(
    public_id: str, *, overlap: timedelta, expires_in: timedelta | None = None, created_by: str = ""
) -> tuple[APIKey, APIKey] | None:
    """Replace a key: create its successor, and let the old key expire after ``overlap`` at the latest.

    Returns the old and the new key, or ``None`` when no key has this id. Rate limits, cases and logs treat both keys as
    the same service. Without ``expires_in`` the new key gets the lifetime of the service's newest key so far.
    Raises ``NotActive`` when the old key is revoked or expired.
    """
    old = APIKey.objects.select_for_update().filter(public_id=public_id).first()
    if old is None:
        return None
    if old.state != "active":
        raise NotActive(old.state)
    first_id = old.first_id or old.public_id
    new = APIKey(name=old.name, scopes=old.scopes, rate=old.rate, created_by=created_by, first_id=first_id)
    lifetime = expires_in or _find_usual_lifetime(first_id)
    new.expires_at = timezone.now() + lifetime if lifetime else None
    new.give(make_key())
    new.save()
    ends = timezone.now() + overlap
    old.expires_at = min(old.expires_at or ends, ends)
    old.save(update_fields=["expires_at"])
    return old, new


def _find_usual_lifetime(first_id: str) -> timedelta | None:
    """Return the lifetime of the service's newest key: a rotation may have shortened the older ones."""
    newest = APIKey.objects.filter(Q(public_id=first_id) | Q(first_id=first_id)).latest("created_at")
    return newest.expires_at - newest.created_at if newest.expires_at else None


def find_api_key(public_id: str) -> APIKey | None:
    """Return the key, or ``None``. Every request with a key calls this."""
    rows = Statement(_FIND, {"public_id": public_id}).rows()
    return APIKey.from_db(None, list(rows[0]), list(rows[0].values())) if rows else None


def revoke_api_key(public_id: str) -> APIKey | None:
    """Revoke the key and return it, or return ``None`` when no key has this id."""
    APIKey.objects.filter(public_id=public_id).update(active=False)
    return APIKey.objects.filter(public_id=public_id).first()


def note_api_key_use(key: APIKey) -> None:
    """Record that the key was used. Most requests write nothing, because a recent use is already recorded."""
    now, recently = timezone.now(), APIKey.LAST_USED_PRECISION
    # If the last use is far in the future, PostgreSQL's clock has been set back since: record this use.
    if key.last_used_at is not None and abs(now - key.last_used_at) < recently:
        return
    with best_effort("last use of an API key"), connection.cursor() as cursor:
        cursor.execute(_NOTE_USE, {"id": key.pk, "before": now - recently, "after": now + recently})
