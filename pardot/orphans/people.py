"""Read from Salesforce the leads and contacts that ``check.py`` compares with Pardot's prospects.

People who link to a prospect (with ``pi__url__c``) are read with their email addresses. Other people, to whom only a
prospect links, are read by id, even if they are deleted. When such a person was merged or converted, the id of the
resulting record is read too. The rows go into staging tables, which are dropped after the check.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings

from sf.ingest.errors import MiscountedRead
from sf.ingest.load import Column, Stage, Target
from sf.models import SyncRun
from sf.salesforce import soql
from sf.salesforce.bulk import BulkQuery
from sf.salesforce.client import SalesforceClient
from sf.salesforce.reads import count_if_possible
from sf.sync import usage
from sf.sync.attempts import CANNOT_FINISH, Attempts
from sf.sync.source import BulkSource, RestSource, SoqlQuery, Source, StagedPage

IDS_A_CALL = 400
"""The most ids in one query. URL and headers together stay below Salesforce's limit of 16,384 bytes."""
MOST_BY_ID = 4_000
"""The most records of one object that are read by id in one round of ``pardot/orphans/check.py``.

For more, a read of the whole object, normally by Bulk, takes fewer calls.
"""


@dataclass(frozen=True)
class PersonObject:
    """A Salesforce object that prospects are linked to."""

    sobject: str
    prefix: str
    """The first three characters of the object's ids."""
    becomes: tuple[str, ...]
    """The fields with the id of the record into which a deleted record was merged or converted."""

    @property
    def linked(self) -> Stage:
        """Return the stage of people with ``pi__url__c``: ``id``, ``email``."""
        return _make_stage(self, "linked", {"id": "Id", "email": "Email"})

    @property
    def by_id(self) -> Stage:
        """Return the stage of people read by id: ``id``, ``is_deleted``, and the fields in ``becomes``."""
        return _make_stage(self, "asked", self.by_id_paths)

    @property
    def by_id_paths(self) -> Mapping[str, str]:
        return {"id": "Id", "is_deleted": "IsDeleted", **{f"becomes_{name.lower()}": name for name in self.becomes}}


LEADS = PersonObject("Lead", "00Q", ("MasterRecordId", "ConvertedContactId"))
CONTACTS = PersonObject("Contact", "003", ("MasterRecordId",))
PEOPLE = (LEADS, CONTACTS)


def _make_stage(person: PersonObject, what: str, paths: Iterable[str]) -> Stage:
    columns = tuple(Column(name) for name in paths)
    return Stage(Target(table=f"pardot_orphan_{person.sobject.lower()}_{what}", columns=columns))


@dataclass
class PeopleReader:
    """A reader that fills the stages. It counts the rows, and notes whether Bulk was used."""

    client: SalesforceClient
    on_rows: Callable[[int], None]
    rows: int = 0
    transport: SyncRun.Transport = field(default=SyncRun.Transport.REST)

    def read_linked(self, person: PersonObject, *, until: datetime) -> None:
        """Read all people who link to a prospect and were created at ``until`` or before."""
        where = soql.all_of(["pi__url__c != null", f"CreatedDate <= {soql.format_moment(until)}"])
        query = soql.select(["Id", "Email"], person.sobject, where=where)
        expected = count_if_possible(self.client, soql.count(person.sobject, where=where))
        self._read(person.linked, ["Id", "Email"], SoqlQuery(query, include_deleted=False), expected)

    def read_all(self, person: PersonObject) -> None:
        """Read all records of the object, including deleted ones."""
        paths = list(person.by_id_paths.values())
        query = SoqlQuery(soql.select(paths, person.sobject), include_deleted=True)
        self._read(person.by_id, paths, query, None)

    def read_by_id(self, person: PersonObject, ids: Sequence[str]) -> None:
        """Add the people with these ids (15 characters), including deleted ones, to the stage."""
        paths = list(person.by_id_paths.values())
        for first in range(0, len(ids), IDS_A_CALL):
            self._check_between_pages()
            where = soql.one_of("Id", ids[first : first + IDS_A_CALL])
            query = SoqlQuery(soql.select(paths, person.sobject, where=where), include_deleted=True)
            source = RestSource(self.client, paths, self.on_rows)
            self._stage_pages(source, query, person.by_id)

    def _read(self, stage: Stage, paths: list[str], query: SoqlQuery, expected: int | None) -> None:
        attempts = Attempts("orphans", self.client)
        while True:
            transport = attempts.choose(expected)
            stage.create()
            try:
                self._stage_pages(self._make_source(paths, transport, attempts.rest_rows), query, stage)
            except CANNOT_FINISH as error:
                attempts.note_failure(transport, error)
            else:
                if transport == SyncRun.Transport.BULK:
                    self.transport = transport
                return

    def _make_source(self, paths: list[str], transport: str, rest_rows: int) -> Source:
        if transport == SyncRun.Transport.BULK:
            seconds = settings.SALESFORCE_BULK_JOB_MINUTES * 60.0
            return BulkSource(BulkQuery(self.client), paths, self.on_rows, self._check_between_pages, lambda: seconds)
        return RestSource(self.client, paths, self.on_rows, rest_rows)

    def _check_between_pages(self) -> None:
        usage.check_between_pages(self.client.usage)

    def _stage_pages(self, source: Source, query: SoqlQuery, stage: Stage) -> None:
        """Stage every page.

        Raises ``MiscountedRead`` when the number of rows differs from the number that Salesforce announced.
        """
        read_id = source.begin(query)
        announced, rows, cursor = source.wait_for_row_count(read_id), 0, ""
        while True:
            page = source.stage_page(read_id, query, cursor, stage, _store_no_state)
            rows, cursor = rows + page.rows, page.next_cursor
            announced = page.announced if announced is None else announced
            if not cursor:
                break
            usage.check_between_pages(self.client.usage)
        if announced is not None and announced != rows:
            raise MiscountedRead(f"Salesforce announced {announced:,} records and sent {rows:,}. Run again")
        self.rows += rows


def _store_no_state(page: StagedPage) -> None:
    """Store no state, because an interrupted check starts again from the beginning."""
