"""Run the incremental sync of an object when its change events are not enough."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence

from sf.ingest.progress import SilentProgress
from sf.ingest.sync import SyncOptions
from sf.models import SyncRun
from sf.salesforce.client import SalesforceClient
from sf.sync.engine import ObjectSync
from sf.sync.objects import SyncedObject
from sf.sync.usage import UsageBudget, UsageCounter

_FIRST_PAUSE, _LONGEST_PAUSE = 10.0, 600.0

TellRun = Callable[[SyncRun, float], None]
"""Called with a run that has ended, and its duration in seconds."""


class CatchUp:
    """Run syncs. After a sync that did not succeed, ``may_try`` refuses its object until a pause is over.

    The pause doubles with each further sync in a row that does not succeed, from 10 seconds up to 10 minutes.
    """

    def __init__(self, client: SalesforceClient, counter: UsageCounter, tell: TellRun) -> None:
        self._client = client
        self._counter = counter
        self._tell = tell
        self._failures: dict[str, int] = {}
        self._not_before: dict[str, float] = {}

    def may_try(self, names: Collection[str]) -> bool:
        """Return whether the pauses of all these objects are over."""
        return all(time.monotonic() >= self._not_before.get(name, 0.0) for name in names)

    def sync(self, objects: Sequence[SyncedObject]) -> set[str]:
        """Sync the objects in the given order. Return the names of the objects whose sync succeeded.

        After an error that concerns all objects, the remaining objects are not tried.
        """
        done = set()
        budget = UsageBudget(self._client)
        for synced in objects:
            began = time.monotonic()
            sync = ObjectSync(synced, self._client, self._counter, SilentProgress(), SyncOptions(), budget.check)
            run = sync.run()
            self._tell(run, time.monotonic() - began)
            if run.state == SyncRun.State.DONE:
                done.add(synced.name)
                self._failures.pop(synced.name, None)
            else:
                self._wait(synced.name)
            if sync.stops_the_rest:
                break
        return done

    def _wait(self, name: str) -> None:
        failures = self._failures[name] = self._failures.get(name, 0) + 1
        self._not_before[name] = time.monotonic() + min(_FIRST_PAUSE * 2 ** min(failures - 1, 10), _LONGEST_PAUSE)
