"""Read the service's request log, so that no client's program can claim a call that it did not make."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg

from tests.simulated import Simulator

ERROR_STATUSES = frozenset({401, 403, 404, 422})
"""The errors that each client must get at least once; any other error is a failure."""
BAD_INPUT = "must not be stored"
"""The clients' programs send this text only in requests that the service must reject."""
_METHODS = ("get", "put", "post", "patch", "delete")
_STORED = """
    SELECT 'case', values::text FROM api_outboundcase UNION ALL SELECT 'form', data::text FROM api_formsubmission
    UNION ALL SELECT 'contact', row_to_json(sf_contact)::text FROM sf_contact
"""


@dataclass(frozen=True)
class Request:
    """A line of the request log."""

    method: str
    path: str
    status: int


def forget_requests(database: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute("TRUNCATE api_requestlog")


def logged_requests(database: str) -> list[Request]:
    with psycopg.connect(database) as connection:
        rows = connection.execute("SELECT method, path, status FROM api_requestlog ORDER BY time, id").fetchall()
    return [Request(*row) for row in rows]


def operations(document: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Return method and path of each operation, by operation id."""
    return {
        operation["operationId"]: (method, path)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in _METHODS
    }


def successful_operations(document: Mapping[str, Any], requests: list[Request]) -> set[str]:
    """Return the ids of the operations that were called successfully."""
    return {
        name
        for name, (method, path) in operations(document).items()
        if any(_is_of(request, method, path) and request.status < 400 for request in requests)
    }


def _is_of(request: Request, method: str, path: str) -> bool:
    pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))
    return request.method.lower() == method and re.fullmatch(f"{pattern}/?", request.path) is not None


def troubles(document: Mapping[str, Any], requests: list[Request]) -> list[str]:
    """Return the problems with a client's requests, one sentence each."""
    missing = sorted(operations(document).keys() - successful_operations(document, requests))
    statuses = {request.status for request in requests if request.status >= 400}
    bad = [f"{each.method} {each.path} answered {each.status}" for each in requests
           if each.status >= 400 and each.status not in ERROR_STATUSES]  # fmt: skip
    unmet = sorted(ERROR_STATUSES - statuses)
    return [
        *([f"the client never called {', '.join(missing)}: add the call to its program in tests/clients/programs/"]
          if missing else []),
        *([f"the client never got an error {' or '.join(map(str, unmet))}"] if unmet else []),
        *bad,
    ]  # fmt: skip


def stored_bad_input(database: str, simulator: Simulator) -> list[str]:
    """Return a sentence for each rejected input that was stored in the database or in a Salesforce case."""
    with psycopg.connect(database) as connection:
        rows = connection.execute(_STORED).fetchall()
    here = [f"the refused input of a {kind} was stored" for kind, text in rows if BAD_INPUT in text]
    cases = simulator.query("SELECT Subject, Description FROM Case")
    return here + [f"a refused case is in Salesforce: {case}" for case in cases if BAD_INPUT in str(case)]
