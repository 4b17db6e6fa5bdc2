"""The org of a login: its id, and the name that people know.

OAuth token answers have ``id``, the identity URL ``https://login.salesforce.com/id/<org>/<user>`` (Salesforce Help,
"Identity URLs"). SOAP's ``login()`` returns ``userInfo.organizationId``. A sandbox gets a new organization id with each
refresh (Salesforce Help, "Servers and IDs"). The Object Reference describes the object "Organization".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sf.salesforce.ids import lengthen_id


@dataclass(frozen=True)
class Organization:
    """An org. ``name`` and ``is_sandbox`` may be unknown: the API user may lack access to the record."""

    id: str
    name: str = ""
    is_sandbox: bool | None = None

    @property
    def kind(self) -> str:
        """Return ``production``, ``sandbox`` or an empty string."""
        return {True: "sandbox", False: "production", None: ""}[self.is_sandbox]

    def __str__(self) -> str:
        """Return ``Example Books (00D…, production)``, or less when less is known."""
        if not self.name:
            return f"{self.id} ({self.kind})" if self.kind else self.id
        return f"{self.name} ({', '.join(filter(None, [self.id, self.kind]))})"


ORGANIZATION_QUERY = "SELECT Id, Name, IsSandbox FROM Organization"


def organization_of_record(record: Mapping[str, Any]) -> Organization:
    """Return the org of a record of ``ORGANIZATION_QUERY``."""
    return Organization(lengthen_id(record["Id"]), record["Name"] or "", bool(record["IsSandbox"]))


def organization_of_identity(url: object) -> str:
    """Return the organization id of an identity URL, empty when the URL has none."""
    match = re.search(r"/id/(00D\w{12}(?:\w{3})?)/", str(url))
    return lengthen_id(match.group(1)) if match else ""


def organization_of_token(access_token: str) -> str:
    """Return the organization id before the ``!`` of a session id; empty for other tokens."""
    match = re.match(r"(00D\w{12})!", access_token)
    return lengthen_id(match.group(1)) if match else ""
