"""The Salesforce contact of a logged-in user."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import InterfaceError, OperationalError, connection

from api.auth.callers import SignedInUser
from api.domain.error_types import ErrorType
from api.http.errors import NotFound, Unavailable
from api.protection import breaker
from api.protection.bulkhead import NoPlaceFree
from sf.ingest.prepared import Rows
from sf.live.look_ups import LookupSkipped, look_up_contact
from sf.live.records import LiveCallFailed, MayAsk
from sf.reads.selectors import build_contacts_query, group_by_contact

logger = logging.getLogger(__name__)

LookUp = Callable[[str, MayAsk], float]
"""Copies the Salesforce data of the user with the given Accounts UUID into the cache.
Returns the seconds of the slowest call to Salesforce."""

ANOTHER_ORG = (
    "This service is connected to a different Salesforce org than the one its data came from. Nothing was read or "
    "changed. The operators of this service must correct the connection."
)
_AWAY = "Salesforce cannot be asked for this user at the moment: try again soon."
_NONE = "There is no contact for this user in Salesforce."
_NONE_HERE = "No contact of this user is cached, and Salesforce cannot be asked now: try again later."
_NOT_ASKED = "No contact of this user is cached. Add expire=true to look in Salesforce."


def require_own_adoptions(rows: Rows) -> tuple[str, list[dict[str, Any]]]:
    """Return the id and the adoptions of the logged-in user's contact.

    ``rows`` are from ``sf.reads.selectors.build_adoptions_query``. Raises ``NotFound`` when there are no rows.
    """
    adoptions = group_by_contact(rows)
    contact = _require_latest([{"id": each} for each in adoptions], _NOT_ASKED)["id"]
    return contact, adoptions[contact]


def look_up_own_contact(user: SignedInUser, *, expire: bool, look_up: LookUp | None = None) -> dict[str, Any]:
    """Return the logged-in user's contact; if there are several, the one that was modified last.

    The contact comes from the cache. Salesforce is asked first in two cases:

    * with ``expire``
    * when no contact is cached, except when Salesforce had none a few minutes ago

    When the look-up fails or is skipped on purpose (``LookupSkipped``), the cached contact is returned. When no contact
    is cached, a failed call to Salesforce raises ``Unavailable``, a skipped look-up raises ``NotFound``, and an error
    of PostgreSQL is raised again. When Salesforce has no contact, raises ``NotFound``.
    """
    uuid = user.session.uuid
    contacts = build_contacts_query(uuid).rows()
    if contacts and not expire:
        return _require_latest(contacts, _NONE)
    nothing = _NONE
    try:
        with breaker.live_call() as call:
            call.slowest = (look_up or partial(look_up_contact, again=expire))(uuid, call.may_ask)
        contacts = build_contacts_query(uuid).rows()
    except LookupSkipped as error:
        logger.info("no live look-up: %s", error)
        nothing = _NONE_HERE
    except (OperationalError, InterfaceError) as error:
        if not contacts:
            raise
        logger.error("live look-up failed, so the cached contact is returned: %s", " ".join(str(error).split()))
        connection.close_if_unusable_or_obsolete()
    except LiveCallFailed as error:
        logger.log(logging.ERROR if error.lasting else logging.WARNING, "live look-up: %s", error)
        if not contacts:
            message = ANOTHER_ORG if error.another_org else _AWAY
            kind = ErrorType.SALESFORCE_BUSY if isinstance(error, NoPlaceFree) else ErrorType.SALESFORCE_AWAY
            kind = ErrorType.SALESFORCE_ANOTHER_ORG if error.another_org else kind
            raise Unavailable(message, kind, retry_after=error.retry_after) from error
    return _require_latest(contacts, nothing)


def _require_latest(contacts: list[dict[str, Any]], nothing: str) -> dict[str, Any]:
    if not contacts:
        raise NotFound(nothing, error_type=ErrorType.CONTACT_NOT_FOUND)
    if len(contacts) > 1:
        # An error, so that Sentry reports it: a person has to merge these records.
        logger.error("several contacts with one accounts_uuid: %s", ", ".join(contact["id"] for contact in contacts))
    return contacts[0]
