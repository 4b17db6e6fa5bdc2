"""Find in the cron table when each object is read next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.conf import settings

from pardot.catalog.entities import ALL, ORPHANS, Tier
from sf.ingest.schedule import compute_next_time
from sf.sync.objects import BOOKS, EVERY_OBJECT

Start = tuple[datetime, Sequence[str]]

TIERS: Mapping[str, Tier] = {part: entity.tier for entity in (*ALL, ORPHANS) for part in entity.parts}
"""The tier of each of Pardot's objects."""
SALESFORCE = frozenset(synced.name for synced in EVERY_OBJECT)


def list_next_starts(now: datetime) -> list[Start]:
    """Return the next start of each line of the cron table, with its command, earliest first."""
    return sorted((compute_next_time(expression, now), words) for expression, _, words in settings.CRONJOBS)


def find_next_read(name: str, starts: Sequence[Start]) -> datetime | None:
    """Return when a scheduled command reads the object next; ``None`` when no command does."""
    return next((moment for moment, words in starts if _reads(words, name)), None)


def next_of(command: str, starts: Sequence[Start]) -> datetime | None:
    return next((moment for moment, words in starts if words[0] == command), None)


def _reads(words: Sequence[str], name: str) -> bool:
    if name in TIERS:
        return words[0] == "camp_sync" and (TIERS[name] is Tier.SET_UP or "--survey" in words)
    return words[0] == f"sync_{name}" or (words[0] == "sync_all" and name in SALESFORCE - {BOOKS.name})
