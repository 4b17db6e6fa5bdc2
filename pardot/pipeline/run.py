"""Run one ``camp_sync``: sync the entities in turn, and record a ``SyncRun`` for each of their parts."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings

from pardot.catalog.entities import LOCK, ORPHANS, SF_HEALTH, CountedEntity, Entity, PardotEntity, SalesforceEntity
from pardot.orphans.check import OrphanCheck
from pardot.platform.connection import PardotCalls, make_pardot_client
from pardot.platform.quota import QuotaBudget
from pardot.sync.engine import EntitySync, PardotSync
from pardot.sync.options import CampOptions
from pardot.sync.salesforce import CampObjectSync, CountingSync, HealthSync, LoadedCounts, MemberCountSync
from pardot.sync.sample import ProspectSample
from sf.connection.clients import make_salesforce_client
from sf.ingest.lease import hold_lease
from sf.ingest.sync import AnySynced, Progress, Retry, Sync
from sf.ingest.under_way import skip_busy_run
from sf.models import SyncRun
from sf.sync.objects import SyncedObject
from sf.sync.usage import UsageBudget, UsageCounter

Report = Callable[[SyncRun, float], None]


AnySync = Sync[Any]


@dataclass(frozen=True)
class _Named:
    """A skipped part of an entity. Its ``SyncRun`` is recorded under this name."""

    name: str
    fingerprint: str = ""


class Camp:
    """One ``camp_sync`` command, with its clients."""

    def __init__(self, options: CampOptions, progress: Progress) -> None:
        """Create the clients.

        Raises ``ImproperlyConfigured`` when a login or the business unit is not set, or the stored data comes from
        another business unit.
        """
        self._options = options
        self._progress = progress
        self._salesforce_calls = UsageCounter("camp_sync")
        self._salesforce = make_salesforce_client(self._salesforce_calls)
        self._pardot_calls = PardotCalls()
        self.pardot = make_pardot_client(self._salesforce, self._pardot_calls)
        self._salesforce_budget = UsageBudget(self._salesforce)
        self._quota = QuotaBudget(self.pardot)
        self.leads_elsewhere = False
        """True after ``run`` when the login leads to another org than the cached org."""

    def run(
        self,
        entities: Sequence[Entity],
        report: Report,
        *,
        sample: PardotEntity | None = None,
        orphans: bool = False,
        patience: timedelta = timedelta(),
    ) -> list[SyncRun]:
        """Sync each entity. After a failure or pause, skip only the entities that would end in the same way.

        ``orphans``: run the orphan check afterward. ``patience``: the longest time to wait until another command ends.
        """
        with hold_lease(LOCK, patience=patience) as held:
            if not held:
                return self._skip_all([*entities, ORPHANS] if orphans else entities, report)
            done: list[SyncRun] = []
            stopped: set[bool] = set()
            for sync in self._make_syncs(entities, sample, orphans=orphans):
                of_pardot = isinstance(sync, PardotSync)
                if of_pardot in stopped:
                    continue
                began = time.monotonic()
                sync.retry = self._retry(sync, entities, sampled=sample is not None)
                run = sync.run()
                done.append(run)
                report(run, time.monotonic() - began)
                self.leads_elsewhere = sync.leads_elsewhere
                if self.leads_elsewhere:
                    break
                if sync.stops_the_rest:
                    stopped.add(of_pardot)
            return done

    def _retry(self, sync: AnySync, entities: Sequence[Entity], *, sampled: bool) -> Retry:
        """Return two commands: one syncs this sync's entity again, the other also syncs all later entities.

        Both repeat ``--full`` and ``--days``, but not ``--allow-deletes``. The sample is retried with ``--scout``. The
        orphan check has no retry: the next ``camp_sync --survey`` runs it again.
        """
        if sampled and isinstance(sync, ProspectSample):
            return Retry("camp_sync --scout", "camp_sync --scout")
        options = " --full" if self._options.force else ""
        if self._options.days != settings.PARDOT_ACTIVITY_RETENTION_DAYS:
            options += f" --days {self._options.days}"
        names = [entity.name for entity in entities]
        own = next((entity.name for entity in entities if sync.name in entity.parts), None)
        if own is None:
            return Retry()
        rest = ",".join(names[names.index(own) :])
        return Retry(f"camp_sync --entities {own}{options}", f"camp_sync --entities {rest}{options}")

    def _make_syncs(
        self, entities: Sequence[Entity], sample: PardotEntity | None, *, orphans: bool
    ) -> Iterator[AnySync]:
        for entity in entities:
            if isinstance(entity, PardotEntity):
                yield self._from_pardot(EntitySync, entity)
            elif isinstance(entity, SalesforceEntity):
                yield from (self._from_salesforce(synced) for synced in entity.objects)
            elif isinstance(entity, CountedEntity):
                yield self._make_count_sync(entity)
        if sample:
            yield self._from_pardot(ProspectSample, sample)
        if orphans:
            yield self._make_counting_sync(OrphanCheck, ORPHANS)

    def _count_all_calls(self) -> int:
        """Return the calls to both systems, because a sync from Pardot may have to log in to Salesforce."""
        return self._salesforce_calls.calls + self._pardot_calls.calls

    def _from_pardot(self, kind: type[PardotSync], entity: PardotEntity) -> AnySync:
        return kind(entity, self.pardot, self._count_all_calls, self._progress, self._options, self._quota.check)

    def _from_salesforce(self, synced: SyncedObject) -> AnySync:
        client, budget = self._salesforce, self._salesforce_budget
        return CampObjectSync(synced, client, self._salesforce_calls, self._progress, self._options, budget.check)

    def _make_count_sync(self, entity: CountedEntity) -> AnySync:
        if entity is SF_HEALTH:
            return self._make_counting_sync(HealthSync, entity)
        return self._make_counting_sync(MemberCountSync, LoadedCounts(entity))

    def _make_counting_sync(self, kind: type[CountingSync[AnySynced]], synced: AnySynced) -> AnySync:
        client, budget = self._salesforce, self._salesforce_budget
        return kind(synced, client, self._salesforce_calls, self._progress, self._options, budget.check)

    def _skip_all(self, entities: Sequence[Entity], report: Report) -> list[SyncRun]:
        skipped = [
            skip_busy_run(_Named(part), "another camp_sync is under way", lease=LOCK)
            for entity in entities
            for part in entity.parts
        ]
        for run in skipped:
            report(run, 0.0)
        return skipped
