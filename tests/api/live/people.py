"""Make contacts and their adoptions in the simulator."""

from __future__ import annotations

from typing import Any

from tests.api.cookies import UUID
from tests.simulated import Simulator

CONTACT = "/api/v1/contact"
ADOPTIONS = "/api/v1/adoptions"


def new_contact(simulator: Simulator, **values: Any) -> str:
    usual = {"LastName": "Example", "FirstName": "Ines", "Accounts_UUID__c": UUID, "FV_Status__c": "confirmed_faculty"}
    return simulator.create("Contact", **{**usual, **values})


def adoption_of(simulator: Simulator, contact: str, **values: Any) -> tuple[str, str]:
    """Make an opportunity and its adoption."""
    usual = {"Name": "Algebra", "StageName": "Confirmed Adoption Won", "CloseDate": "2026-01-01"}
    opportunity = simulator.create("Opportunity", ContactId=contact, Contact__c=contact, **usual)
    return opportunity, simulator.create("Adoption__c", Opportunity__c=opportunity, **values)
