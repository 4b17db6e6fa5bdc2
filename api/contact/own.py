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
from sf.live.look_ups import LookupSkipped, contact_look_up
from sf.live.records import LiveCallFailed, MayAsk
from sf.reads.selectors import by_contact, contacts_by_uuid

logger = logging.getLogger(__name__)

LookUp = Callable[[str, MayAsk], float]
"""Brings Salesforce's data of a user into the cache, by the Accounts UUID; returns the slowest call's seconds."""

ANOTHER_ORG = (
    "This service is connected to another Salesforce org than the one whose data it has. Nothing was asked or changed "
    "there; its operators have to correct the connection."
)
_AWAY = "Salesforce cannot be asked for this user at the moment: try again soon."
_NONE = "There is no contact for this user in Salesforce."
_NONE_HERE = "There is no contact for this user here, and Salesforce is not asked at the moment."
_NOT_ASKED = "There is no contact for this user here (yet): with expire=true Salesforce is asked."


def own_adoptions(rows: Rows) -> tuple[str, list[dict[str, Any]]]:
    """Return the id of the logged-in user's contact, and its adoptions, from rows of ``adoptions_by_uuid``.

    Raises ``NotFound`` when there is no contact.
    """
    found = by_contact(rows)
    contact = _latest([{"id": each} for each in found], _NOT_ASKED)["id"]
    return contact, found[contact]


def own_contact_looked_up(user: SignedInUser, *, expire: bool, look_up: LookUp | None = None) -> dict[str, Any]:
    """Return the latest modified contact of the logged-in user.

    The contact comes from the cache. With ``expire``, or when it is not cached, Salesforce is asked first. When
    Salesforce is unavailable or may not be asked now, the answer is the cached contact. Raises ``NotFound`` when
    there is none, and ``Unavailable`` when Salesforce is unavailable and nothing is cached.
    """
    uuid = user.session.uuid
    contacts = contacts_by_uuid(uuid).rows()
    if contacts and not expire:
        return _latest(contacts, _NONE)
    nothing = _NONE
    try:
        with breaker.live_call() as call:
            call.slowest = (look_up or partial(contact_look_up, again=expire))(uuid, call.may_ask)
        contacts = contacts_by_uuid(uuid).rows()
    except LookupSkipped as error:
        logger.info("no live look-up: %s", error)
        nothing = _NONE_HERE
    except (OperationalError, InterfaceError) as error:
        if not contacts:
            raise
        logger.error("live look-up: the cached contact is the answer: %s", " ".join(str(error).split()))
        connection.close_if_unusable_or_obsolete()
    except LiveCallFailed as error:
        logger.log(logging.ERROR if error.lasting else logging.WARNING, "live look-up: %s", error)
        if not contacts:
            message = ANOTHER_ORG if error.another_org else _AWAY
            kind = ErrorType.SALESFORCE_BUSY if isinstance(error, NoPlaceFree) else ErrorType.SALESFORCE_AWAY
            kind = ErrorType.SALESFORCE_ANOTHER_ORG if error.another_org else kind
            raise Unavailable(message, kind, retry_after=error.retry_after) from error
    return _latest(contacts, nothing)


def _latest(contacts: list[dict[str, Any]], nothing: str) -> dict[str, Any]:
    if not contacts:
        raise NotFound(nothing, error_type=ErrorType.CONTACT_NOT_FOUND)
    if len(contacts) > 1:
        # An error, so that Sentry reports it: a person has to merge these records.
        logger.error("several contacts with one accounts_uuid: %s", ", ".join(contact["id"] for contact in contacts))
    return contacts[0]
