"""Remove old rows of logs, and expired sessions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.sessions.models import Session
from django.db import models
from django.db.models.functions import Now

from api.models import FieldChangeLog, RequestLog
from sf.models import OperatorAction

CHUNK = 5000
"""The most rows per statement: locks are short, and readers and writers continue in between."""


@dataclass(frozen=True)
class Pruned:
    """A table, and the number of its rows that were removed or, in a dry run, would be removed."""

    model: type[models.Model]
    rows: int


def prune_logs(*, request_days: int, change_days: int, dry_run: bool = False) -> Iterator[Pruned]:
    """Remove old rows, chunk by chunk; with ``dry_run``, only count them.

    ``request_days`` is for the request log, ``change_days`` for changes of contacts and actions of operators.
    """
    logs: tuple[tuple[type[models.Model], str, int], ...] = (
        (RequestLog, "time", request_days),
        (FieldChangeLog, "time", change_days),
        (OperatorAction, "requested_at", change_days),
    )
    for model, time, days in logs:
        old = model._default_manager.filter(**{f"{time}__lt": Now() - timedelta(days=days)})
        yield Pruned(model, old.count() if dry_run else _remove(old, by=time))


def prune_sessions(*, dry_run: bool = False) -> Pruned:
    """Remove sessions of the admin that have expired; with ``dry_run``, only count them."""
    expired = Session.objects.filter(expire_date__lt=Now())
    return Pruned(Session, expired.count() if dry_run else _remove(expired, by="expire_date"))


def _remove(old: models.QuerySet[Any], *, by: str = "time") -> int:
    removed = 0
    while True:
        ids = list(old.order_by(by).values_list("pk", flat=True)[:CHUNK])
        # A raw delete is one statement. No row refers to these rows, so Django need not look for references first.
        removed += old.model._default_manager.filter(pk__in=ids)._raw_delete(old.db) if ids else 0
        if len(ids) < CHUNK:
            return removed
