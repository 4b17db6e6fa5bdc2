"""Look-ups in Salesforce for users who are not cached yet, and for ``expire=true``."""

from __future__ import annotations

import json
import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone

from api.models import CircuitBreaker
from api.protection.breaker import LIVE
from sf.ingest.lease import hold_lease
from sf.live import records as live
from sf.live.look_ups import MISS_HOLDS, forget_old_misses
from sf.models import (
    Adoption,
    Contact,
    LookupMiss,
    Opportunity,
    RefusedRecord,
    SFAPIUsageLog,
    SyncConfig,
    SyncRun,
)
from tests.api.cookies import UUID, CookieMaker
from tests.api.live.breaker import half_open
from tests.api.live.locks import merging
from tests.api.live.people import ADOPTIONS, CONTACT, adoption_of, new_contact
from tests.conftest import Manage
from tests.sf.cache import assert_equal, sync
from tests.simulated import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_user_who_is_not_cached_yet_is_looked_up_once(user: Client, salesforce: Simulator) -> None:
    contact = new_contact(salesforce, AccountId=salesforce.ids("Account")[0])
    before = salesforce.calls()
    body = user.get(CONTACT).json()
    assert (body["id"], body["first_name"], body["accounts_uuid"]) == (contact, "Ines", UUID)
    assert user.get(CONTACT).json() == body
    assert salesforce.calls() - before == 1
    [stored] = salesforce.query(f"SELECT SystemModstamp FROM Contact WHERE Id = '{contact}'")
    assert Contact.objects.get().system_modstamp.isoformat()[:19] == stored["SystemModstamp"][:19]
    assert SFAPIUsageLog.objects.get(source="api contact").call_count == 1
    assert SyncConfig.load().last_usage_value


def test_a_miss_is_remembered_for_some_minutes(user: Client, salesforce: Simulator) -> None:
    before = salesforce.calls()
    assert [user.get(CONTACT).status_code for _ in range(3)] == [404, 404, 404]
    assert salesforce.calls() - before == 1
    contact = new_contact(salesforce)
    assert user.get(CONTACT).status_code == 404
    LookupMiss.objects.update(looked_up=Now() - MISS_HOLDS)
    assert user.get(CONTACT).json()["id"] == contact
    assert not LookupMiss.objects.exists()


def test_a_miss_noted_before_postgresqls_clock_was_set_back_does_not_count(user: Client, salesforce: Simulator) -> None:
    assert user.get(CONTACT).status_code == 404
    contact = new_contact(salesforce)
    LookupMiss.objects.update(looked_up=Now() + timedelta(days=1))
    assert user.get(CONTACT).json()["id"] == contact


def test_expire_looks_up_a_user_despite_a_remembered_miss(user: Client, salesforce: Simulator) -> None:
    assert user.get(CONTACT).status_code == 404
    new_contact(salesforce)
    assert user.get(CONTACT, {"expire": "true"}).status_code == 200
    assert user.get(CONTACT).status_code == 200


def test_a_uuid_in_capitals_identifies_the_same_user(user: Client, salesforce: Simulator) -> None:
    """Salesforce also ignores the case of the UUID, but keeps the UUID as written."""
    contact = new_contact(salesforce, Accounts_UUID__c=UUID.upper())
    adoption_of(salesforce, contact, Base_Year__c=2024)
    assert user.get(CONTACT).json()["accounts_uuid"] == UUID
    assert user.get(CONTACT, {"expire": "true"}).json()["id"] == contact
    Contact.all_objects.all().delete()
    sync()
    assert user.get(ADOPTIONS).json()["contact_id"] == contact
    stored = Contact.objects.values().get(pk=contact)
    sync("sync_contacts")
    assert Contact.objects.values().get(pk=contact) == stored, "the sync changed the contact"
    salesforce.edit("Contact", contact, Accounts_UUID__c=None)
    assert user.get(CONTACT, {"expire": "true"}).status_code == 404


def test_old_misses_are_forgotten() -> None:
    LookupMiss.objects.create(accounts_uuid="a", looked_up=timezone.now())
    LookupMiss.objects.create(accounts_uuid="b", looked_up=timezone.now() - MISS_HOLDS)
    assert forget_old_misses() == 1


def test_expire_reads_the_contact_again(user: Client, salesforce: Simulator) -> None:
    contact = new_contact(salesforce)
    user.get(CONTACT)
    salesforce.edit("Contact", contact, FirstName="Inés", LMS__c="Canvas")
    assert user.get(CONTACT).json()["first_name"] == "Ines"
    body = user.get(CONTACT, {"expire": "true"}).json()
    assert (body["first_name"], body["lms"]) == ("Inés", "Canvas")


@pytest.mark.parametrize("change", ["delete", "uuid", "status"])
def test_expire_removes_a_contact_that_is_deleted_or_has_lost_its_uuid_or_status(
    user: Client, salesforce: Simulator, change: str
) -> None:
    contact = new_contact(salesforce)
    user.get(CONTACT)
    if change == "delete":
        salesforce.do("delete", "Contact", contact)
    else:
        salesforce.edit("Contact", contact, **{{"uuid": "Accounts_UUID__c", "status": "FV_Status__c"}[change]: None})
    assert user.get(CONTACT, {"expire": "true"}).status_code == 404
    assert not Contact.objects.exists()


def test_adoptions_are_read_again_with_three_calls(user: Client, salesforce: Simulator) -> None:
    contact = new_contact(salesforce)
    adoption_of(salesforce, contact, Base_Year__c=2021)
    gone_opportunity, gone = adoption_of(salesforce, contact, Base_Year__c=2022)
    assert user.get(ADOPTIONS).status_code == 404
    before = salesforce.calls()
    assert [each["base_year"] for each in user.get(ADOPTIONS, {"expire": "true"}).json()["adoptions"]] == [2022, 2021]
    assert salesforce.calls() - before == 3
    salesforce.do("delete", "Adoption__c", gone)
    opportunity, moved = adoption_of(salesforce, contact, Base_Year__c=2023)
    user.get(ADOPTIONS, {"expire": "true"})
    somebody = salesforce.ids("Contact", f"Id != '{contact}'")[0]
    salesforce.edit("Opportunity", opportunity, Contact__c=somebody, ContactId=somebody)
    assert [each["base_year"] for each in user.get(ADOPTIONS, {"expire": "true"}).json()["adoptions"]] == [2021]
    assert Adoption.objects.get(pk=moved).contact_id == somebody
    assert Opportunity.objects.filter(pk=gone_opportunity).exists()
    assert SFAPIUsageLog.objects.get(source="api adoptions").call_count == 9


def test_adoptions_without_expire_are_read_from_the_cache_only(user: Client, salesforce: Simulator) -> None:
    """The messages say what the cache lacks, because Salesforce was not asked."""
    new_contact(salesforce)
    before = salesforce.calls()
    answer = user.get(ADOPTIONS)
    assert (answer.status_code, salesforce.calls() - before) == (404, 0)
    assert "No contact of this user is cached" in answer.json()["message"]
    assert user.get(CONTACT).status_code == 200
    assert user.get(ADOPTIONS).json()["message"] == "No cached adoptions of this user match."


def test_adoptions_of_an_unknown_user_cost_one_call(user: Client, salesforce: Simulator) -> None:
    before = salesforce.calls()
    assert user.get(ADOPTIONS, {"expire": "true"}).status_code == 404
    assert salesforce.calls() - before == 1


def test_a_record_that_cannot_be_stored_is_set_aside(user: Client, salesforce: Simulator) -> None:
    contact = new_contact(salesforce)
    salesforce.set_raw("Contact", contact, Signup_Date__c="0001-01-01T00:00:00.000Z")
    assert user.get(CONTACT).status_code == 404
    assert RefusedRecord.objects.get().record_id == contact


def test_an_older_answer_does_not_replace_a_newer_row(user: Client, salesforce: Simulator) -> None:
    contact = new_contact(salesforce)
    user.get(CONTACT)
    newer = timezone.now().replace(year=2099)
    Contact.objects.update(first_name="Newer", system_modstamp=newer)
    assert user.get(CONTACT, {"expire": "true"}).json()["first_name"] == "Newer"
    assert Contact.objects.get().pk == contact


def test_a_sync_with_half_its_pages_staged_is_not_disturbed(user: Client, salesforce: Simulator) -> None:
    sync()
    SyncRun.objects.all().delete()
    contact = new_contact(salesforce)
    adoption_of(salesforce, contact, Base_Year__c=2024)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS sf_contact_staged")
        cursor.execute("CREATE UNLOGGED TABLE sf_contact_staged (id text)")
        cursor.execute("INSERT INTO sf_contact_staged VALUES ('half')")
    with hold_lease("contacts") as held:
        assert held
        assert user.get(ADOPTIONS, {"expire": "true"}).json()["count"] == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM sf_contact_staged")
        assert cursor.fetchall() == [("half",)]
    sync()
    assert assert_equal(salesforce) > 0


def test_a_look_up_waits_only_a_moment_for_a_running_merge(
    user: Client, salesforce: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "_LOCK_TIMEOUT", "300ms")
    new_contact(salesforce)
    half_open()
    with merging("sf_contact"):
        answer = user.get(CONTACT)
    assert (answer.status_code, json.loads(answer.content)["code"]) == (503, 503)
    assert CircuitBreaker.objects.get(name=LIVE).failures == 0, "Salesforce did answer"
    assert user.get(CONTACT).status_code == 200


@pytest.mark.slow
def test_look_ups_and_syncs_at_the_same_time_all_succeed(
    salesforce: Simulator, cookies: CookieMaker, run_manage: Manage
) -> None:
    """Look-ups and syncs store the same contacts: first into the empty cache, then over the cached rows."""
    uuids = [row["Accounts_UUID__c"] for row in salesforce.query("SELECT Accounts_UUID__c FROM Contact LIMIT 60")]
    stop = threading.Event()
    statuses: Counter[int] = Counter()

    def look_up() -> None:
        client = Client()
        while not stop.is_set():
            for uuid in filter(None, uuids):
                client.cookies["oxa"] = cookies.cookie(uuid=uuid)
                statuses[client.get(ADOPTIONS, {"expire": "true"}).status_code] += 1
        connection.close()

    thread = threading.Thread(target=look_up)
    thread.start()
    try:
        done = [run_manage("sync_all", *options) for options in ((), ("--forcedelete",))]
    finally:
        stop.set()
        thread.join()
    assert [each.returncode for each in done] == [0, 0], [each.stderr for each in done]
    assert set(statuses) <= {200, 404}
    assert statuses[200] > 5
    sync("sync_books")
    assert assert_equal(salesforce)


def test_a_field_that_the_api_user_may_no_longer_read_does_not_stop_a_look_up(
    user: Client, salesforce: Simulator
) -> None:
    sync("sync_contacts")
    contact = new_contact(salesforce, Position__c="Full-time faculty")
    assert user.get(CONTACT, {"expire": "true"}).json()["position"] == "Full-time faculty"
    salesforce.post("/fields/Contact/Position__c/hide")
    salesforce.edit("Contact", contact, FirstName="Changed")
    answer = user.get(CONTACT, {"expire": "true"})
    assert (answer.status_code, answer.json()["first_name"]) == (200, "Changed")
    assert answer.json()["position"] == "Full-time faculty", "a hidden field keeps its cached value"
    calls = salesforce.calls_to("describe")
    assert user.get(CONTACT, {"expire": "true"}).status_code == 200
    assert salesforce.calls_to("describe") == calls, "one describe call is enough"
