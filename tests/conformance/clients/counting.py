"""Compare the number of a connector's records with the org's, which is counted without any client."""

from __future__ import annotations

import json
import os
import urllib.parse
import urllib.request

from tests.conformance.clients.calls import HOST, VERSION, expect
from tests.conformance.connectors import OBJECTS


def compare(counts: dict[str, int]) -> str:
    """Require at least as many records as the org has. A connector may return deleted records too."""
    for name in OBJECTS:
        alive, all_rows = _count(name, "query"), _count(name, "queryAll")
        read = counts.get(name, 0)
        expect(f"{name}: {read} read, {alive} to {all_rows} there", alive <= read <= all_rows)
    return f"{sum(counts.values()):,} records"


def _count(name: str, resource: str) -> int:
    query = urllib.parse.urlencode({"q": f"SELECT COUNT() FROM {name}"})
    request = urllib.request.Request(f"{HOST}/services/data/v{VERSION}/{resource}?{query}")
    request.add_header("Authorization", f"Bearer {os.environ['SALESFORCE_SESSION_ID']}")
    with urllib.request.urlopen(request, timeout=60) as answer:
        return int(json.load(answer)["totalSize"])
