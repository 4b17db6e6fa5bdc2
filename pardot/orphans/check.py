"""Run the orphan check of ``camp_sync --survey``, and store the orphans in one transaction.

Orphans are assets in a deleted campaign, and people whom only Pardot or only Salesforce has.

First, all leads and contacts that link to a prospect are read; they match most prospects. Some leads and contacts do
not link to a prospect, but a prospect links to them: they are read by id, in at most ``MOST_ROUNDS`` rounds. When such
a record is deleted, but was merged or converted into another record, the next round reads the other record. When a
round needs more than ``MOST_BY_ID`` records of an object, all records of the object are read instead.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from pardot.catalog.complete_reads import complete_reads
from pardot.catalog.entities import (
    CAMPAIGNS,
    CUSTOM_REDIRECTS,
    FORMS,
    LANDING_PAGES,
    LIST_EMAILS,
    PROSPECTS,
    CountedEntity,
)
from pardot.models import EntityState, OrphanRecord
from pardot.orphans.compare import (
    RECORDS_A_KIND,
    find_suspects,
    forget_suspects,
    load_ids_to_read,
    store_ids_to_read,
    store_orphans,
)
from pardot.orphans.people import MOST_BY_ID, PEOPLE, PeopleReader, PersonObject
from pardot.platform.business_unit import make_unit_confirmation
from pardot.sync.salesforce import CountingSync
from sf.ingest.errors import SyncPaused, SyncSkipped
from sf.models import SyncRun
from sf.salesforce.errors import DailyLimitReached

NEEDS = (CAMPAIGNS, FORMS, LANDING_PAGES, LIST_EMAILS, CUSTOM_REDIRECTS, PROSPECTS)
"""The entities whose copies are compared, with each other and with Salesforce."""
GOOD_FOR = timedelta(days=1)
"""The maximum age of a copy. A record that was linked after the copy would look like an orphan."""
MOST_ROUNDS = 10


class OrphanCheck(CountingSync[CountedEntity]):
    """One run of the orphan check."""

    def _read_and_merge(self) -> None:
        known = self._require_copies()
        self._read_whole: set[PersonObject] = set()
        self._progress.show_read(self._name, "comparing with Salesforce", None, 0)
        reader = PeopleReader(self._client, self._progress.show_rows)
        try:
            # A person created after the read of prospects may have a prospect that is not copied yet.
            self._read_people(reader, until=known[PROSPECTS.name].complete_until)
            self._store(reader)
        except (SyncPaused, DailyLimitReached) as error:
            cause = error.cause if isinstance(error, SyncPaused) else SyncRun.Cause.LIMIT
            raise SyncSkipped(f"{str(error).rstrip('.')}; no orphans were stored", cause=cause) from error
        finally:
            self._clear()

    def _make_confirmation(self) -> Callable[[], None]:
        return make_unit_confirmation(super()._make_confirmation())

    def _require_copies(self) -> dict[str, EntityState]:
        """Return the state of each entity in ``NEEDS``. Raises ``SyncSkipped`` when one is missing or too old."""
        known, now = complete_reads(), timezone.now()
        old = [
            entity.name
            for entity in NEEDS
            if entity.name not in known or now - known[entity.name].complete_until > GOOD_FOR
        ]
        if old:
            raise SyncSkipped(f"not read completely within the last day: {', '.join(old)}")
        withheld = [entity.name for entity in NEEDS if known[entity.name].withheld]
        if withheld:
            self._remark = f"Pardot withheld {', '.join(withheld)}: records linked to withheld ones look like orphans"
        return known

    def _read_people(self, reader: PeopleReader, *, until: datetime) -> None:
        for person in PEOPLE:
            person.by_id.create()
            reader.read_linked(person, until=until)
        find_suspects()
        for round_number in range(MOST_ROUNDS):
            if not store_ids_to_read(round_number):
                return
            for person in PEOPLE:
                self._read_unknown(reader, person, round_number)

    def _read_unknown(self, reader: PeopleReader, person: PersonObject, round_number: int) -> None:
        if person in self._read_whole:
            return
        ids = load_ids_to_read(person, round_number, at_most=MOST_BY_ID + 1)
        if len(ids) > MOST_BY_ID:
            reader.read_all(person)
            self._read_whole.add(person)
        elif ids:
            reader.read_by_id(person, ids)

    def _store(self, reader: PeopleReader) -> None:
        self._progress.show_merge(self._name)
        confirm = self._make_confirmation()
        with transaction.atomic():
            confirm()
            run = store_orphans()
        self._run.mode, self._run.transport = SyncRun.Mode.FULL, reader.transport
        self._run.rows_read = reader.rows
        self._run.inserted = sum(min(getattr(run, kind), RECORDS_A_KIND) for kind in OrphanRecord.Kind.values)

    @staticmethod
    def _clear() -> None:
        forget_suspects()
        for person in PEOPLE:
            person.by_id.drop()
            person.linked.drop()
