"""List the commands that the operators' page can start, each under its button's key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from django.conf import settings

from pardot.catalog.entities import ALL, LOCK
from sf.ingest.guard import format_accepting_option, parse_held_back_deletes
from sf.models import SyncRun
from sf.sync.objects import EVERY_OBJECT
from sfapi.operations.words import label_of

ACCEPT = "accept-"
START_JOBS = "sf.start_jobs"
"""The permission that every button with a command needs."""
_WAIT = ("--wait", "10")
"""Wait up to ten minutes for another sync of the same object, instead of skipping the object."""


@dataclass(frozen=True)
class Action:
    """A command behind a button.

    ``question``: the text of the confirmation page; empty: start without asking.
    """

    key: str
    label: str
    words: tuple[str, ...]
    question: str = ""
    lease: str = ""
    """While this lease is held, the command would be skipped, so it is not started."""

    @property
    def command(self) -> str:
        return f"manage.py {' '.join(self.words)}"


_ACCEPT_QUESTION = (
    "The last read did not return {missing:,} of {of:,} {label}, and nothing was deleted. Check at the source first "
    "that these records are really gone. The command reads again. It deletes from the copy the records that are still "
    "missing, but none if more than {missing:,} are missing."
)
_SURVEY_QUESTION = (
    "A survey reads prospects, activities and campaign members: all of them the first time, later mostly the changes. "
    "It takes minutes to hours."
)
_DIGEST_QUESTION = "The digest is sent to all of its channels, even to those that got it today."

SYNC_ALL = Action("sync-all", "Sync Salesforce now", ("sync_all", *_WAIT))
REFRESH = Action("refresh", "Refresh Pardot data", ("camp_sync",), lease=LOCK)
SURVEY = Action("survey", "Run survey", ("camp_sync", "--survey"), _SURVEY_QUESTION, LOCK)
DIGEST = Action("digest", "Send digest now", ("camp_digest", "--send", "--again"), _DIGEST_QUESTION)


def list_actions(runs: Mapping[str, Sequence[SyncRun]]) -> Mapping[str, Action]:
    """Return every action for which this installation has a button now, by its key.

    ``runs``: the runs of each object, latest first.
    """
    standing = {
        action.key: action
        for action in (*_list_salesforce_actions(), *(_list_pardot_actions() if _has_pardot() else ()))
    }
    return standing | {action.key: action for action in _list_accept_actions(runs, standing)}


def list_synced_names() -> list[str]:
    """Return the name of every object that this installation syncs."""
    return [*(synced.name for synced in EVERY_OBJECT), *(_get_entities_by_part() if _has_pardot() else ())]


def sync_key(name: str) -> str:
    return f"sync-{_get_entities_by_part().get(name, name)}"


def accept_key(name: str, records: int) -> str:
    """Return the key of the action that accepts this number of deletions, but no larger number."""
    return f"{ACCEPT}{name}-{records}"


def _list_salesforce_actions() -> Iterator[Action]:
    yield SYNC_ALL
    for synced in EVERY_OBJECT:
        label, words = label_of(synced.name), (f"sync_{synced.name}", *_WAIT)
        yield Action(f"sync-{synced.name}", f"Sync {label.lower()}", words)


def _list_pardot_actions() -> Iterator[Action]:
    yield from (REFRESH, SURVEY)
    if has_digest():
        yield DIGEST
    for entity in ALL:
        label, words = label_of(entity.name).lower(), ("camp_sync", "--entities", entity.name)
        yield Action(f"sync-{entity.name}", f"Sync {label}", words, lease=LOCK)


def _list_accept_actions(runs: Mapping[str, Sequence[SyncRun]], standing: Mapping[str, Action]) -> Iterator[Action]:
    """Yield an action for each object with deletions held back.

    The action accepts at most the number of deletions that was held back.
    """
    for name, latest in runs.items():
        sync = standing.get(sync_key(name))
        last = next((run for run in latest if run.state != SyncRun.State.SKIPPED), None)
        held_back = parse_held_back_deletes(last.message) if last and last.state == SyncRun.State.FAILED else None
        if sync is None or held_back is None:
            continue
        label, (missing, of) = label_of(name).lower(), held_back
        yield Action(
            accept_key(name, missing),
            f"Accept deletions of {label}",
            (*sync.words, *format_accepting_option(name, missing).split()),
            _ACCEPT_QUESTION.format(missing=missing, of=of, label=label),
            sync.lease,
        )


def has_digest() -> bool:
    """Return whether this installation sends the digest, or messages to team members."""
    has_channel = settings.SLACK_WEBHOOK_URL or settings.DIGEST_RECIPIENTS or settings.PUBLIC_URL
    return _has_pardot() and bool(has_channel)


def _has_pardot() -> bool:
    return bool(settings.SALESFORCE_PARDOT_BUSINESS_UNIT)


@cache
def _get_entities_by_part() -> dict[str, str]:
    """Return the name of each Pardot entity, by the names under which the entity's runs are stored."""
    return {part: entity.name for entity in ALL for part in entity.parts}
