"""Change a user's own contact in Salesforce, log each changed field, and update the cache."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Mapping
from typing import Any

from django.db import DatabaseError, InterfaceError

from api.auth.callers import SignedInUser
from api.contact.own import ANOTHER_ORG
from api.domain.error_types import ErrorType
from api.http.errors import NotFound, Unavailable, Unprocessable
from api.http.request_id import get_current_request_id
from api.models import FieldChangeLog
from api.protection import breaker
from api.protection.bulkhead import Neighbor, place
from api.protection.refused_values import make_field_errors
from sf.live.records import RETRY_SECONDS, SECONDS
from sf.live.write_through import (
    NothingToWrite,
    WriteNotConfirmed,
    WriteNotMade,
    WriteRefused,
    WriteUncertain,
    Written,
    write_own_record,
)
from sf.reads.selectors import build_contacts_query
from sf.sync.best_effort import best_effort
from sf.sync.objects import CONTACTS

logger = logging.getLogger(__name__)

_SOURCE = "api contact"
_NONE = "There is no contact for this user in Salesforce."
_NO_MORE = "There is no longer a contact for this user in Salesforce."
_NOT_MADE = "Salesforce accepts no changes at the moment, and nothing was changed: try again soon."
_BUSY = "Too many requests are waiting for Salesforce at the moment, and nothing was changed: try again soon."
_NOT_CONFIRMED = "Salesforce did not confirm the change, and does not show it so far: send the same request again."
_UNCERTAIN = (
    "Salesforce's answer was lost, so the change may have been made. Read the contact again soon (GET "
    "/api/v1/contact?expire=true), or send the same request again: that does no harm."
)
_NOT_NOTED = "The change was made in Salesforce. It will show here once all parts of this service are available again."


def change_contact(
    user: SignedInUser, changes: Mapping[str, str | None], *, fields: Collection[str], source: str
) -> dict[str, Any]:
    """Change the contact, and return it.

    ``fields``: the fields that a request may contain; errors name no other fields.
    Raises ``ApiError`` on failure. Its message says whether the change was made, was not made, or may have been made.
    """
    until = time.monotonic() + SECONDS
    try:
        written = _write(user, changes)
    except WriteRefused as refused:
        raise _make_refusal(refused, fields, until) from refused
    # The change is made: no later failure may report otherwise.
    with best_effort(f"field change log of contact {written.record_id}, changed by {user.identity}"):
        _note_changes(user, written, source)
    with best_effort(f"cache of contact {written.record_id}, which the next sync updates"):
        written.store()
    try:
        after = build_contacts_query(user.session.uuid).rows()
    except (DatabaseError, InterfaceError) as error:
        logger.exception("contact %s was changed in Salesforce, but cannot be read here", written.record_id)
        raise _make_not_noted_error() from error
    contact = next((each for each in after if each["id"] == written.record_id), None)
    if contact is None:  # the contact was not cached before, and could not be stored
        raise _make_not_noted_error()
    return {**contact, **_build_response_values(written.now, contact)}


def _make_not_noted_error() -> Unavailable:
    return Unavailable(_NOT_NOTED, ErrorType.CHANGE_MADE, retry_after=RETRY_SECONDS)


def _write(user: SignedInUser, changes: Mapping[str, str | None]) -> Written:
    with place(Neighbor.SALESFORCE) as free:
        if not free:
            raise Unavailable(_BUSY, ErrorType.SALESFORCE_BUSY, retry_after=RETRY_SECONDS)
        if not breaker.may_make_live_call():
            raise Unavailable(_NOT_MADE, ErrorType.CHANGE_NOT_MADE, retry_after=RETRY_SECONDS)
        return _write_at_salesforce(user, changes)


def _write_at_salesforce(user: SignedInUser, changes: Mapping[str, str | None]) -> Written:
    try:
        written = write_own_record(CONTACTS, "accounts_uuid", user.session.uuid, changes, source=_SOURCE)
    except NothingToWrite as nothing:
        breaker.note_success(breaker.LIVE)
        raise NotFound(_NONE, error_type=ErrorType.CONTACT_NOT_FOUND) from nothing
    except WriteRefused:
        breaker.note_success(breaker.LIVE)
        raise
    except WriteNotMade as error:
        logger.log(logging.ERROR if error.lasting else logging.WARNING, "a contact was not changed: %s", error)
        breaker.note_live_failure(error)
        raise _make_not_made_error(error) from error
    except WriteUncertain as error:
        logger.error("a contact may have been changed: %s", error)
        breaker.note_live_failure(error)
        raise Unavailable(_UNCERTAIN, ErrorType.CHANGE_UNCERTAIN, retry_after=RETRY_SECONDS) from error
    breaker.note_answer(breaker.LIVE, written.slowest)
    return written


def _make_refusal(refused: WriteRefused, fields: Collection[str], until: float) -> NotFound | Unprocessable:
    if refused.gone:
        return NotFound(_NO_MORE, error_type=ErrorType.CONTACT_NOT_FOUND)
    columns = {CONTACTS.paths[column]: column for column in refused.columns if column in fields}
    return Unprocessable(
        f"Salesforce refused the change: {refused}",
        error_type=ErrorType.SALESFORCE_REFUSED,
        errors=make_field_errors(
            CONTACTS.sobject, columns, code=refused.code, message=str(refused), source=_SOURCE, until=until
        ),
        salesforce_code=refused.code,
    )


def _make_not_made_error(error: WriteNotMade) -> Unavailable:
    if error.another_org:
        return Unavailable(ANOTHER_ORG, ErrorType.SALESFORCE_ANOTHER_ORG, retry_after=error.retry_after)
    message = _NOT_CONFIRMED if isinstance(error, WriteNotConfirmed) else _NOT_MADE
    return Unavailable(message, ErrorType.CHANGE_NOT_MADE, retry_after=error.retry_after)


def _build_response_values(record: Mapping[str, str | None], contact: Mapping[str, Any]) -> dict[str, Any]:
    """Return the changed record's values for the fields that the response has.

    The cache may not have these values yet.
    """
    fields = {str(field.column): field for field in CONTACTS.model.list_copied_fields()}
    return {name: fields[name].to_python(value) for name, value in record.items() if name in contact}


def _note_changes(user: SignedInUser, written: Written, source: str) -> None:
    FieldChangeLog.objects.bulk_create(
        FieldChangeLog(
            object=CONTACTS.sobject,
            record_id=written.record_id,
            field=name,
            old=written.before.get(name),
            new=value,
            source=source,
            identity=user.identity,
            request_id=get_current_request_id(),
        )
        for name, value in written.values.items()
        if value != written.before.get(name)
    )
