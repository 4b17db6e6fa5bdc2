"""Compare a connector's numbers of records with ``SELECT COUNT()``.

A connector is a program under test that reads records from the simulator.
"""

from __future__ import annotations

import json
import os
import urllib.parse
import urllib.request

from tests.conformance.clients.calls import HOST, VERSION, expect
from tests.conformance.connectors import OBJECTS


def compare(counts: dict[str, int]) -> str:
    """Require that a connector has read as many records as the org has; return the total it has read.

    The connector may have read deleted records too.
    """
    for name in OBJECTS:
        alive, all_rows = _count(name, "query"), _count(name, "queryAll")
        read = counts.get(name, 0)
        expect(f"{name}: {read} read, but the org has {alive}, with deleted ones {all_rows}", alive <= read <= all_rows)
    return f"{sum(counts.values()):,} records"


def _count(name: str, resource: str) -> int:
    query = urllib.parse.urlencode({"q": f"SELECT COUNT() FROM {name}"})
    request = urllib.request.Request(f"{HOST}/services/data/v{VERSION}/{resource}?{query}")
    request.add_header("Authorization", f"Bearer {os.environ['SALESFORCE_SESSION_ID']}")
    with urllib.request.urlopen(request, timeout=60) as answer:
        return int(json.load(answer)["totalSize"])
