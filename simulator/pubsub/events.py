"""The event bus: changes in the order of commits. Subscribers can continue from a replay id."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

RETAINED = 200_000
"""At most this many events are kept. Salesforce keeps all events for 72 hours."""
KEEPALIVE_SECONDS = 270.0
IDLE_SECONDS = 60.0


@dataclass(frozen=True)
class Change:
    """A committed change of records. ``values`` are the new values, by field."""

    kind: str
    sobject: str
    ids: tuple[str, ...]
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Event:
    """A change with its place in the stream."""

    number: int
    change: Change
    milliseconds: int


@dataclass
class EventSettings:
    """The administrator's setup, and the behavior of the service."""

    enabled: list[str] | None = None
    """The objects selected in Setup, Change Data Capture; ``None``: all objects."""
    forbidden: list[str] = field(default_factory=list)
    """The objects without "View All Records" for the API user."""
    keepalive_seconds: float = KEEPALIVE_SECONDS
    idle_seconds: float = IDLE_SECONDS
    """A stream whose subscriber requests no more events is closed after this time."""
    silent: bool = False
    """The server sends nothing, not even headers, before the first event or keep-alive."""
    refusals: int = 0
    """The number of subscriptions still to be refused, as if the service were unavailable."""
    unauthenticated: bool = False
    """Each subscription is refused as if the session had expired; other methods accept the session."""
    schemas_unknown: bool = False
    """Every schema is reported as unknown."""
    muted: bool = False
    """Changes of the store make no events. A test can then publish a gap or overflow event in their place."""


def replay_id_of(number: int) -> bytes:
    """Return the replay id of the event with this number."""
    return number.to_bytes(8, "big") + b"\0\0"


def number_of(replay_id: bytes) -> int | None:
    return int.from_bytes(replay_id[:8], "big") if len(replay_id) == 10 and replay_id.endswith(b"\0\0") else None


class EventBus:
    """Events and settings of one org. Safe to use from many threads."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        """Notified whenever an open stream may have something to do."""
        self.settings = EventSettings()
        self.drops = 0
        """Increased to break all open streams."""
        self.recording = False
        """Set when the server starts. Earlier changes make no events."""
        self._events: deque[Event] = deque(maxlen=RETAINED)
        self._last = self._first = int(time.time() * 1000)

    @property
    def last(self) -> int:
        """Return the number of the latest event."""
        return self._last

    @property
    def first(self) -> int:
        """Return the lowest event number after which a subscriber can continue without missing an event."""
        kept = self._events[0].number - 1 if self._events else self._last
        return max(self._first, kept) if len(self._events) == RETAINED else self._first

    def note(self, changes: Sequence[Change]) -> None:
        """Publish the changes of the store, unless events are muted or the server has not started."""
        if self.recording and not self.settings.muted:
            self.publish(changes)

    def publish(self, changes: Sequence[Change]) -> None:
        now = int(time.time() * 1000)
        with self.changed:
            for change in changes:
                self._last += 1
                self._events.append(Event(self._last, change, now))
            self.changed.notify_all()

    def after(self, number: int, sobject: str, most: int) -> list[Event]:
        """Return up to ``most`` events of an object after this number. The caller holds ``changed``."""
        events: list[Event] = []
        for event in reversed(self._events):
            if event.number <= number:
                break
            if event.change.sobject == sobject:
                events.append(event)
        return events[::-1][:most]

    def is_enabled(self, sobject: str) -> bool:
        return self.settings.enabled is None or sobject in self.settings.enabled

    def forget(self) -> None:
        """Let all events expire. Their replay ids are refused from now on."""
        with self.changed:
            self._events.clear()
            self._last += 1
            self._first = self._last
            self.changed.notify_all()

    def drop(self) -> None:
        with self.changed:
            self.drops += 1
            self.changed.notify_all()

    def look_again(self) -> None:
        """Make open streams check settings and sessions now."""
        with self.changed:
            self.changed.notify_all()

    def reset(self) -> None:
        self.settings = EventSettings()
        self.forget()
        self.drop()
