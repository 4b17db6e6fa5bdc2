"""Collect the ids of changed records from change events, until the records are read.

Each object has its own set of ids.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field

from sf.salesforce.events.decoding import ChangeEvent

MANY = 2_000
"""From this number of ids on, an incremental sync is cheaper than reading the records by id."""


@dataclass
class Collected:
    """The changes of one object that are not stored yet."""

    ids: set[str] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)
    """The ids of records with a deletion event."""
    moved: set[str] = field(default_factory=set)
    """The ids of records that were deleted or restored: lookup fields that refer to them may have changed."""
    incomplete: str = ""
    """The reason why an incremental sync is needed, such as ids that may be missing.

    Empty: no sync is needed.
    """
    place: bytes | None = None
    """The replay id to continue after. It comes from the last event, or from a response without events."""

    def __bool__(self) -> bool:
        return bool(self.ids or self.incomplete or self.place is not None)

    def add(self, events: Iterable[ChangeEvent]) -> None:
        for event in events:
            self.incomplete = self.incomplete or event.incomplete
            self.ids |= event.ids
            if event.moves_children:
                self.moved |= event.ids
            if event.kind.endswith("DELETE") and not event.kind.endswith("UNDELETE"):
                self.deleted |= event.ids
        if len(self.ids) >= MANY:
            self._leave_to_sync()

    def _leave_to_sync(self) -> None:
        """Forget the ids to limit memory: a sync reads all changed records instead."""
        # One id in ``moved`` is enough to show that lookup fields of other records may have changed.
        self.incomplete = self.incomplete or f"{MANY:,} changes or more at once"
        self.ids, self.deleted, self.moved = set(), set(), set(sorted(self.moved)[:1])

    def merge(self, later: Collected) -> Collected:
        """Return these changes combined with later ones."""
        return Collected(
            self.ids | later.ids,
            self.deleted | later.deleted,
            self.moved | later.moved,
            self.incomplete or later.incomplete,
            later.place if later.place is not None else self.place,
        )


class Inbox:
    """The changes from the event streams, by object. Safe to use from many threads."""

    def __init__(self, names: Iterable[str]) -> None:
        self._lock = threading.Lock()
        self._collected = {name: Collected() for name in names}
        self._broken: Exception | None = None
        self.arrived = threading.Event()
        """Set when changes have arrived or a stream has ended; cleared before the changes are handled."""

    def add(self, name: str, events: Iterable[ChangeEvent], place: bytes) -> None:
        with self._lock:
            collected = self._collected[name]
            collected.add(events)
            collected.place = place
        self.arrived.set()

    def note_incomplete(self, name: str, reason: str) -> None:
        with self._lock:
            self._collected[name].incomplete = self._collected[name].incomplete or reason
        self.arrived.set()

    def note_broken(self, error: Exception) -> None:
        """Note that a stream has ended. Only the first error is kept."""
        with self._lock:
            self._broken = self._broken or error
        self.arrived.set()

    def check(self) -> None:
        """Raise the error of the first stream that has ended, if any."""
        if self._broken is not None:
            raise self._broken

    def list_waiting(self) -> list[str]:
        with self._lock:
            return [name for name, collected in self._collected.items() if collected]

    def take(self, names: Iterable[str]) -> dict[str, Collected]:
        """Remove the waiting changes of these objects, and return them."""
        with self._lock:
            taken = {name: self._collected[name] for name in names if self._collected[name]}
            for name in taken:
                self._collected[name] = Collected()
        return taken

    def give_back(self, taken: dict[str, Collected]) -> None:
        """Put back changes that could not be stored yet."""
        with self._lock:
            for name, collected in taken.items():
                self._collected[name] = collected.merge(self._collected[name])
