"""List the commands that an operator may start from the page, each under the key that its button sends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from django.conf import settings

from pardot.catalog.entities import ALL, LOCK
from sf.sync.objects import EVERY_OBJECT
from sfapi.operations.words import label_of

START_JOBS = "sf.start_jobs"
"""The permission that all buttons need."""
_WAIT = ("--wait", "10")
"""A sync of the same object that is under way is waited for, instead of skipping the object."""
_ACCEPT = "--allow-deletes"


@dataclass(frozen=True)
class Action:
    """A command behind a button. ``question``: what to consider before it is started; without one, nothing is asked."""

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
    "The last read did not return these records, and nothing was deleted. The command reads again, and this time "
    "deletes from the copy what is missing at the source. Check there first that the records are really gone."
)
_SURVEY_QUESTION = "A survey reads every prospect, activity and campaign member. It takes minutes to hours."
_DIGEST_QUESTION = "The digest is sent to all of its channels, also to those that got it today."

SYNC_ALL = Action("sync-all", "Sync Salesforce now", ("sync_all", *_WAIT))
REFRESH = Action("refresh", "Refresh Pardot data", ("camp_sync",), lease=LOCK)
SURVEY = Action("survey", "Run survey", ("camp_sync", "--survey"), _SURVEY_QUESTION, LOCK)
DIGEST = Action("digest", "Send digest now", ("camp_digest", "--send", "--again"), _DIGEST_QUESTION)


def actions() -> Mapping[str, Action]:
    """Return every action of this installation by its key."""
    return {action.key: action for action in (*_of_salesforce(), *(_of_pardot() if _has_pardot() else ()))}


def sync_key(name: str) -> str:
    return f"sync-{_read_as().get(name, name)}"


def accept_key(name: str) -> str:
    return f"accept-{_read_as().get(name, name)}"


def _of_salesforce() -> Iterator[Action]:
    yield SYNC_ALL
    for synced in EVERY_OBJECT:
        label, words = label_of(synced.name), (f"sync_{synced.name}", *_WAIT)
        yield Action(f"sync-{synced.name}", f"Sync {label.lower()}", words)
        accepted = (*words, _ACCEPT)
        yield Action(f"accept-{synced.name}", f"Accept deletions of {label.lower()}", accepted, _ACCEPT_QUESTION)


def _of_pardot() -> Iterator[Action]:
    yield from (REFRESH, SURVEY)
    if settings.SLACK_WEBHOOK_URL or settings.DIGEST_RECIPIENTS:
        yield DIGEST
    for entity in ALL:
        label, words = label_of(entity.name).lower(), ("camp_sync", "--entities", entity.name)
        yield Action(f"sync-{entity.name}", f"Sync {label}", words, lease=LOCK)
        accepted = (*words, _ACCEPT)
        yield Action(f"accept-{entity.name}", f"Accept deletions of {label}", accepted, _ACCEPT_QUESTION, LOCK)


def _has_pardot() -> bool:
    return bool(settings.SALESFORCE_PARDOT_BUSINESS_UNIT)


@cache
def _read_as() -> dict[str, str]:
    """Return the entity with which each part of Pardot's copies is read."""
    return {part: entity.name for entity in ALL for part in entity.parts}
