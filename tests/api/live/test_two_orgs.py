"""No records of an org other than the cached one are read or changed; cases wait for their own org.

``salesforce`` is the cached org at first; ``same_ids`` is another org whose records have the same ids.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.test import Client

from api.domain.scopes import Scope
from api.models import OutboundCase, SuperUser
from sf.live.records import LiveRead, make_live_client
from sf.models import CachedOrg, Contact, SyncConfig
from sf.salesforce.organization import Organization
from sf.sync.adoption import adopt_org
from sf.sync.identity import AnotherOrg
from sf.sync.objects import CONTACTS
from tests.api.cookies import UUID
from tests.api.live.changes import contact, put
from tests.api.live.people import CONTACT, new_contact
from tests.api.outgoing import cases_in, deliver, post_case
from tests.conftest import point_settings_at
from tests.orgs import digests_of_copies, org_id, same_ids
from tests.sf.cache import sync
from tests.simulated import Simulator

__all__ = ["contact", "same_ids"]

pytestmark = pytest.mark.django_db(transaction=True)

CASES = "/admin/api/outboundcase/"

LeadTo = Callable[[Simulator], None]


@pytest.fixture
def lead_to(salesforce: Simulator, same_ids: Simulator, settings: Any, monkeypatch: pytest.MonkeyPatch) -> LeadTo:
    """Point the settings at an org, as after a restart, but keep the tests' cookies."""
    same_ids.reset()
    names = ("SSO_COOKIE_NAME", "SSO_SIGNATURE_PUBLIC_KEY", "SSO_ENCRYPTION_PRIVATE_KEY", "ACCOUNTS_CLIENT_ID")

    def lead(simulator: Simulator) -> None:
        before = {name: getattr(settings, name) for name in names}
        point_settings_at(simulator, settings, monkeypatch)
        for name, value in before.items():
            setattr(settings, name, value)

    return lead


def test_a_look_up_does_not_read_another_org(
    user: Client, salesforce: Simulator, same_ids: Simulator, lead_to: LeadTo
) -> None:
    sync("sync_books")
    new_contact(same_ids)
    lead_to(same_ids)
    before, queries = digests_of_copies(), same_ids.calls_to("query")
    answer = user.get(CONTACT)
    assert answer.status_code == 503
    assert "a different Salesforce org" in answer.json()["message"]
    assert not Contact.objects.exists()
    assert digests_of_copies() == before
    assert same_ids.calls_to("query") - queries <= 1, "only the org's id may be read"


def test_a_cached_contact_is_returned_while_the_settings_name_another_org(
    user: Client, salesforce: Simulator, same_ids: Simulator, contact: str, lead_to: LeadTo
) -> None:
    sync("sync_contacts")
    lead_to(same_ids)
    before = digests_of_copies()
    answer = user.get(CONTACT, {"expire": "true"})
    assert (answer.status_code, answer.json()["id"]) == (200, contact)
    assert digests_of_copies() == before


def test_a_change_does_not_reach_another_org(
    user: Client, salesforce: Simulator, same_ids: Simulator, contact: str, lead_to: LeadTo
) -> None:
    sync("sync_contacts")
    theirs = new_contact(same_ids)
    lead_to(same_ids)
    before = digests_of_copies()
    answer = put(user, {"first_name": "Changed"})
    assert answer.status_code == 503
    assert "a different Salesforce org" in answer.json()["message"]
    assert digests_of_copies() == before
    assert same_ids.query(f"SELECT FirstName FROM Contact WHERE Id = '{theirs}'")[0]["FirstName"] != "Changed"


def test_cases_wait_for_their_own_org(
    service: Callable[..., Client], salesforce: Simulator, same_ids: Simulator, lead_to: LeadTo
) -> None:
    sync("sync_books")
    lead_to(same_ids)
    writer = service(Scope.WRITE_CASES)
    assert post_case(writer).status_code == 202
    before = digests_of_copies()
    for _ in range(2):
        with pytest.raises(CommandError) as refused:
            deliver("--all")
        assert org_id(salesforce) in str(refused.value)
        assert org_id(same_ids) in str(refused.value)
        assert digests_of_copies() == before, "the case must be unchanged, as if delivery was never tried"
    assert not cases_in(same_ids)
    lead_to(salesforce)
    assert "1 delivered" in deliver("--all")
    assert len(cases_in(salesforce)) == 1


def test_cases_of_the_previous_org_wait_until_it_is_cached_again(
    service: Callable[..., Client], admin_client: Client, salesforce: Simulator, same_ids: Simulator, lead_to: LeadTo
) -> None:
    sync("sync_books")
    salesforce.fail("status", path="sobjects/Case|composite", times=None, status=503)
    writer = service(Scope.WRITE_CASES)
    assert post_case(writer).status_code == 202
    lead_to(same_ids)
    lines = adopt_org(Organization(org_id(same_ids)), same_ids.variables["SALESFORCE_HOST"])
    assert any("1 queued case of the org" in line and org_id(salesforce) in line for line in lines)
    assert post_case(writer).status_code == 200, "new cases go to the new org"
    assert deliver("--all") == ""
    assert len(cases_in(same_ids)) == 1
    assert writer.get("/healthz/").json()["outbox"]["for_another_org"] == 1
    shown = admin_client.get("/admin/api/outboundcase/").content.decode()
    assert f"for another org: {org_id(salesforce)}" in shown
    salesforce.post("/reset", {"faults": True})
    lead_to(salesforce)
    adopt_org(Organization(org_id(salesforce)), salesforce.variables["SALESFORCE_HOST"])
    assert "1 delivered" in deliver("--all")
    assert len(cases_in(salesforce)) == 1


@pytest.fixture
def apart(
    service: Callable[..., Client], salesforce: Simulator, same_ids: Simulator, lead_to: LeadTo
) -> list[OutboundCase]:
    """Make two cases of the previous org and one for the new org; return the two."""
    sync("sync_books")
    salesforce.fail("status", path="sobjects/Case|composite", times=None, status=503)
    for _ in range(2):
        post_case(service(Scope.WRITE_CASES))
    lead_to(same_ids)
    adopt_org(Organization(org_id(same_ids)), same_ids.variables["SALESFORCE_HOST"])
    OutboundCase.objects.create(identity="key:test", source="case", values={"Subject": "New"}, organization_id="")
    return list(OutboundCase.objects.exclude(organization_id=""))


def act(admin_client: Client, action: str, *, confirmed: bool, every: bool = True) -> Any:
    keys = [str(case.pk) for case in OutboundCase.objects.all()]
    order = {"action": action, "_selected_action": keys[:1] if every else keys, "select_across": "1" if every else "0"}
    return admin_client.post(CASES, order | ({"confirmed": "yes"} if confirmed else {}), follow=True)


@pytest.mark.parametrize("every", [True, False], ids=["all", "chosen"])
def test_an_admin_sends_cases_of_the_previous_org_to_the_new_org(
    admin_client: Client, apart: list[OutboundCase], salesforce: Simulator, same_ids: Simulator, every: bool
) -> None:
    assert f"The case waits for the org {org_id(salesforce)}." in admin_client.get(f"{CASES}{apart[0].pk}/change/").text
    page = act(admin_client, "send_to_this_org", confirmed=False, every=every).text
    assert f"2 for the org {org_id(salesforce)}" in page
    assert org_id(same_ids) in page
    assert deliver("--all").startswith("1 delivered"), "until an admin confirms, cases of the previous org wait"
    answer = act(admin_client, "send_to_this_org", confirmed=True, every=every)
    assert "Queued for the cached org: 2. Not changed: 1 (being sent, or not waiting for another org)." in answer.text
    assert deliver("--all").startswith("2 delivered")
    assert len(cases_in(same_ids)) == 3
    assert admin_client.get("/healthz/").json()["outbox"]["for_another_org"] == 0
    history = admin_client.get(f"{CASES}{apart[0].pk}/history/").text
    assert f"Queued for the cached org; the case was for the org {org_id(salesforce)}." in history


def test_an_admin_discards_cases_of_the_previous_org(
    admin_client: Client, apart: list[OutboundCase], same_ids: Simulator
) -> None:
    assert "These cases will be sent to no org." in act(admin_client, "discard_apart", confirmed=False).text
    assert admin_client.get("/healthz/").json()["outbox"]["for_another_org"] == 2
    assert "Discarded: 2." in act(admin_client, "discard_apart", confirmed=True).text
    outbox = admin_client.get("/healthz/").json()["outbox"]
    assert (outbox["ok"], outbox["for_another_org"], outbox["failed"], outbox["queued"]) == (True, 0, 0, 1)
    deliver("--all")
    assert [case["Subject"] for case in cases_in(same_ids, "Subject != null")] == ["New"]
    assert set(OutboundCase.objects.filter(settled_by="admin")) == set(apart)


@pytest.mark.parametrize("action", ["send_to_this_org", "discard_apart"])
def test_cases_for_this_org_are_not_touched(admin_client: Client, salesforce: Simulator, action: str) -> None:
    sync("sync_books")
    case = OutboundCase.objects.create(
        identity="key:test", source="case", values={"Subject": "A"}, organization_id=org_id(salesforce)
    )
    assert "None of the selected cases waits for another org." in act(admin_client, action, confirmed=False).text
    act(admin_client, action, confirmed=True)
    case.refresh_from_db()
    assert (case.state, case.settled_at) == ("queued", None)


@pytest.mark.parametrize("action", ["send_to_this_org", "discard_apart"])
def test_a_case_of_the_previous_org_is_not_changed_while_it_is_being_sent(
    admin_client: Client, apart: list[OutboundCase], action: str
) -> None:
    OutboundCase.objects.update(lease_holder="deliver_pending 1", lease_until="2100-01-01T00:00:00Z")
    before = set(OutboundCase.objects.values_list("state", "organization_id"))
    act(admin_client, action, confirmed=True)
    assert set(OutboundCase.objects.values_list("state", "organization_id")) == before


@pytest.mark.parametrize("action", ["send_to_this_org", "discard_apart"])
def test_a_user_who_may_only_view_decides_nothing_about_cases_of_the_previous_org(
    client: Client, apart: list[OutboundCase], django_user_model: Any, action: str
) -> None:
    person = django_user_model.objects.create_user("looks", password="x", is_staff=True)
    person.user_permissions.add(Permission.objects.get(codename="view_outboundcase"))
    client.force_login(person)
    assert client.get(CASES).status_code == 200
    before = set(OutboundCase.objects.values_list("state", "organization_id"))
    act(client, action, confirmed=True)
    assert set(OutboundCase.objects.values_list("state", "organization_id")) == before


def test_a_refused_case_of_the_previous_org_is_not_sent_to_the_new_org(
    service: Callable[..., Client], salesforce: Simulator, same_ids: Simulator, lead_to: LeadTo
) -> None:
    sync("sync_books")
    post_case(service(Scope.WRITE_CASES))
    OutboundCase.objects.update(state=OutboundCase.State.FAILED, organization_id="")
    adopt_org(Organization(org_id(same_ids)), same_ids.variables["SALESFORCE_HOST"])
    OutboundCase.objects.update(state=OutboundCase.State.QUEUED)
    lead_to(same_ids)
    deliver("--all")
    assert not cases_in(same_ids)


def test_records_that_were_read_before_an_org_is_adopted_are_not_stored_afterward(
    salesforce: Simulator, same_ids: Simulator
) -> None:
    """A request that started with the old org ends after the cache has become a copy of the new org."""
    sync("sync_books")
    made = new_contact(salesforce)
    live = LiveRead(make_live_client("test"))
    live.read(CONTACTS, "accounts_uuid", [UUID])
    adopt_org(Organization(org_id(same_ids)), same_ids.variables["SALESFORCE_HOST"])
    with pytest.raises(AnotherOrg):
        live.store()
    assert not Contact.objects.filter(pk=made).exists()


def test_the_org_is_shown_in_info_and_in_the_admin(user: Client, admin_client: Client, salesforce: Simulator) -> None:
    SuperUser.objects.create(accounts_uuid=UUID, name="Ines Example")
    assert user.get("/api/v1/info").json()["salesforce_org"] is None
    call_command("sync_books", verbosity=0)
    org = user.get("/api/v1/info").json()["salesforce_org"]
    assert org == {"id": org_id(salesforce), "name": CachedOrg.objects.get().name, "kind": "sandbox"}
    page = admin_client.get(f"/admin/sf/syncconfig/{SyncConfig.load().pk}/change/").content.decode()
    assert org_id(salesforce) in page


def test_usage_of_another_org_is_not_stored(
    user: Client, salesforce: Simulator, same_ids: Simulator, lead_to: LeadTo
) -> None:
    SuperUser.objects.create(accounts_uuid=UUID, name="Ines Example")
    sync("sync_books")
    SyncConfig.objects.update(last_usage_check=None)
    lead_to(same_ids)
    usage = user.get("/api/v1/info").json()["api_usage"]
    assert org_id(same_ids) in usage["error"]
    assert SyncConfig.load().last_usage_check is None
