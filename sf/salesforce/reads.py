"""Retry calls, and detect reads that cannot be finished in the way they began.

A ``TransientError`` is bad luck: the same call may work after a pause. Asking again does not help in three cases:
repeated answers cannot be used, the query is too big, or Salesforce answers everything except this page. Then
``ask_carefully`` raises a ``CannotFinish``, and the caller starts the read again, in another way if necessary.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import ClassVar, TypeVar

from sf.salesforce.answers import UnusableAnswer, json_of, understood
from sf.salesforce.client import SalesforceClient
from sf.salesforce.errors import QueryLocatorGone, SalesforceError, TransientError
from sf.salesforce.http import Patience, retrying
from sf.salesforce.refusals import Group

logger = logging.getLogger(__name__)

UNUSABLE_ANSWERS = 2
"""After this many unusable answers to one call, the read ends. A single one may be a proxy's page."""

FAILURES_BEFORE_PROBE = 5
"""After this many failures of one call, a small call checks whether Salesforce answers at all.

The check is also made when the deadline ends the retries, unless this failure has just been checked.
"""

SIZE_CODES = frozenset({"QUERY_TIMEOUT", "REQUEST_RUNNING_TOO_LONG"})

Result = TypeVar("Result")


class CannotFinish(SalesforceError):
    """A read cannot be finished in the way it began."""

    group = Group.MOMENT
    concerns_everything = False
    tries: ClassVar[int] = 1
    """After this many reads that end this way, the other transport (REST or Bulk) is tried."""


class UnusablePage(CannotFinish):
    """A page arrives but cannot be used, or does not arrive although Salesforce answers other calls."""


class TooMuchAsked(CannotFinish):
    """Salesforce ran out of time for this query: a smaller query may work."""


class JobEnded(CannotFinish):
    """Salesforce ended a Bulk job; the next job may succeed."""

    tries = 4
    """The first try and up to three more."""


class JobRefused(CannotFinish):
    """Salesforce ended a Bulk job because of its query."""


class JobStuck(CannotFinish):
    """A Bulk job did not end in time."""


class BulkUsedUp(CannotFinish):
    """The day's Bulk jobs, or their volume, are used up."""


def ask_carefully(client: SalesforceClient, action: Callable[[], Result]) -> Result:
    """Call ``action`` (one attempt) with retries.

    Raises ``CannotFinish`` when the answers are unusable, the query is too big, or Salesforce answers other calls but
    not this one, and ``TransientError`` when Salesforce does not answer at all.
    """
    patience = client.transport.patience
    return ask_patiently(action, patience, too_much=_is_size_timeout, answers=lambda: _is_answering(client))


def ask_patiently(
    action: Callable[[], Result],
    patience: Patience,
    *,
    too_much: Callable[[TransientError], bool],
    answers: Callable[[], bool] = lambda: False,
    unusable_answers: int = UNUSABLE_ANSWERS,
) -> Result:
    """Call ``action`` (one attempt) with retries, for any system.

    Raises the same errors as ``ask_carefully``. ``too_much`` returns whether the query is too big for the time limit.
    ``answers`` returns whether the system answers a small call now.
    """
    failures = unusable = 0

    def once() -> Result:
        nonlocal failures, unusable
        try:
            return action()
        except UnusableAnswer as error:
            unusable += 1
            if unusable >= unusable_answers:
                raise UnusablePage(str(error)) from error
            raise
        except TransientError as error:
            if too_much(error):
                raise TooMuchAsked(str(error), code=error.code, status=error.status) from error
            failures += 1
            if failures == FAILURES_BEFORE_PROBE and answers():
                raise _make_unusable_page(error) from error
            raise

    try:
        return retrying(once, patience)
    except TransientError as error:
        if failures != FAILURES_BEFORE_PROBE and answers():
            raise _make_unusable_page(error) from error
        raise


def _is_size_timeout(error: TransientError) -> bool:
    return error.code in SIZE_CODES


def _make_unusable_page(error: TransientError) -> UnusablePage:
    return UnusablePage(f"{error}. Salesforce answers other calls", code=error.code, status=error.status)


def count_carefully(client: SalesforceClient, soql: str, *, include_deleted: bool = False) -> int:
    """Return the result of a ``SELECT COUNT()`` query. Raises ``TooMuchAsked`` if it takes too long."""
    path = client.build_query_path(include_deleted=include_deleted)

    def once() -> int:
        answer = client.attempt("GET", path, params={"q": soql})
        with understood(f"GET {path}"):
            return int(json_of(answer)["totalSize"])

    return ask_carefully(client, once)


def count_if_possible(client: SalesforceClient, soql: str, *, include_deleted: bool = False) -> int | None:
    """Return the count, or ``None`` where Salesforce cannot count the records: they can still be read."""
    try:
        return count_carefully(client, soql, include_deleted=include_deleted)
    except (TooMuchAsked, UnusablePage, QueryLocatorGone) as error:
        logger.warning("%s; reading without knowing the number of records", error)
        return None


def _is_answering(client: SalesforceClient) -> bool:
    """Make a small call once, and return whether Salesforce answers."""
    try:
        client.attempt("GET", f"{client.data_path}/limits")
    except TransientError:
        return False
    return True
