"""The table ``routes_and_callers.csv``, a client for each kind of caller, and records for the ids in paths."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from api.auth.api_keys import create_api_key, revoke_api_key
from api.domain.scopes import Scope
from api.models import FormSubmission, OutboundCase, SuperUser
from pardot.models import AuditSummary, Campaign, DayNote, Exemption, Form, Prospect, SavedView, Task, TeamMember
from sf.models import Contact
from tests.api import records
from tests.api.conftest import bearer
from tests.api.cookies import UUID, CookieMaker
from tests.simulated import Simulator

TABLE = Path(__file__).with_name("routes_and_callers.csv")
WITHOUT_CONTACT = "7c1d9f04-0000-4000-8000-00000000f00d"
"""The Accounts UUID of a user who has no contact."""
SUPER_USER = "7c1d9f04-0000-4000-8000-0000000050d0"
REQUEST_COLUMNS = ("method", "route", "query", "body")
KEY_COLUMNS = ("scope", "key_with_scope", "other_key")
"""The scope that keys need, if any; the status for keys with this scope; the status for all other keys."""

Line = Mapping[str, str]


@cache
def table() -> dict[str, Line]:
    with TABLE.open(newline="") as file:
        return {f"{line['method']} {line['route']}": line for line in csv.DictReader(file)}


def expected(line: Line) -> dict[str, int]:
    """Return the expected status for each caller of ``World``."""
    statuses = {name: int(status) for name, status in line.items() if name not in REQUEST_COLUMNS + KEY_COLUMNS}
    for scope in Scope:
        statuses[scope] = int(line["key_with_scope" if scope == line["scope"] else "other_key"])
    return statuses


@dataclass(frozen=True)
class World:
    """A client for each kind of caller, and the ids for the paths of their requests."""

    callers: Mapping[str, Client]
    ids: Mapping[str, str]
    """The ids, by the path segment before the braces: ``schools`` for ``/schools/{school_id}``."""

    def address(self, line: Line) -> str:
        """Return path and query of the line's request."""
        return self._path(line["route"]) + (f"?{line['query']}" if line["query"] else "")

    def _path(self, route: str) -> str:
        before, braces, after = route.replace("{asset_id}", "1").partition("{")
        if not braces:
            return route
        return before + self.ids[before.rstrip("/").rpartition("/")[2]] + after.partition("}")[2]


@pytest.fixture
def world(simulator: Simulator, cookies: CookieMaker, db: None) -> World:
    return World(_callers(cookies), _records(simulator))


def _records(simulator: Simulator) -> dict[str, str]:
    school, book = records.school("Example College"), records.book()
    contact = _contact(simulator, UUID)
    records.adoption(contact=_contact(simulator, SUPER_USER))
    opportunity = records.opportunity(contact=contact, account=school, book=book)
    adoption = records.adoption(contact=contact, opportunity=opportunity)
    case = OutboundCase.objects.create(identity=f"user:{SUPER_USER}", source="case", values={})
    form = FormSubmission.objects.create(identity=f"user:{SUPER_USER}", form_type="contact_us", data={}, case=case)
    exempt = {"asset_type": "forms", "asset_id": Form.objects.create(id=1, name="Contact us", flags=["dormant"]).id}
    TeamMember.objects.create(name="Ines", accounts_uuid=SUPER_USER)
    AuditSummary.objects.create(area="tags", is_complete=True)
    Campaign.objects.create(id=1, name="Spring", flags=["empty"])
    return {
        "case": str(case.id),
        "submissions": str(form.id),
        "schools": school.id,
        "accounts": school.id,
        "books": book.id,
        "contacts": contact.id,
        "opportunities": opportunity.id,
        "adoptions": adoption.id,
        "issues": "forms_errors",
        "assets": "forms",
        "campaigns": records.salesforce_campaign(),
        "tasks": str(Task.objects.create(title="Look at it").pk),
        "exemptions": str(Exemption.objects.create(**exempt, issue="forms_errors", reason="A test form.").pk),
        "notes": str(DayNote.objects.create(day="2026-01-31", text="A note").pk),
        "views": str(SavedView.objects.create(name="Tags", query="tab=tags", owner_uuid=SUPER_USER).pk),
        "config": "list_stale_months",
        "engagement": str(Prospect.objects.create(id=10).id),
    }


def _contact(simulator: Simulator, uuid: str) -> Contact:
    """Make a contact of this user, in the cache and in Salesforce."""
    names = {"FirstName": "Ines", "LastName": "Example"}
    there = simulator.create("Contact", **names, Accounts_UUID__c=uuid, FV_Status__c="confirmed_faculty")
    here = records.contact(accounts_uuid=uuid)
    Contact.objects.filter(pk=here.pk).update(id=there)
    return Contact.objects.get(pk=there)


def _callers(cookies: CookieMaker) -> dict[str, Client]:
    def signed_in(uuid: str) -> Client:
        client = Client(enforce_csrf_checks=True)
        client.cookies["oxa"] = cookies.cookie(uuid=uuid)
        # Web sites also fetch this token before they change anything.
        client.defaults["HTTP_X_CSRFTOKEN"] = client.get("/api/v1/me").json()["csrf_token"]
        return client

    def key(*scopes: Scope, **options: Any) -> Any:
        return create_api_key(name="test", scopes=scopes, **options)

    SuperUser.objects.create(accounts_uuid=SUPER_USER)
    revoked, expired = key(*Scope), key(*Scope, expires_in=timedelta(seconds=-1))
    revoke_api_key(revoked.public_id)
    return {
        "anonymous": Client(enforce_csrf_checks=True),
        "user_without_contact": signed_in(WITHOUT_CONTACT),
        "user": signed_in(UUID),
        "super_user": signed_in(SUPER_USER),
        **{scope: bearer(key(scope).text) for scope in Scope},
        "revoked_key": bearer(revoked.text),
        "expired_key": bearer(expired.text),
        "bad_key": bearer(f"{revoked.text[:-1]}{'a' if revoked.text[-1] != 'a' else 'b'}"),
    }
