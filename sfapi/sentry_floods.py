"""Send one event of each kind per minute and process: an outage must not use up Sentry's quota."""

from __future__ import annotations

import re
import threading
import time
from typing import Any

_VARYING = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9]+", re.IGNORECASE)
_LONGEST = 200


class FloodGate:
    """Counts the events that it leaves out; the next admitted event of the kind reports their number."""

    SECONDS = 60.0
    MOST_KINDS = 500

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._passed: dict[Any, tuple[float, int]] = {}

    def admit(self, event: dict[str, Any]) -> dict[str, Any] | None:
        """Return the event, or ``None`` when an event of its kind has just been sent."""
        kind, now = _classify_event(event), time.monotonic()
        with self._lock:
            passed, left_out = self._passed.pop(kind, (None, 0))
            if passed is not None and now - passed < self.SECONDS:
                self._passed[kind] = (passed, left_out + 1)
                return None
            self._passed[kind] = (now, 0)
            if len(self._passed) > self.MOST_KINDS:
                self._passed.pop(next(iter(self._passed)))
        if left_out:
            event.setdefault("extra", {})["left_out"] = f"{left_out:,} events of this kind since the last report"
        return event


def _classify_event(event: dict[str, Any]) -> tuple[str, ...]:
    """Return the type and place of the exception, or the logger and the message without numbers."""
    for value in reversed(event.get("exception", {}).get("values") or []):
        frames = (value.get("stacktrace") or {}).get("frames") or [{}]
        return (str(value.get("type")), str(frames[-1].get("filename")), str(frames[-1].get("lineno")))
    entry = event.get("logentry") or {}
    message = entry.get("formatted") or entry.get("message") or event.get("message") or ""
    return (str(event.get("logger")), _VARYING.sub("#", str(message))[:_LONGEST])
