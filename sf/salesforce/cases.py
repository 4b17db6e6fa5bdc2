"""Create Cases, without duplicates if Case has an external id field for our ids.

With an external id field, each case is upserted on our id, so that a second attempt cannot create a second
case. Cases that may have been sent before are looked up first, because an upsert of an existing case would
overwrite what staff have changed meanwhile. ``docs/decisions/outbox.md`` names the gap that is left. Deleted
cases count as existing: staff have seen them.

Source: REST API Developer Guide, "Upsert Records Using sObject Rows by External ID", "sObject Collections".
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from sf.salesforce import soql
from sf.salesforce.answers import json_of, understood
from sf.salesforce.client import SalesforceClient
from sf.salesforce.errors import RequestRefused, SalesforceError, TransientError, make_error_of_record
from sf.salesforce.refusals import Group

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 100
"""Salesforce accepts 200 cases, but the ids of only 100 cases are sure to fit into one query string."""

_SEVERAL_MATCH = 300
_TAKEN = frozenset({"DUPLICATE_VALUE", "DUPLICATE_EXTERNAL_ID"})
_NO_SUCH_PLACE = frozenset({"NOT_FOUND", "INVALID_TYPE", "METHOD_NOT_ALLOWED"})
"""Case, or its external id field, does not exist or is hidden: every case would be refused."""


@dataclass(frozen=True)
class NewCase:
    """A case to create. ``key`` is our id of the case; ``values`` are by Salesforce's field names."""

    key: str
    values: Mapping[str, str]
    sent_before: bool
    """An earlier attempt was made, so Salesforce may have the case already."""


@dataclass(frozen=True)
class Outcome:
    """The outcome of one case: its Salesforce id, or the error."""

    salesforce_id: str = ""
    error: SalesforceError | None = None

    @property
    def is_final(self) -> bool:
        """Return whether another try would change nothing: the case exists, or its values are refused."""
        return self.error is None or self.error.group is Group.RECORD


def deliver_cases(client: SalesforceClient, cases: Sequence[NewCase], *, external_id: str) -> dict[str, Outcome]:
    """Create or find each case, and return the outcomes by key. Usually makes one or two calls.

    ``cases`` has at most ``MOST_AT_ONCE`` entries. ``external_id`` is the field of Case for our id; if it is empty, a
    case that was sent before may be created twice.

    Raises ``SalesforceError``, and returns no outcome, when the look-up of cases that were sent before fails, or when
    the call that creates the missing cases fails. The call's error is not raised in two situations. If only one case is
    missing, an error that does not concern all cases is the outcome of this case. If Salesforce refuses a call for
    several cases, these cases are sent one by one. An error that concerns all cases then ends the sending, and is the
    outcome of the failed case and of all later cases.
    """
    existing = _find(client, external_id, [case.key for case in cases if case.sent_before]) if external_id else {}
    outcomes = {key: Outcome(salesforce_id) for key, salesforce_id in existing.items()}
    missing = [case for case in cases if case.key not in existing]
    if missing:
        outcomes |= _make(client, missing, external_id)
    return outcomes


def _find(client: SalesforceClient, external_id: str, keys: Sequence[str]) -> dict[str, str]:
    """Return the Salesforce ids of existing cases by our key."""
    if not keys:
        return {}
    where = soql.one_of(external_id, keys)
    existing: dict[str, str] = {}
    query = soql.select(["Id", external_id], "Case", where=where, order_by="CreatedDate, Id")
    for record in client.query(query, include_deleted=True):
        key, salesforce_id = _parse_key_and_id(record, external_id)
        if key in existing:
            logger.error("several Cases have %s %s: the field must be unique", external_id, key)
        existing.setdefault(key, salesforce_id)
    return existing


def _parse_key_and_id(record: Mapping[str, Any], external_id: str) -> tuple[str, str]:
    """Return our key and the Salesforce id. Salesforce may spell a field name with other capital letters."""
    values = {name.casefold(): value for name, value in record.items()}
    with understood("a query for cases"):
        return str(values[external_id.casefold()]), str(values["id"])


def _make(client: SalesforceClient, cases: Sequence[NewCase], external_id: str) -> dict[str, Outcome]:
    if len(cases) == 1:
        return {cases[0].key: _make_one(client, cases[0], external_id)}
    try:
        return _make_several(client, cases, external_id)
    except RequestRefused as refusal:
        # One case may have spoiled the call for all.
        logger.warning("a call for %d cases was refused; they are sent one by one: %s", len(cases), refusal)
        return _make_one_by_one(client, cases, external_id)


def _make_one_by_one(client: SalesforceClient, cases: Sequence[NewCase], external_id: str) -> dict[str, Outcome]:
    """Send each case. An error that concerns all cases becomes the outcome of the remaining cases."""
    outcomes: dict[str, Outcome] = {}
    for case in cases:
        try:
            outcomes[case.key] = _make_one(client, case, external_id)
        except SalesforceError as error:
            return {each.key: Outcome(error=error) for each in cases} | outcomes
    return outcomes


def _make_one(client: SalesforceClient, case: NewCase, external_id: str) -> Outcome:
    method, path = "POST", f"{client.data_path}/sobjects/Case"
    if external_id:
        method, path = "PATCH", f"{path}/{quote(external_id, safe='')}/{quote(case.key, safe='')}"
    try:
        answer = client.attempt(method, path, body=dict(case.values))
    except SalesforceError as error:
        return _find_outcome_after(client, case, error, external_id)
    with understood(f"{method} {path}"):
        return Outcome(str(json_of(answer)["id"]))


def _make_several(client: SalesforceClient, cases: Sequence[NewCase], external_id: str) -> dict[str, Outcome]:
    method, path = "POST", f"{client.data_path}/composite/sobjects"
    if external_id:
        method, path = "PATCH", f"{path}/Case/{quote(external_id, safe='')}"
    records = [
        {"attributes": {"type": "Case"}, **case.values, **({external_id: case.key} if external_id else {})}
        for case in cases
    ]
    answer = client.attempt(method, path, body={"allOrNone": False, "records": records})
    with understood(f"{method} {path}"):
        results = list(zip(cases, json_of(answer), strict=True))
        return {case.key: _parse_result(client, case, result, external_id) for case, result in results}


def _parse_result(client: SalesforceClient, case: NewCase, result: Mapping[str, Any], external_id: str) -> Outcome:
    if result["success"]:
        return Outcome(str(result["id"]))
    try:
        return _find_outcome_after(client, case, make_error_of_record(result["errors"]), external_id)
    except SalesforceError as error:
        return Outcome(error=error)  # other cases of the same call may have been created


def _find_outcome_after(client: SalesforceClient, case: NewCase, error: SalesforceError, external_id: str) -> Outcome:
    """Return the outcome of a case after ``error``; raise the error if it would affect every case."""
    if external_id and _is_taken(error, external_id):
        existing = _find(client, external_id, [case.key])
        if case.key in existing:
            return Outcome(existing[case.key])
        # Another transaction is about to create the case.
        soon = TransientError(str(error), code=error.code, status=error.status)
        soon.concerns_everything = False
        return Outcome(error=soon)
    if error.code in _NO_SUCH_PLACE:
        error.concerns_everything = True
    if error.concerns_everything:
        raise error
    return Outcome(error=error)


def _is_taken(error: SalesforceError, external_id: str) -> bool:
    """Return whether the error says that our id is taken: by several records, or by a quicker attempt."""
    if error.status == _SEVERAL_MATCH:
        return True
    text = f"{' '.join(error.fields)} {error.reason}".casefold()
    return error.code in _TAKEN and external_id.casefold() in text
