"""Create and change records inside the caller's transaction.

``create`` and ``update`` apply Salesforce's rules. ``patch`` does not.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

from simulator import schema
from simulator.schema import Field, SObject
from simulator.store import rows
from simulator.store.derived import derive
from simulator.store.errors import RecordError
from simulator.store.validation import clean

Visible = Callable[[Field], bool]

_DUPLICATE_RULES = {"Contact": ("Email",)}
"""By sObject, the fields in which a new record must differ from all others.

``allow_duplicates`` skips this check.
"""


def create(
    connection: sqlite3.Connection,
    sobject: SObject,
    values: Mapping[str, Any],
    *,
    moment: str,
    user: str,
    visible: Visible,
    allow_duplicates: bool,
) -> str:
    """Create a record, and return its id."""
    _check_writable(sobject, "insert")
    cleaned = clean(sobject, values, creating=True, visible=visible)
    _check_references(connection, sobject, cleaned)
    _check_unique(connection, sobject, cleaned, own_id="")
    if not allow_duplicates:
        _check_duplicates(connection, sobject, cleaned)
    serial = rows.next_serial(connection, sobject)
    record = _defaults(sobject, user) | cleaned
    record |= {"Id": rows.new_id(sobject, serial), "CreatedDate": moment, "CreatedById": user}
    record |= rows.stamps(moment, user) | _auto_numbers(sobject, serial)
    record |= derive(sobject, record, record, moment)
    rows.insert(connection, sobject, record)
    return str(record["Id"])


def update(
    connection: sqlite3.Connection,
    sobject: SObject,
    record_id: str,
    values: Mapping[str, Any],
    *,
    moment: str,
    user: str,
    visible: Visible,
) -> None:
    """Update a record. As in Salesforce, the stamps are set even if no value differs."""
    _check_writable(sobject, "update")
    record_id = rows.checked_id(sobject, record_id)
    record = rows.load_alive(connection, sobject, record_id)
    cleaned = clean(sobject, values, creating=False, visible=visible)
    _check_references(connection, sobject, cleaned)
    _check_unique(connection, sobject, cleaned, own_id=record_id)
    changed = {name: value for name, value in cleaned.items() if record[name] != value}
    derived = derive(sobject, record | changed, changed, moment)
    rows.change(connection, sobject, record_id, changed | derived | rows.stamps(moment, user))


def patch(
    connection: sqlite3.Connection,
    sobject: SObject,
    record_id: str,
    values: Mapping[str, Any],
    *,
    moment: str,
    touch: bool,
) -> None:
    """Set the values without Salesforce's checks. ``touch`` also sets the times of the last change."""
    record_id = rows.checked_id(sobject, record_id)
    if rows.load(connection, sobject, record_id) is None:
        raise RecordError("NOT_FOUND", "The requested resource does not exist")
    changes: dict[str, Any] = {"LastModifiedDate": moment, "SystemModstamp": moment} if touch else {}
    for name, value in values.items():
        field = sobject.field(name)
        if field is None or field.type == "id":
            raise RecordError("INVALID_FIELD", f"No such column '{name}' on sobject of type {sobject.name}")
        changes[field.name] = _storable(value)
    rows.change(connection, sobject, record_id, changes)


def _storable(value: Any) -> Any:
    """Return a value that SQLite can store. An integer of more than 64 bits becomes a float."""
    if isinstance(value, int) and abs(value) >= 2**63:
        return float(value)
    if value is None or isinstance(value, str | int | float):
        return value
    raise RecordError("INVALID_TYPE_ON_FIELD_IN_RECORD", f"{type(value).__name__} is not a value of a field")


def _check_writable(sobject: SObject, action: str) -> None:
    if not sobject.writable:
        raise RecordError(
            "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", f"entity type {sobject.name} does not support {action}"
        )


def _defaults(sobject: SObject, user: str) -> dict[str, Any]:
    defaults = {field.name: field.default for field in sobject.fields if field.default is not None}
    return defaults | ({"OwnerId": user} if sobject.has("OwnerId") else {})


def _auto_numbers(sobject: SObject, serial: int) -> dict[str, str]:
    """Return auto numbers. They continue the numbers of the generated records."""
    number = serial - schema.FIRST_SERIAL + 1
    return {field.name: field.auto_number.format(number) for field in sobject.fields if field.auto_number}


def _check_references(connection: sqlite3.Connection, sobject: SObject, cleaned: Mapping[str, Any]) -> None:
    for field in sobject.fields:
        value = cleaned.get(field.name)
        if not field.reference_to or value is None:
            continue
        parent = rows.load(connection, schema.SOBJECTS[field.reference_to], value)
        if parent is None:
            raise RecordError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", [field.name])
        if parent.get("IsDeleted"):
            raise RecordError("ENTITY_IS_DELETED", "entity is deleted", [field.name])


def _check_unique(connection: sqlite3.Connection, sobject: SObject, cleaned: Mapping[str, Any], *, own_id: str) -> None:
    for field in sobject.fields:
        value = cleaned.get(field.name)
        if not field.unique or value is None:
            continue
        for other in rows.ids_where(connection, sobject, field.name, value):
            if other != own_id:
                message = f"duplicate value found: {field.name} duplicates value on record with id: {other[:15]}"
                raise RecordError("DUPLICATE_VALUE", message, [field.name])


def _check_duplicates(connection: sqlite3.Connection, sobject: SObject, cleaned: Mapping[str, Any]) -> None:
    for name in _DUPLICATE_RULES.get(sobject.name, ()):
        value = cleaned.get(name)
        if value is not None and rows.ids_where(connection, sobject, name, value):
            raise RecordError("DUPLICATES_DETECTED", "Use one of these records?")
