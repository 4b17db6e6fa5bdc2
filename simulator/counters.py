"""Count the calls by system and by kind of path, and the calls that are open at once."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from simulator.systems import SYSTEMS, System

# The variable parts of paths are replaced, so that calls of the same kind are counted together.
_VARIABLE_PARTS = (
    (re.compile(r"(?<=/services/data)/v\d+\.\d+"), ""),
    (re.compile(r"(?<=/services/Soap/u)/[\d.]+"), ""),
    (re.compile(r"/0r8\w+-\d+$"), "/{locator}"),
    (re.compile(r"(/sobjects/\w+/(?!get[A-Z]|describe|updated|deleted)\w+)/.+$"), r"\1/{value}"),
    (re.compile(r"/(?=[\w]*\d)(?:\w{15}|\w{18})(?=/|$)"), "/{id}"),
    (re.compile(r"/\d+(?=/|$)"), "/{id}"),
)


def path_kind(method: str, path: str) -> str:
    """Turn ``GET /services/data/v64.0/jobs/query/750…`` into ``GET /services/data/jobs/query/{id}``."""
    for pattern, replacement in _VARIABLE_PARTS:
        path = pattern.sub(replacement, path)
    return f"{method} {path}"


class Counters:
    """Counts since the start or the last reset. Safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: Counter[System] = Counter()
        self._calls: Counter[System] = Counter()
        self._kinds: Counter[str] = Counter()
        self._max_open: Counter[System] = Counter()

    @contextmanager
    def counted(self, system: System, method: str, path: str) -> Iterator[None]:
        """Count one call, which is open until the block ends."""
        kind = path_kind(method, path)
        with self._lock:
            self._calls[system] += 1
            self._kinds[kind] += 1
            self._open[system] += 1
            self._max_open[system] = max(self._max_open[system], self._open[system])
        try:
            yield
        finally:
            with self._lock:
                self._open[system] -= 1

    def open_now(self, system: System) -> int:
        """Return the number of open calls to the system, including the caller's own."""
        with self._lock:
            return self._open[system]

    def calls(self, system: System) -> int:
        with self._lock:
            return self._calls[system]

    def reset(self) -> None:
        with self._lock:
            self._calls.clear()
            self._kinds.clear()
            self._max_open.clear()

    def state(self) -> dict[str, Any]:
        """Return ``{"salesforce": n, "pardot": n, "accounts": n, "by_path": {…}, "max_open": {system: n}}``."""
        with self._lock:
            calls: dict[str, Any] = {system: self._calls[system] for system in SYSTEMS}
            highest = {system: self._max_open[system] for system in SYSTEMS}
            return {**calls, "by_path": dict(sorted(self._kinds.items())), "max_open": highest}
