"""Change the user's contact with ``PUT /contact``, and compare it with Salesforce."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from sf.models import Contact
from tests.api.live.people import CONTACT, new_contact
from tests.sf.cache import in_cache
from tests.sf.cache import in_salesforce as in_salesforce_as_cached
from tests.simulated import Simulator

PATCH = "sobjects/Contact"
QUERY = "/queryAll"


@pytest.fixture
def contact(salesforce: Simulator, user: Client) -> str:
    """The id of the user's contact, which is in the cache too."""
    contact_id = new_contact(salesforce, Role__c="Student", LMS__c="Moodle")
    assert user.get(CONTACT).status_code == 200
    return contact_id


def put(client: Client, body: Any, *, token: bool = True) -> Any:
    """Send the body, with the CSRF token of ``GET /me`` unless ``token`` is false."""
    headers = {"X-CSRFToken": client.get("/api/v1/me").json()["csrf_token"]} if token else {}
    return client.put(CONTACT, body, content_type="application/json", headers=headers)


def in_salesforce(simulator: Simulator, contact: str) -> dict[str, Any]:
    [record] = simulator.query(
        f"SELECT FirstName, LastName, Role__c, Subject_Interest__c, LMS__c FROM Contact WHERE Id = '{contact}'"
    )
    return record


def is_as_in_salesforce(simulator: Simulator, contact: str) -> bool:
    """Compare all columns of the cached contact with Salesforce, including the modification stamp."""
    return in_cache(Contact)[contact] == in_salesforce_as_cached(simulator, Contact)[contact]


def patches(simulator: Simulator) -> int:
    return simulator.calls_to(PATCH)
