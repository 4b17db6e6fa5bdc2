"""Follow Salesforce's change events: collect ids for a moment, read the records, store them, repeat.

Nothing is lost, whenever the process ends:

1. One transaction stores the records that an object's events named, and the object's replay id. The next process
   subscribes after that id, and Salesforce sends later events again (for 72 hours).
2. If there is no replay id that Salesforce still knows, the stream begins at the latest event. An incremental sync then
   reads what changed before.
3. Gap events, and events that do not name their records or cannot be read, lead to an incremental sync of their object.

A lease allows only one process to follow. The follower does not begin to read changes of an object whose sync runs. If
a sync begins while the follower stores records, the sync waits before its merge (``sf/ingest/lock.py``).
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from django.db import DatabaseError, InterfaceError, connection

from sf.follow.catching_up import CatchUp
from sf.follow.collected import Collected, Inbox
from sf.follow.family import find_touched_by, sort_parents_first
from sf.follow.places import forget_other_places, forget_places, load_places
from sf.follow.reading import read_changes
from sf.follow.storing import store
from sf.ingest.errors import SyncError, SyncPaused
from sf.ingest.lease import LeaseLost, hold_lease, is_running
from sf.models import FollowedObject
from sf.salesforce.client import SalesforceClient
from sf.salesforce.errors import (
    DailyLimitReached,
    LoginFailed,
    QueryLocatorGone,
    RequestRefused,
    SessionExpired,
    TransientError,
)
from sf.salesforce.events.client import EventClient, Subscription, topic_of
from sf.salesforce.events.errors import ReplayIdGone, TopicForbidden, TopicMissing
from sf.salesforce.reads import CannotFinish
from sf.sync import usage
from sf.sync.identity import make_confirmation
from sf.sync.objects import SyncedObject

logger = logging.getLogger(__name__)

FOLLOW = FollowedObject.LEASE
COLLECT_SECONDS = 0.7
"""The time to wait for further events, so that one read serves all of them."""
STANDBY_SECONDS = 5.0
ANSWER_SECONDS = 5.0
"""The time to wait for Salesforce to confirm the subscriptions before the first sync begins."""
BUSY_SECONDS = 1.0
HELD_SECONDS = 300.0
"""The pause between calls to Salesforce while the kill switch or the API budget forbids reading."""
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0
_NAMED_AT_MOST = 500
"""The greatest number of records that are read by id after the sync of their object.

If events named more records of the object, none of them are read by id. Reads by id find records that the sync missed:
a gap event can name a record whose timestamp has not changed."""
_PASSING = (TransientError, QueryLocatorGone, DailyLimitReached, DatabaseError, InterfaceError, SyncError)
_LEFT_TO_SYNC = (RequestRefused, CannotFinish, SyncError)
"""After one of these errors, a sync reads the changes: another try by id would not help."""


class NotFollowable(Exception):
    """The events of some object cannot be followed. The message says what to set up."""


Connect = Callable[[], EventClient]
Tell = Callable[[str], None]


@dataclass
class _Streams:
    """The open streams of one connection."""

    client: EventClient
    inbox: Inbox
    open: dict[str, Subscription] = field(default_factory=dict)
    unsettled: set[str] = field(default_factory=set)
    """Objects to sync once more: their sync began before Salesforce had confirmed the subscription."""
    is_used: bool = False
    """A stream has delivered something, so Salesforce accepts the session for subscriptions."""

    def listen(self, name: str, replay_id: bytes | None) -> None:
        (synced,) = sort_parents_first([name])
        subscription = self.open[name] = self.client.subscribe(topic_of(synced.sobject), replay_id)
        threading.Thread(target=self._listen, args=(name, subscription), name=f"events of {name}", daemon=True).start()

    def _listen(self, name: str, subscription: Subscription) -> None:
        try:
            for batch in subscription.read_batches():
                self.is_used = True
                self.inbox.add(name, batch.events, batch.replay_id)
        except Exception as error:  # noqa: BLE001 - the main thread raises the error
            self.inbox.note_broken(error)

    def close(self) -> None:
        for subscription in self.open.values():
            subscription.cancel()
        self.client.close()


class Follower:
    """Follow change events while holding the lease, otherwise stand by.

    ``tell`` and ``warn`` write a line for the operator.
    """

    def __init__(
        self,
        objects: Sequence[SyncedObject],
        client: SalesforceClient,
        connect: Connect,
        catch_up: CatchUp,
        tell: Tell,
        warn: Tell,
    ) -> None:
        self._objects = objects
        self._client = client
        self._connect = connect
        self._catch_up = catch_up
        self._tell = tell
        self._warn = warn
        self._failures = 0
        self._expired: SessionExpired | None = None
        self._in_trouble = ""
        self._held_until = 0.0

    def run(self) -> None:
        """Follow until ``NotFollowable`` is raised, or a ``SalesforceError`` that retries cannot fix."""
        waiting = False
        while True:
            try:
                with hold_lease(FOLLOW) as lease:
                    if lease is not None:
                        waiting = False
                        self._follow()
                    elif not waiting:
                        waiting = True
                        self._tell("another process follows; this process takes over when that process ends")
                time.sleep(STANDBY_SECONDS)
            except LeaseLost as error:
                self._warn(str(error))
            except SessionExpired as error:
                self._check_renewable(error)
            except ReplayIdGone:
                pass  # the replay id is deleted already: open the streams again
            except _PASSING as error:
                self._pause(error)

    # -- one connection ---------------------------------------------------------------------------------

    def _follow(self) -> None:
        if self._expired is not None:
            self._client.renew_session(self._client.session())
        streams = _Streams(self._connect(), Inbox([synced.name for synced in self._objects]))
        try:
            self._check_topics(streams.client)
            self._open(streams)
            while True:
                self._take_step(streams)
        finally:
            if streams.is_used:
                self._expired = None
            streams.close()

    def _check_topics(self, client: EventClient) -> None:
        """Raise ``NotFollowable`` if topics are missing or forbidden. The message names their objects."""
        missing, forbidden = [], []
        for synced in self._objects:
            try:
                client.check_topic(topic_of(synced.sobject))
            except TopicMissing:
                missing.append(synced)
            except TopicForbidden:
                forbidden.append(synced)
        if missing or forbidden:
            raise NotFollowable(_explain_set_up(missing, forbidden))

    def _open(self, streams: _Streams) -> None:
        forget_other_places([synced.name for synced in self._objects])
        places = load_places(self._client.organization_id)
        for synced in self._objects:
            place = places.get(synced.name)
            streams.listen(synced.name, place)
            if place is None:
                streams.unsettled.add(synced.name)
                streams.inbox.note_incomplete(synced.name, "no position is stored to continue from")
        deadline = time.monotonic() + ANSWER_SECONDS
        for name in sorted(streams.unsettled):
            if streams.open[name].answered.wait(max(0.0, deadline - time.monotonic())):
                streams.unsettled.discard(name)
        self._tell(f"connected to the change events of {', '.join(synced.name for synced in self._objects)}")

    def _take_step(self, streams: _Streams) -> None:
        """Wait for changes, and store them. Raises the error of a stream that has ended."""
        inbox = streams.inbox
        if not inbox.list_waiting():
            inbox.arrived.wait()
        inbox.arrived.clear()
        self._check_streams(inbox)
        time.sleep(COLLECT_SECONDS)
        for name in [name for name in streams.unsettled if streams.open[name].answered.is_set()]:
            streams.unsettled.discard(name)
            inbox.note_incomplete(name, "the stream was confirmed only after the sync had begun")
        if not self._may_read() or not self._store_ready(inbox):
            time.sleep(BUSY_SECONDS)
        self._check_streams(inbox)

    def _check_streams(self, inbox: Inbox) -> None:
        try:
            inbox.check()
        except ReplayIdGone as error:
            gone = [synced.name for synced in self._objects if topic_of(synced.sobject) in str(error)]
            self._warn(f"{error}. A sync reads the changes instead")
            forget_places(gone)
            raise

    def _may_read(self) -> bool:
        """Return whether the kill switch and the API budget allow reading.

        If not, changes are only collected.
        """
        try:
            usage.check_between_pages(self._client.usage)
        except SyncPaused as error:
            self._note_trouble(f"{error}; changes are collected, and stored when reading is allowed again")
            if time.monotonic() > self._held_until:
                self._held_until = time.monotonic() + HELD_SECONDS
                with suppress(RequestRefused):  # even a refusal reports the usage, in its header
                    self._client.fetch_daily_usage(usage.LIMITS_SECONDS)
            return False
        return True

    # -- storing changes --------------------------------------------------------------------------------

    def _store_ready(self, inbox: Inbox) -> bool:
        """Store the waiting changes that are ready, and return whether there were any.

        Changes wait while an object that they touch is being synced, or in the pause after its sync did not succeed.
        """
        waiting = inbox.list_waiting()
        taken = inbox.take(waiting)
        touched = {name: self._find_touched(name, collected) for name, collected in taken.items()}
        busy = {name for name in set().union(*touched.values()) if is_running(name)}
        ready = {
            name: collected
            for name, collected in taken.items()
            if not busy & touched[name] and self._catch_up.may_try(touched[name])
        }
        inbox.give_back({name: collected for name, collected in taken.items() if name not in ready})
        whole = {name: collected for name, collected in ready.items() if not collected.incomplete}
        refused = self._read_and_store(whole) if whole else {}
        parts = {name: collected for name, collected in ready.items() if collected.incomplete} | refused
        left = self._sync(parts) if parts else {}
        inbox.give_back(left)
        if len(left) < len(ready):
            self._note_recovery()
        return bool(ready)

    def _find_touched(self, name: str, collected: Collected) -> set[str]:
        (synced,) = sort_parents_first([name])
        return find_touched_by(synced, moved=bool(collected.moved))

    def _read_and_store(self, changes: dict[str, Collected]) -> dict[str, Collected]:
        """Read and store the changed records, and return the changes that a sync has to read instead.

        Return all of ``changes`` when Salesforce or the mass-delete guard refused, or when Salesforce could not finish
        the read. Otherwise return none.
        """
        if not any(collected.ids for collected in changes.values()):
            # Besides the replay id, this stores the current time, which shows that a follower is alive.
            store([], self._client.organization_id, _select_places(changes), make_confirmation(self._client))
            return {}
        try:
            self._store(changes)
        except LeaseLost:
            raise
        except _LEFT_TO_SYNC as error:  # such as the mass-delete guard
            self._warn(f"{_in_one_line(error)}. A sync is run instead")
            for collected in changes.values():
                collected.incomplete = str(error)
            return changes
        return {}

    def _store(self, changes: dict[str, Collected], *, after_sync: Mapping[str, Collected] | None = None) -> None:
        reads = read_changes(self._client, changes)
        places = _select_places({**changes, **(after_sync or {})})
        changed = store(reads, self._client.organization_id, places, make_confirmation(self._client))
        if self._client.usage:
            usage.note_usage(self._client, self._client.usage)
        counts = ", ".join(f"{len(read.rows)} {read.synced.name}" for read in reads)
        logger.debug("change events: %s read, %s rows changed", counts, changed)

    def _sync(self, parts: dict[str, Collected]) -> dict[str, Collected]:
        """Run the incremental syncs that these changes need. Return the changes that still need a sync."""
        for name, collected in parts.items():
            self._tell(f"{name}: a sync is needed: {collected.incomplete}")
        touched = {name: self._find_touched(name, collected) for name, collected in parts.items()}
        done = self._catch_up.sync(sort_parents_first(set().union(*touched.values())))
        synced = {name: collected for name, collected in parts.items() if touched[name] <= done}
        named = {name: replace(each, incomplete="") for name, each in synced.items() if len(each.ids) <= _NAMED_AT_MOST}
        try:
            self._store(named, after_sync=synced)
        except LeaseLost:
            raise
        except _LEFT_TO_SYNC as error:
            # For example, the mass-delete guard refused to delete purged records, which only the read by id finds.
            advice = "The sync has read the changes; the next full read finds what the sync missed"
            self._warn(f"{_in_one_line(error)}. {advice}")
            self._store({}, after_sync=synced)
        return {name: collected for name, collected in parts.items() if name not in synced}

    # -- failures ---------------------------------------------------------------------------------------

    def _check_renewable(self, error: SessionExpired) -> None:
        """Let the next connection log in again; raise ``LoginFailed`` for a second refusal in a row."""
        if self._expired is not None:
            raise LoginFailed(f"{error}. {self._client.after_renewal}", code=error.code) from error
        self._expired = error
        time.sleep(_FIRST_PAUSE)

    def _pause(self, error: Exception) -> None:
        connection.close_if_unusable_or_obsolete()
        pause = min(_FIRST_PAUSE * 2 ** min(self._failures, 10), _LONGEST_PAUSE)
        if isinstance(error, DailyLimitReached):
            pause = HELD_SECONDS
        self._failures += 1
        self._note_trouble(f"{_in_one_line(error)}; trying again")
        time.sleep(pause)

    def _note_trouble(self, what: str) -> None:
        if what != self._in_trouble:
            self._in_trouble = what
            self._warn(what)

    def _note_recovery(self) -> None:
        self._failures = 0
        if self._in_trouble:
            self._in_trouble = ""
            self._tell("following again")


def _explain_set_up(missing: Sequence[SyncedObject], forbidden: Sequence[SyncedObject]) -> str:
    advice = []
    if missing:
        names = ", ".join(synced.sobject for synced in missing)
        advice.append(f"Salesforce has no change events of {names}: select them in Setup, Change Data Capture")
    if forbidden:
        names = ", ".join(synced.sobject for synced in forbidden)
        advice.append(f"the API user may not follow {names}: grant View All Records for these objects")
    return f"{'; '.join(advice)}. The scheduled syncs continue"


def _select_places(changes: Mapping[str, Collected]) -> dict[str, bytes]:
    return {name: collected.place for name, collected in changes.items() if collected.place is not None}


def _in_one_line(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".") or type(error).__name__
