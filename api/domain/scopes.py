"""The rights of callers. Super Users have all scopes; an API key has the scopes that an admin gave it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Self


class Scope(StrEnum):
    """A scope, and the purpose that Django's admin and the API's documentation show beside its name."""

    READ_BOOKS = "read:books", "the list of books"
    READ_INFO = "read:info", "the system's status"
    WRITE_CASES = "write:cases", "create support cases and follow their delivery"
    READ_RECORDS = "read:records", "all cached records, in bulk"

    purpose: str

    def __new__(cls, name: str, purpose: str) -> Self:
        scope = str.__new__(cls, name)
        scope._value_, scope.purpose = name, purpose
        return scope


ALL_SCOPES = frozenset(Scope)


class UnknownScope(ValueError):
    """A scope does not exist, or no scope is given. The message lists the known scopes."""


def parse_scopes(names: Iterable[str]) -> list[Scope]:
    """Return the scopes with these names, each once, in the order of declaration. Raises ``UnknownScope``."""
    scope_names = {name.strip() for name in names} - {""}
    unknown = sorted(scope_names - set(Scope))
    if unknown:
        raise UnknownScope(f"unknown scope: {', '.join(unknown)}; the scopes are {', '.join(Scope)}")
    if not scope_names:
        raise UnknownScope(f"no scope given; the scopes are {', '.join(Scope)}")
    return [scope for scope in Scope if scope in scope_names]
