"""Handle fields that the API user can no longer read: their columns keep their values.

A lost field is noticed only when a read is refused, so that no extra call is made while all is well. Then
``describe`` is asked which fields are missing, and again at the start of each later sync until they are back. When
the fields of an object change, the next read is full: the first read without a field, and the first after its return.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from sf.ingest import runs
from sf.models import UnreadableField
from sf.salesforce.client import SalesforceClient
from sf.salesforce.errors import RequestRefused, SalesforceError
from sf.sync.objects import SyncedObject

_NEEDED = frozenset({"id", "system_modstamp", "is_deleted"})
"""The columns without which no read is possible."""

PARDOT = "Pardot "
"""The prefix of the names of Pardot's fields, as in ``Pardot forms.campaignId``."""

_REMEDY = (
    "the API user may not read {}: grant it Read access (field-level security of its profile or of a permission set)"
)
_REMEDY_IN_PARDOT = (
    "Pardot does not show {}: was it deleted, renamed, or taken from the API user's role? For a custom field, check "
    "PARDOT_ADOPTION_JSON_FIELD"
)
_UNTIL_THEN = "Until this is fixed, these columns keep their last values; the next sync after that reads them again"

Described = dict[str, Any]
"""The fields of one sObject by name."""


def as_readable(synced: SyncedObject) -> SyncedObject:
    """Return the object without the columns that were unreadable at the last check. Makes no call."""
    return replace(synced, left_out=load_columns_left_out(synced.name))


def load_columns_left_out(name: str) -> frozenset[str]:
    """Return the columns of an object, or of an entity of Pardot, that were unreadable at the last check."""
    return frozenset(UnreadableField.objects.filter(object=name).values_list("column", flat=True))


def look_again(client: SalesforceClient, synced: SyncedObject) -> SyncedObject:
    """Store which fields Salesforce does not let us read, and return the object without these fields.

    Fields that every read needs are never left out. Until one read of the object has finished, no field at all is
    left out: the column of a field left out would be empty, as if Salesforce had no value. Instead, reads fail with
    Salesforce's refusal, which names the field.
    """
    lost: set[str] = set()
    if runs.find_last_committed(synced):
        lost = find_unreadable_columns(client, synced) - _NEEDED - set(synced.required)
    whole = replace(synced, left_out=frozenset())
    note_unreadable(synced.name, {column: f"{synced.sobject}.{whole.paths[column]}" for column in lost})
    return replace(synced, left_out=frozenset(lost))


def find_readable_after(refusal: RequestRefused, client: SalesforceClient, synced: SyncedObject) -> SyncedObject:
    """Return the object without the fields that explain a refused read.

    Raises ``refusal`` when no field explains it, or ``describe`` fails too.
    """
    try:
        readable = look_again(client, synced)
    except SalesforceError:
        raise refusal from None
    if readable == synced:
        raise refusal
    return readable


def find_unreadable_columns(client: SalesforceClient, synced: SyncedObject) -> set[str]:
    """Return the columns whose field ``describe`` does not show.

    Makes one call, plus at most one for each parent that is read.
    """
    whole = replace(synced, left_out=frozenset())
    described = {"": _describe(client, synced.sobject)}
    for relation in {path.partition(".")[0] for path in whole.paths.values() if "." in path}:
        described[relation] = _describe_parent(client, described[""], relation)
    return {column for column, path in whole.paths.items() if not _is_visible(described, path)}


def load_unreadable_fields() -> list[UnreadableField]:
    """Return every field that was unreadable at its object's last check, sorted by object and name."""
    return list(UnreadableField.objects.order_by("object", "field"))


def compose_remedy(fields: Iterable[UnreadableField]) -> str:
    """Say what to do about the fields: first those of Salesforce, then those of Pardot."""
    names = sorted({field.field for field in fields})
    salesforce = ", ".join(name for name in names if not name.startswith(PARDOT))
    pardot = ", ".join(name.removeprefix(PARDOT) for name in names if name.startswith(PARDOT))
    advice = [_REMEDY.format(salesforce)] if salesforce else []
    advice += [_REMEDY_IN_PARDOT.format(pardot)] if pardot else []
    return f"{'; '.join(advice)}. {_UNTIL_THEN}"


def note_unreadable(name: str, lost: Mapping[str, str]) -> None:
    """Store which fields of an object are missing now, by column; delete the entries of its other fields."""
    UnreadableField.objects.filter(object=name).exclude(column__in=lost).delete()
    UnreadableField.objects.bulk_create(
        [UnreadableField(object=name, column=column, field=lost[column]) for column in sorted(lost)],
        ignore_conflicts=True,
    )


def _describe(client: SalesforceClient, sobject: str) -> Described:
    path = f"{client.data_path}/sobjects/{sobject}/describe"
    return client.ask("GET", path, lambda answer: {field["name"]: field for field in answer["fields"]})


def _describe_parent(client: SalesforceClient, described: Described, relation: str) -> Described:
    """Return the fields of the object that a lookup leads to; none when the lookup itself is hidden."""
    for field in described.values():
        if field.get("relationshipName") == relation:
            return _describe(client, field["referenceTo"][0])
    return {}


def _is_visible(described: dict[str, Described], path: str) -> bool:
    relation, _, name = path.rpartition(".")
    return name in described[relation]
