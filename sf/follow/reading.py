"""Read the records that change events name, and other records that may have changed with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sf.follow.collected import Collected
from sf.follow.family import PARENTS_FIRST, find_links_to
from sf.ingest.load import Row
from sf.ingest.runs import load_database_now
from sf.salesforce import soql
from sf.salesforce.client import SalesforceClient
from sf.salesforce.errors import RequestRefused
from sf.salesforce.reads import ask_carefully
from sf.sync.objects import SyncedObject
from sf.sync.readable import as_readable, find_readable_after
from sf.sync.source import SoqlQuery, fetch_rest_page, rows_of

MAX_IDS = 200
"""The largest number of ids in one query. The query is part of the URL, whose length is limited."""


@dataclass
class Selection:
    """The records of one object to read: with these ids, or with a lookup to a changed record.

    ``by_parent``: for each lookup field, the ids of the changed records.
    """

    ids: set[str] = field(default_factory=set)
    by_parent: dict[str, set[str]] = field(default_factory=dict)

    def conditions(self, synced: SyncedObject) -> Iterator[str]:
        """Yield the conditions of the queries, without lookup fields that ``synced`` does not read.

        A query that names a field that the API user may not read is refused.
        """
        readable = set(synced.paths.values())
        for path, values in (("Id", self.ids), *self.by_parent.items()):
            every = sorted(values) if path == "Id" or path in readable else []
            for first in range(0, len(every), MAX_IDS):
                yield soql.one_of(path, every[first : first + MAX_IDS])


@dataclass(frozen=True)
class Read:
    """The records of one object as Salesforce has them now."""

    synced: SyncedObject
    began: datetime
    rows: list[Row]
    gone: frozenset[str]
    """The ids of records that were reported as deleted and are not even in Salesforce's recycle bin now."""


def read_changes(client: SalesforceClient, changes: Mapping[str, Collected]) -> list[Read]:
    """Read the changed records, including deleted ones, and the children that may have changed with them.

    Parents are read before their children.
    """
    selections = {synced.name: Selection() for synced in PARENTS_FIRST}
    for name, collected in changes.items():
        selections[name].ids |= collected.ids
    reads = []
    for synced in PARENTS_FIRST:
        collected = changes.get(synced.name, Collected())
        if any(selections[synced.name].conditions(synced)):
            read = _read(client, synced, selections[synced.name], collected.deleted)
            reads.append(read)
            position = _find_id_position(read.synced)
            _add_children(synced, {str(row[position]) for row in read.rows}, collected, selections)
    return reads


def _add_children(
    parent: SyncedObject, changed: set[str], collected: Collected, selections: Mapping[str, Selection]
) -> None:
    """Add to ``selections`` the children of ``parent`` that may have changed.

    Some children store values of a changed parent. Other children have a lookup field that a deletion or undelete of
    the parent may have cleared or restored.
    """
    for link in find_links_to(parent):
        parents = changed | collected.ids if link.shows_parent else collected.moved
        if not parents:
            continue
        child = selections[link.child.name]
        child.by_parent.setdefault(link.path, set()).update(parents)
        if collected.moved:
            known = link.child.model.all_objects.filter(**{f"{link.column}__in": collected.moved})
            child.ids.update(known.values_list("pk", flat=True))


def _read(client: SalesforceClient, synced: SyncedObject, selection: Selection, deleted: Iterable[str]) -> Read:
    began, readable = load_database_now(), as_readable(synced)
    try:
        rows = list(_read_rows(client, readable, selection.conditions(readable)))
    except RequestRefused as refusal:
        readable = find_readable_after(refusal, client, readable)
        rows = list(_read_rows(client, readable, selection.conditions(readable)))
    position = _find_id_position(readable)
    return Read(readable, began, rows, frozenset(deleted) - {str(row[position]) for row in rows})


def _read_rows(client: SalesforceClient, readable: SyncedObject, conditions: Iterable[str]) -> Iterator[Row]:
    paths = list(readable.paths.values())
    for where in conditions:
        query = SoqlQuery(soql.select(paths, readable.sobject, where=where), include_deleted=True)
        cursor = ""
        while True:
            page = ask_carefully(client, lambda: fetch_rest_page(client, query, cursor, rows=readable.rest_page_rows))  # noqa: B023
            yield from rows_of(page["records"], paths)
            cursor = page.get("nextRecordsUrl") or ""
            if not cursor:
                break


def _find_id_position(synced: SyncedObject) -> int:
    return list(synced.paths).index("id")
