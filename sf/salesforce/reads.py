"""Reads that cannot be finished in the way in which they began, and the patience that finds that out.

A ``TransientError`` is bad luck: the same call may work after a pause. Asking again does not help when the answer comes
but cannot be used, when the question is too big, or when Salesforce is there and only this page cannot be had. Then
``ask_carefully`` raises a ``CannotFinish``, and the caller begins the read again, in another way if need be.
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
"""How often an answer is asked for that cannot be used: once may be a proxy's page."""

FAILURES_BEFORE_PROBE = 5
"""After so many failures in a row, about 15 seconds, Salesforce is asked for something small."""

SIZE_CODES = frozenset({"QUERY_TIMEOUT", "REQUEST_RUNNING_TOO_LONG"})

Result = TypeVar("Result")


class CannotFinish(SalesforceError):
    """A read cannot be finished in the way in which it began."""

    group = Group.MOMENT
    concerns_everything = False
    tries: ClassVar[int] = 1
    """How often a read may end so before it goes another way."""


class UnusablePage(CannotFinish):
    """A page or answer comes and cannot be used, or does not come although Salesforce is there."""


class TooMuchAsked(CannotFinish):
    """Salesforce ran out of time over the question: a smaller one may be answered."""


class JobEnded(CannotFinish):
    """Salesforce ended a Bulk job, and the next one may fare better."""

    tries = 4
    """One, and up to three again."""


class JobRefused(CannotFinish):
    """Salesforce ended a Bulk job because of what it asks."""


class JobStuck(CannotFinish):
    """A Bulk job did not end in time."""


class BulkUsedUp(CannotFinish):
    """The day's Bulk jobs, or their volume, are used up."""


def ask_carefully(client: SalesforceClient, action: Callable[[], Result]) -> Result:
    """Call ``action``, which tries once, with patience. Raises ``CannotFinish`` when patience does not help."""
    patience = client.transport.patience
    return ask_patiently(action, patience, too_much=_is_size_timeout, answers=lambda: _answers(client))


def ask_patiently(
    action: Callable[[], Result],
    patience: Patience,
    *,
    too_much: Callable[[TransientError], bool],
    answers: Callable[[], bool] = lambda: False,
    unusable_answers: int = UNUSABLE_ANSWERS,
) -> Result:
    """The same for any system. ``too_much``: is the error a time-out of size? ``answers``: does the system answer
    something small now?"""
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
                raise _unusable(error) from error
            raise

    try:
        return retrying(once, patience)
    except TransientError as error:
        if failures != FAILURES_BEFORE_PROBE and answers():
            raise _unusable(error) from error
        raise


def _is_size_timeout(error: TransientError) -> bool:
    return error.code in SIZE_CODES


def _unusable(error: TransientError) -> UnusablePage:
    return UnusablePage(f"{error}. Salesforce answers other calls", code=error.code, status=error.status)


def count_carefully(client: SalesforceClient, soql: str, *, include_deleted: bool = False) -> int:
    """The number of records that a ``SELECT COUNT()`` query finds. ``TooMuchAsked`` where they are too many."""
    path = client.query_path(include_deleted=include_deleted)

    def once() -> int:
        answer = client.attempt("GET", path, params={"q": soql})
        with understood(f"GET {path}"):
            return int(json_of(answer)["totalSize"])

    return ask_carefully(client, once)


def count_if_possible(client: SalesforceClient, soql: str, *, include_deleted: bool = False) -> int | None:
    """The same; ``None`` where Salesforce cannot count them: they can be read all the same."""
    try:
        return count_carefully(client, soql, include_deleted=include_deleted)
    except (TooMuchAsked, UnusablePage, QueryLocatorGone) as error:
        logger.warning("%s; reading without knowing how many there are", error)
        return None


def _answers(client: SalesforceClient) -> bool:
    """Ask for something small, once: is Salesforce there at all?"""
    try:
        client.attempt("GET", f"{client.data_path}/limits")
    except TransientError:
        return False
    return True
