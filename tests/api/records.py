"""Make cached Salesforce records as a sync would leave them."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from typing import Any

from pardot.models import SalesforceCampaign
from sf.models import Account, Adoption, Book, Contact, Opportunity
from sf.salesforce.ids import id_of_18
from tests.api.cookies import UUID

_serial = count(1)
_STAMP = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def salesforce_id(prefix: str) -> str:
    whole = id_of_18(f"{prefix}Xy{next(_serial):010d}")
    assert whole is not None
    return whole


def school(name: str | None = "Example College", **values: Any) -> Account:
    values = {"name": name, **values}
    return Account.objects.create(id=salesforce_id("001"), system_modstamp=_STAMP, **values)


def book(name: str = "Algebra", **values: Any) -> Book:
    usual = {"active_book": True, "official_name": f"{name} 2e", "website_url": "https://example.org/algebra"}
    return Book.objects.create(id=salesforce_id("a0Z"), system_modstamp=_STAMP, name=name, **{**usual, **values})


def contact(**values: Any) -> Contact:
    usual = {"accounts_uuid": UUID, "full_name": "Ines Example", "verification_status": "confirmed_faculty"}
    return Contact.objects.create(id=salesforce_id("003"), system_modstamp=_STAMP, **{**usual, **values})


def opportunity(**values: Any) -> Opportunity:
    return Opportunity.objects.create(id=salesforce_id("006"), system_modstamp=_STAMP, **values)


def adoption(**values: Any) -> Adoption:
    usual = {"confirmation_type": "OpenStax Confirmed Adoption"}
    return Adoption.objects.create(id=salesforce_id("a1A"), system_modstamp=_STAMP, **{**usual, **values})


def salesforce_campaign() -> str:
    """Make a Salesforce campaign and return its id."""
    campaign = SalesforceCampaign.objects.create(id=salesforce_id("701"), system_modstamp=_STAMP)
    return str(campaign.pk)
