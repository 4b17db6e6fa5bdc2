"""Saved views: named addresses of the dashboard. The owner may share them with the team."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from pardot.models import SavedView

MOST = 100
"""The largest number of views per user."""
LONGEST = 2000
"""The largest number of characters of a view's query."""


class BadView(ValueError):
    """A view cannot be saved, or its rows cannot be mailed (``pardot/v1/views.py``).

    ``field`` names the value at fault, the message says why.
    """

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def select_visible_views(owner: str) -> QuerySet[SavedView]:
    """Return the views that this account may see: its own, and shared ones."""
    return SavedView.objects.filter(Q(owner_uuid=owner) | Q(is_shared=True))


def add_view(*, owner: str, created_by: str, name: str, query: str, is_shared: bool) -> SavedView:
    """Save a view. Raises ``BadView``."""
    if SavedView.objects.filter(owner_uuid=owner).count() >= MOST:
        raise BadView("name", f"You have {MOST} saved views, which is the limit. Delete one first.")
    view = SavedView(owner_uuid=uuid.UUID(owner), created_by=created_by, created_at=timezone.now())
    return _save(view, {"name": name, "query": query, "is_shared": is_shared})


def edit_view(owner: str, view_id: int, changes: Mapping[str, Any]) -> SavedView:
    """Change the owner's view.

    Raises ``BadView``, or ``SavedView.DoesNotExist`` when ``owner`` has no such view.
    """
    with transaction.atomic():
        return _save(SavedView.objects.select_for_update().get(pk=view_id, owner_uuid=owner), changes)


def remove_view(owner: str, view_id: int) -> bool:
    """Delete the owner's view. Return ``False`` when ``owner`` has no such view."""
    return bool(SavedView.objects.filter(pk=view_id, owner_uuid=owner).delete()[0])


def strip_momentary_state(query: str) -> str:
    """Return the query without momentary state: an open dialog, the dialog's parameters, and page numbers."""
    pairs = parse_qsl(query.removeprefix("?"))
    dialog = dict(pairs).get("open", "")
    return urlencode([(key, value) for key, value in pairs if not _is_momentary(key, dialog)])


def clean_view_query(query: str) -> str:
    """Return the part of the query that a view keeps. Raises ``BadView``."""
    if any("\0" in part for pair in parse_qsl(query) for part in pair):
        raise BadView("query", "This address contains the character NUL (%00), which cannot be stored.")
    kept = strip_momentary_state(query)
    if not kept:
        raise BadView("query", "This address contains nothing to save. Give at least a tab, as in tab=gear-locker.")
    if len(kept) > LONGEST:
        raise BadView(
            "query", f"This address is longer than {LONGEST} characters. Use fewer filters, or a shorter search."
        )
    return kept


def _is_momentary(key: str, dialog: str) -> bool:
    """Return whether the parameter is a page number, the open dialog, or a parameter of that dialog."""
    return key == "open" or key.endswith(".page") or bool(dialog and key.startswith(f"{dialog}."))


def _save(view: SavedView, values: Mapping[str, Any]) -> SavedView:
    for name, value in values.items():
        setattr(view, name, clean_view_query(value) if name == "query" else value)
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError as error:
        raise BadView("name", f"You have a view called “{view.name}” already. Choose another name.") from error
    return view
