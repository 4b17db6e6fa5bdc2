"""The records that the user viewed last: ``/recent``, and ``recentItems`` of an sObject.

Sources: REST API Developer Guide, "View Recently Viewed Records" (``limit`` up to 2,000, each record with its
attributes, Id and Name) and "sObject Basic Information". Calls of the API do not count as views.
"""

from __future__ import annotations

from typing import Any

from simulator import schema
from simulator.http import Request, Response
from simulator.salesforce.api import Api, ApiError, base_path
from simulator.schema import SObject
from simulator.store import Store

USUAL_LIMIT = 200
MAX_LIMIT = 2_000


class Recent:
    """The records viewed last, latest first."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def all(self, request: Request) -> Response:
        limit = _limit(request)
        viewed = [line for sobject in schema.SOBJECTS.values() for line in self._viewed(sobject, limit)]
        viewed.sort(key=lambda line: line[0], reverse=True)
        base = base_path(request)
        return Response.json([_item(sobject, record, base) for _, sobject, record in viewed[:limit]])

    def of(self, sobject: SObject, base: str) -> list[dict[str, Any]]:
        return [_item(sobject, record, base) for _, _, record in self._viewed(sobject, USUAL_LIMIT)]

    def _viewed(self, sobject: SObject, limit: int) -> list[tuple[str, SObject, tuple[Any, ...]]]:
        name = next((each.name for each in sobject.fields if each.name in ("Name", "CaseNumber")), "")
        if not name or not sobject.has("LastViewedDate") or "LastViewedDate" in self._store.hidden_fields(sobject.name):
            return []
        soql = f"SELECT LastViewedDate, Id, {name} FROM {sobject.name} WHERE LastViewedDate != null"
        result = self._store.query(f"{soql} ORDER BY LastViewedDate DESC LIMIT {limit}")
        return [(row[0], sobject, row[1:]) for row in result.rows]


def _item(sobject: SObject, record: tuple[Any, ...], base: str) -> dict[str, Any]:
    attributes = {"type": sobject.name, "url": f"{base}/sobjects/{sobject.name}/{record[0]}"}
    return {"attributes": attributes, "Id": record[0], "Name": record[1]}


def _limit(request: Request) -> int:
    text = request.query.get("limit", str(USUAL_LIMIT))
    if not text.isdigit() or not 1 <= int(text) <= MAX_LIMIT:
        raise ApiError("INVALID_QUERY_FILTER_OPERATOR", f"limit: a number from 1 to {MAX_LIMIT} is expected")
    return int(text)


def add_routes(api: Api, recent: Recent) -> None:
    api.add("GET", "/recent", recent.all)
