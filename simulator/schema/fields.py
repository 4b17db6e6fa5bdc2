"""Declare fields in a short form."""

from __future__ import annotations

import re
from typing import Any

from simulator.schema.types import Field

_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")


def label_of(name: str) -> str:
    """Turn ``Base_Year__c`` into ``Base Year``, and ``LastModifiedDate`` into ``Last Modified Date``."""
    plain = name.removesuffix("__c").removeprefix("pi__").strip("_").replace("_", " ")
    return _WORDS.sub(" ", plain)


def _field(name: str, type_: Any, **options: Any) -> Field:
    options.setdefault("label", label_of(name))
    if options.pop("read_only", False):
        options.update(createable=False, updateable=False)
    return Field(name=name, type=type_, **options)


def text(name: str, length: int = 255, **options: Any) -> Field:
    return _field(name, "string", length=length, **options)


def area(name: str, length: int = 32_000, **options: Any) -> Field:
    return _field(name, "textarea", length=length, **options)


def email(name: str, **options: Any) -> Field:
    return _field(name, "email", length=80, **options)


def phone(name: str, **options: Any) -> Field:
    return _field(name, "phone", length=40, **options)


def url(name: str, **options: Any) -> Field:
    return _field(name, "url", length=255, **options)


def pick(name: str, values: tuple[str, ...], **options: Any) -> Field:
    return _field(name, "picklist", length=255, values=values, **options)


def multi(name: str, values: tuple[str, ...], **options: Any) -> Field:
    """Declare a multi-select picklist. Its selected values are joined by ``;``."""
    return _field(name, "multipicklist", length=4099, values=values, **options)


def flag(name: str, **options: Any) -> Field:
    return _field(name, "boolean", **{"nillable": False, "default": False, **options})


def integer(name: str, **options: Any) -> Field:
    """Declare an int, which only standard fields can be. Custom number fields are doubles."""
    return _field(name, "int", precision=9, **options)


def number(name: str, precision: int = 18, scale: int = 0, **options: Any) -> Field:
    return _field(name, "double", precision=precision, scale=scale, **options)


def money(name: str, **options: Any) -> Field:
    return _field(name, "currency", precision=18, scale=2, **options)


def percent(name: str, **options: Any) -> Field:
    return _field(name, "percent", precision=3, **options)


def date(name: str, **options: Any) -> Field:
    return _field(name, "date", **options)


def moment(name: str, **options: Any) -> Field:
    return _field(name, "datetime", **options)


def ref(name: str, to: str, **options: Any) -> Field:
    """Declare a lookup and its relationship: ``Account`` of ``AccountId``, ``Book__r`` of ``Book__c``."""
    path = name.removesuffix("__c") + "__r" if name.endswith("__c") else name.removesuffix("Id")
    return _field(name, "reference", length=18, reference_to=to, relationship=path, **options)


def system_fields(*, name: Field, owner: bool = True, viewed: bool = False) -> tuple[Field, ...]:
    """Return the system fields. ``viewed`` adds the dates of the last activity, view and reference."""
    stamp = {"nillable": False, "read_only": True}
    fields = [
        _field("Id", "id", label="Record ID", length=18, **stamp),
        flag("IsDeleted", label="Deleted", read_only=True),
        name,
        moment("CreatedDate", **stamp),
        ref("CreatedById", "User", **stamp),
        moment("LastModifiedDate", **stamp),
        ref("LastModifiedById", "User", **stamp),
        moment("SystemModstamp", **stamp),
    ]
    if owner:
        fields.append(ref("OwnerId", "User"))
    if viewed:
        fields += [
            date("LastActivityDate", read_only=True),
            moment("LastViewedDate", read_only=True),
            moment("LastReferencedDate", read_only=True),
        ]
    return tuple(fields)
