"""Types for the data of OpenStax Accounts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Self

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def parse_uuid(text: object) -> str | None:
    """Return a UUID in lower case, as Accounts and Salesforce write it; ``None`` for anything else."""
    return text.lower() if isinstance(text, str) and _UUID.fullmatch(text) else None


@dataclass(frozen=True)
class Session:
    """The signed-in user according to the cookie."""

    uuid: str
    """Canonical, lower case."""
    id: int | None = None
    name: str = ""
    issued_at: datetime | None = None
    """The time of the sign-in. Cookies live for 20 years, so some routes need a recent sign-in."""


@dataclass(frozen=True)
class AccountsUser:
    """The data that Accounts has about a user; a value that Accounts does not send is ``None``.

    Source: ``GET /api/users`` of openstax/accounts.
    """

    id: int | None = None
    salesforce_contact_id: str | None = None
    faculty_status: str | None = None
    adopter_status: str | None = None
    self_reported_role: str | None = None
    school_type: str | None = None
    school_location: str | None = None
    assignable_user: bool | None = None
    assignable_school_integrated: bool | None = None

    @classmethod
    def from_json(cls, item: Mapping[str, Any]) -> Self:
        """Read known fields of the right type; any other value counts as missing."""
        values: dict[str, Any] = {}
        for field in fields(cls):
            kind = int if field.name == "id" else bool if field.name.startswith("assignable_") else str
            value = item.get(field.name)
            fits = isinstance(value, kind) and (kind is not int or not isinstance(value, bool))
            values[field.name] = value if fits else None
        return cls(**values)


@dataclass(frozen=True)
class AccessToken:
    """An OAuth token that Accounts issues to SFAPI, not to a user.

    Times are of ``time.monotonic()``, in seconds.
    """

    text: str
    type: str
    obtained: float
    use_until: float

    def __repr__(self) -> str:  # never a secret in a log or a traceback
        return f"AccessToken({self.type})"
