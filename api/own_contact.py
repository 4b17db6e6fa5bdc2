"""The Salesforce contact of a logged-in user."""

from __future__ import annotations

import logging
from typing import Any

from api.auth import SignedInUser
from api.errors import NotFound
from sf.selectors import contacts_by_uuid

logger = logging.getLogger(__name__)


def own_contact(user: SignedInUser) -> dict[str, Any]:
    """The most recently modified contact of the logged-in user. ``NotFound`` when Salesforce has none."""
    contacts = contacts_by_uuid(user.session.uuid)
    if not contacts:
        raise NotFound("There is no contact for this user in Salesforce.")
    if len(contacts) > 1:
        # An error, so that Sentry is told: somebody has to merge them.
        logger.error("several contacts with one accounts_uuid: %s", ", ".join(contact["id"] for contact in contacts))
    return contacts[0]
