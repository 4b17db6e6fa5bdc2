"""The rights of callers. Super Users have all scopes, an API key the ones it was given."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Scope(StrEnum):
    READ_BOOKS = "read:books"
    READ_INFO = "read:info"
    WRITE_CASES = "write:cases"
    READ_RECORDS = "read:records"

    @property
    def purpose(self) -> str:
        return _PURPOSES[self]


_PURPOSES = {
    Scope.READ_BOOKS: "the list of books",
    Scope.READ_INFO: "the system's status",
    Scope.WRITE_CASES: "support cases: to make them and to follow their delivery",
    Scope.READ_RECORDS: "all cached records, in bulk",
}

ALL_SCOPES = frozenset(Scope)


class UnknownScope(ValueError):
    """A scope does not exist. The message names the unknown scopes and lists the known ones."""


def parse_scopes(names: Iterable[str]) -> list[Scope]:
    """Return the scopes with these names, each once, in the order of their declaration."""
    wanted = {name.strip() for name in names} - {""}
    unknown = sorted(wanted - set(Scope))
    if unknown:
        raise UnknownScope(f"unknown scope: {', '.join(unknown)}; known are {', '.join(Scope)}")
    if not wanted:
        raise UnknownScope(f"no scope given; known are {', '.join(Scope)}")
    return [scope for scope in Scope if scope in wanted]
