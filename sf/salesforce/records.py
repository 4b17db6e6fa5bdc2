"""Use simple-salesforce (single records, metadata, Apex) over the transport of ``SalesforceClient``.

simple-salesforce sets no timeouts, retries nothing, recurses on a permanent 401 and raises its own errors. Here
each of its calls goes through ``SalesforceClient``, which handles these cases and counts the call.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import requests
from simple_salesforce.api import Salesforce

from outgoing.sessions import OutgoingSession
from sf.salesforce.client import SalesforceClient

_APEX = "/services/apexrest/"


def make_simple_salesforce(client: SalesforceClient) -> Salesforce:
    """Return a ``simple_salesforce.Salesforce`` that uses the client and raises ``SalesforceError``."""
    session = client.session()
    return Salesforce(
        session_id=session.access_token,
        instance_url=session.instance_url,
        version=client.api_version,
        session=_ClientSession(client),
        object_pairs_hook=None,
    )


class _ClientSession(OutgoingSession):
    """Hands every request to the client; the ``Authorization`` that simple-salesforce made is not used."""

    def __init__(self, client: SalesforceClient) -> None:
        super().__init__()
        self._client = client

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **options: Any) -> requests.Response:
        parts = urlsplit(str(url))
        headers = {
            name: value
            for name, value in (options.get("headers") or {}).items()
            if name not in {"Authorization", "X-PrettyPrint"}
        }
        body = options.get("data")
        # Not to be sent twice when the answer is lost: calls that create records, and calls of Apex code by PATCH.
        once = {"POST", "PATCH"} if parts.path.startswith(_APEX) else {"POST"}
        send = self._client.attempt if str(method).upper() in once else self._client.request
        return send(
            str(method),
            parts.path + (f"?{parts.query}" if parts.query else ""),
            params=options.get("params"),
            body=body.encode() if isinstance(body, str) else body,
            headers=headers,
        )
