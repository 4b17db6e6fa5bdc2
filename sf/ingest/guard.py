"""The mass-delete guard: a sync must not empty the cache because of a mistake elsewhere."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from sf.ingest.errors import SyncError

SMALL_TABLE = 100
"""In tables with fewer rows, the share of deletions is not checked."""

_WOULD_BE_DELETED = "cached records would be deleted"
SENT_NOTHING = "sent no records, but"
"""Part of the message of a run whose source sent no records. Such a run fails for small tables too."""
OPTION = "--allow-deletes"


@dataclass(frozen=True)
class AllowedDeletes:
    """The deletions that an operator has accepted. The guard does not stop them."""

    at_most: Mapping[str, int] = field(default_factory=dict)
    """The number of records by the name of the object. Other objects keep the guard."""
    any_number: bool = False
    """Accept every deletion of every object."""

    def limit(self, name: str) -> float:
        """Return how many deletions of an object are accepted: 0 for none, infinity for any number."""
        return math.inf if self.any_number else self.at_most.get(name, 0)

    def as_option(self) -> str:
        """Return the option with which a sync command accepts these deletions, or an empty string for none."""
        if self.any_number:
            return OPTION
        numbers = ",".join(f"{name}={most}" for name, most in self.at_most.items())
        return f"{OPTION} {numbers}" if numbers else ""


NO_DELETES = AllowedDeletes()
ANY_DELETES = AllowedDeletes(any_number=True)


def check_deletes(
    *,
    name: str,
    deleted: int,
    live_before: int,
    at_most_percent: int,
    allowed: float = 0,
    system: str = "Salesforce",
) -> None:
    """Raise ``SyncError`` if too many records would be deleted: the caller's transaction is rolled back.

    The limit is ``allowed``, the number that an operator has accepted. A higher ``at_most_percent`` does not raise this
    limit, because the operator accepted no more. If ``allowed`` is 0, the limit is ``at_most_percent``, and a table of
    fewer than ``SMALL_TABLE`` rows has no limit.
    """
    is_small = live_before < SMALL_TABLE or deleted * 100 <= live_before * at_most_percent
    if deleted <= allowed if allowed else is_small:
        return
    limit = f"more than the {allowed:,.0f} that were accepted" if allowed else f"more than {at_most_percent}%"
    raise SyncError(
        f"{name}: {deleted:,} of {live_before:,} {_WOULD_BE_DELETED}, {limit}; nothing was changed. "
        f"If {system} really lost them, run again with {format_accepting_option(name, deleted)}"
    )


def format_accepting_option(name: str, records: int) -> str:
    """Return the option that accepts the deletion of up to this many records of an object."""
    return AllowedDeletes({name: records}).as_option()


def parse_held_back_deletes(message: str) -> tuple[int, int] | None:
    """Read two numbers from a run's message: the deletions that were stopped, and the cached records.

    Return ``None`` for other messages, and for deletions that no option accepts.
    """
    if OPTION not in message:
        return None
    if match := re.search(rf"([\d,]+) of ([\d,]+) {_WOULD_BE_DELETED}", message):
        return _number(match[1]), _number(match[2])
    if match := re.search(rf"{SENT_NOTHING} ([\d,]+) are cached", message):
        return _number(match[1]), _number(match[1])
    return None


def _number(text: str) -> int:
    return int(text.replace(",", ""))
