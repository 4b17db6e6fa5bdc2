"""The audit log: one ``RequestLog`` row for every request under ``/api/``.

There are two exceptions. Requests of unknown callers for addresses that do not exist are only counted; otherwise anyone
could fill the disk. ``REQUEST_LOG_SAMPLE`` may leave out reads that succeeded.

A request only puts its row into a buffer (about 40 µs); a thread of the process copies batches into PostgreSQL.
Rows survive a normal end of the process, and short times without PostgreSQL. A process that is killed loses the
rows in its buffer. While PostgreSQL answers, these are the rows of about the last half second
(``docs/decisions/audit-log.md``).
"""

from __future__ import annotations

import atexit
import logging
import random
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db import DataError, InterfaceError, OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponseBase

from api.auth.callers import CredentialsRefused, caller_of, get_known_outcome
from api.http.client_address import UNKNOWN, find_client_address
from api.http.masking import mask_query, mask_secrets
from api.http.request_id import get_current_request_id
from api.models import RequestCount, RequestLog
from api.observe.batch_writer import BatchWriter
from api.observe.requests import Measure, add_measures, measure
from sf.sync.best_effort import best_effort

logger = logging.getLogger(__name__)

LONGEST_TEXT = 2000
"""The greatest length of a stored path, query string or user agent."""


class Entry(NamedTuple):
    """A row to be written: the fields of ``RequestLog`` by name."""

    time: datetime
    method: str
    path: str
    query: str
    auth_type: str
    identity: str
    status: int
    milliseconds: float
    address: str | None
    user_agent: str
    request_id: str


_READS = frozenset({"GET", "HEAD", "OPTIONS"})

_COUNT = """
    INSERT INTO api_requestcount AS kept (name, total) VALUES (%s, %s)
    ON CONFLICT (name) DO UPDATE SET total = kept.total + EXCLUDED.total
"""
_COLUMN_OF: dict[str, Any] = {field.name: field.column for field in RequestLog._meta.concrete_fields}
_COPY = f"COPY api_requestlog ({', '.join(_COLUMN_OF[name] for name in Entry._fields)}) FROM STDIN"
_FIND = """
    SELECT 1 FROM api_requestlog JOIN unnest(%s::text[], %s::timestamptz[]) AS sent (request_id, time)
                                 USING (request_id, time) LIMIT 1
"""


class Noted(NamedTuple):
    """A request in the buffer: its log row, if it gets one, and its measures for the counts."""

    entry: Entry | None = None
    is_guess: bool = False
    measured: Measure | None = None


def note_request(request: HttpRequest, response: HttpResponseBase, *, began: datetime, milliseconds: float) -> None:
    """Put this request of the API into the buffer. Never fails: the response matters more."""
    try:
        is_guess, entry = _is_strangers_guess(request, response), None
        if not is_guess and not _is_left_out(request, response):
            entry = _build_entry(request, response, began, milliseconds)
        _put(Noted(entry, is_guess, _measure_if_on(request, response, milliseconds)))
    except Exception:
        logger.exception("a request could not be noted in the audit log")


def note_page(request: HttpRequest, response: HttpResponseBase, *, milliseconds: float) -> None:
    """Count this request of a page, which gets no log row. Never fails."""
    try:
        _put(Noted(measured=_measure_if_on(request, response, milliseconds)))
    except Exception:
        logger.exception("a request could not be counted")


def _put(noted: Noted) -> None:
    if any(noted):
        writer.put(noted)


def _measure_if_on(request: HttpRequest, response: HttpResponseBase, milliseconds: float) -> Measure | None:
    """Return the measures for ``/metrics``; ``None`` while no client may read the metrics."""
    return measure(request, response, milliseconds=milliseconds) if settings.METRICS_ALLOWED_NETWORKS else None


def _is_left_out(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Return whether the sample leaves this request out. Only reads that succeeded are ever left out."""
    share = settings.REQUEST_LOG_SAMPLE
    if share >= 1 or request.method not in _READS or response.status_code >= 400:
        return False
    return random.random() >= share  # noqa: S311 - nothing secret depends on it


def _is_strangers_guess(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Return whether an unknown caller asked for an address that does not exist.

    Credentials are checked here, because no view has checked them. Otherwise made-up credentials would bring a request
    into the log.
    """
    if response.status_code != 404 or request.resolver_match is not None:
        return False
    try:
        return caller_of(request) is None
    except (OperationalError, InterfaceError):  # PostgreSQL is unavailable, so the key cannot be looked up
        return True


def _build_entry(request: HttpRequest, response: HttpResponseBase, began: datetime, milliseconds: float) -> Entry:
    auth_type, identity = _identify_caller(request)
    address = find_client_address(request)
    return Entry(
        time=began,
        method=_make_storable(request.method or "", 20),
        path=_make_storable(mask_secrets(request.path_info)),
        query=_make_storable(mask_query(request.META.get("QUERY_STRING", "")[: 2 * LONGEST_TEXT])),
        auth_type=auth_type,
        identity=identity,
        status=response.status_code,
        milliseconds=round(milliseconds, 2),
        address=None if address == UNKNOWN else address,
        user_agent=_make_storable(mask_secrets(request.META.get("HTTP_USER_AGENT", "")[: 2 * LONGEST_TEXT])),
        request_id=get_current_request_id(),
    )


def _identify_caller(request: HttpRequest) -> tuple[str, str]:
    """Return the caller's kind and identity as far as they are known, without a look-up."""
    is_known, outcome = get_known_outcome(request)
    if outcome is None:
        return ("none" if is_known else ""), ""
    if isinstance(outcome, CredentialsRefused):
        return "refused", ""
    return outcome.auth_type.value, outcome.identity


def _make_storable(text: str, longest: int = LONGEST_TEXT) -> str:
    """Cut the text, and replace what PostgreSQL cannot store: NUL bytes and unpaired surrogates."""
    text = text[:longest].replace("\0", "\N{REPLACEMENT CHARACTER}")
    return text if text.isascii() else text.encode(errors="replace").decode()


def write_noted(noted: Sequence[Noted], again: bool) -> None:
    """Store the rows and add to the counts, in one transaction.

    ``again``: the previous attempt failed, or its answer was lost. If one of the rows is stored, the previous
    attempt was committed. A batch that stored only counts cannot be recognized, so these counts may be added twice.
    """
    rows = [each.entry for each in noted if each.entry is not None]
    try:
        connection.close_if_unusable_or_obsolete()
        if again and rows and _is_one_stored(rows):
            return
        with transaction.atomic():
            _copy_or_skip(rows)
            if guesses := sum(each.is_guess for each in noted):
                _count(RequestCount.UNKNOWN_PATHS, guesses)
            add_measures(each.measured for each in noted if each.measured is not None)
    except (OperationalError, InterfaceError):
        connection.close()
        raise


def _note_lost(rows: int) -> None:
    with best_effort("count of the rows that the audit log lost"):
        _count(RequestCount.LOST_ROWS, rows)


def _count(name: str, requests: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [name, requests])


def _is_one_stored(entries: Sequence[Entry]) -> bool:
    """Return whether at least one of the entries is stored. PostgreSQL may have refused some of them."""
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [[entry.request_id for entry in entries], [entry.time for entry in entries]])
        return cursor.fetchone() is not None


def _copy_or_skip(entries: Sequence[Entry]) -> None:
    """Copy the entries that PostgreSQL accepts, so that one bad entry does not hold up the others."""
    if not entries:
        return
    try:
        with transaction.atomic():
            _copy(entries)
    except DataError as error:
        if len(entries) == 1:
            logger.error("a request is missing in the audit log: %s", " ".join(str(error).split()))
            return
        middle = len(entries) // 2
        _copy_or_skip(entries[:middle])
        _copy_or_skip(entries[middle:])


def _copy(entries: Sequence[Entry]) -> None:
    with connection.cursor() as cursor, connection.wrap_database_errors:
        context: Any = cursor.copy(_COPY)
        with context as copy:
            for entry in entries:
                copy.write_row(entry)


writer: BatchWriter[Noted] = BatchWriter(write_noted, what="audit log", note_lost=_note_lost)
atexit.register(writer.close)
