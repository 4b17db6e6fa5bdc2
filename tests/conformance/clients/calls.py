"""Report each call of a third-party client as one line of JSON, with its result.

``python -m tests.conformance`` starts the clients, and reads these lines.

This module runs in each client's own environment, so it imports only the standard library.
"""

from __future__ import annotations

import json
import os
import sys
import urllib.request
from collections.abc import Callable
from typing import Any

HOST = os.environ.get("SALESFORCE_HOST", "")
CLIENT_ID = os.environ.get("SALESFORCE_CLIENT_ID", "")
CLIENT_SECRET = os.environ.get("SALESFORCE_CLIENT_SECRET", "")
USERNAME = os.environ.get("SALESFORCE_USERNAME", "")
PASSWORD = os.environ.get("SALESFORCE_PASSWORD", "")
SECURITY_TOKEN = os.environ.get("SALESFORCE_SECURITY_TOKEN", "")
VERSION = "64.0"

_failures: list[str] = []


def attempt(call: str, run: Callable[[], Any]) -> Any:
    """Make one kind of call.

    Return its result, or None when the call fails. If the result is a string, print it too.
    """
    try:
        outcome = run()
    except Exception as error:  # noqa: BLE001 (any exception of a client is a failed call)
        tell(call, ok=False, detail=f"{type(error).__name__}: {error}")
        return None
    tell(call, ok=True, detail=outcome if isinstance(outcome, str) else "")
    return outcome


def tell(call: str, *, ok: bool, detail: str = "") -> None:
    if not ok:
        _failures.append(call)
    print(json.dumps({"call": call, "ok": ok, "detail": " ".join(detail.split())[:300]}), flush=True)


def expect(what: str, holds: object) -> None:
    if not holds:
        raise AssertionError(f"not as expected: {what}")


def ask_simulator(path: str, order: dict[str, Any]) -> None:
    """Change the simulator's behavior until the next client's turn."""
    body = json.dumps(order).encode()
    urllib.request.urlopen(f"{os.environ['SIMULATOR_URL']}{path}", body, timeout=60).close()


def finish() -> None:
    sys.exit(1 if _failures else 0)
