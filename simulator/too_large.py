"""The fault ``size_timeout``: a query asks for too many rows at once, and times out.

Salesforce: ``QUERY_TIMEOUT`` (airbytehq/airbyte issue 17503, restforce/restforce issue 790), for COUNT() too
(data-integrations/salesforce pull request 354). Pardot: 504 from a gateway in front of it (airbytehq/airbyte issue
74886), or code 214 (Error Codes of the Account Engagement API guide).
"""

from __future__ import annotations

import re

from simulator import errors
from simulator.faults import Action
from simulator.http import Request, Response
from simulator.systems import System

_QUERY = re.compile(r"/services/data/v[\d.]+/(?:query|queryAll)(?:/|$)")
_BATCH = re.compile(r"batchSize\s*=\s*(\d+)")
_LIMIT = re.compile(r"\bLIMIT\s+(\d+)\s*$", re.IGNORECASE)
_MESSAGE = "Your query request was running for too long."


def too_large(system: System, request: Request, action: Action) -> Response | None:
    """Return the timeout if the fault is ``size_timeout`` and the query exceeds ``action.rows``."""
    if action.kind != "size_timeout" or request.method != "GET":
        return None
    if system == "salesforce" and _QUERY.match(request.path) and _rows_of_soql(request) > action.rows:
        return errors.error_response(system, code="QUERY_TIMEOUT", message=_MESSAGE)
    if system == "pardot" and _rows_of_pardot(request) > action.rows:
        if action.code:
            return errors.error_response(system, code=action.code, message="", status=action.status)
        return Response(504, b"<html><body><h1>504 Gateway Time-out</h1></body></html>", {"Content-Type": "text/html"})
    return None


def _rows_of_soql(request: Request) -> float:
    soql = request.query.get("q", "")
    if "count(" in soql.lower():
        limit = _LIMIT.search(soql)
        return int(limit[1]) if limit else float("inf")
    batch = _BATCH.search(request.headers.get("sforce-query-options", ""))
    return int(batch[1]) if batch else 2_000


def _rows_of_pardot(request: Request) -> int:
    """Return the number of rows that a request asks for.

    In Pardot the fault is meant for first pages only, so a request with a page token counts as one row.
    """
    if "nextPageToken" in request.query:
        return 1
    return int(request.query.get("limit", "200"))
