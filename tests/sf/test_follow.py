"""``sf follow``: changes in Salesforce are cached within seconds, and none is ever lost."""

from __future__ import annotations

import random
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

pytest.importorskip("grpc", reason="grpcio is not installed (requirements/follow.txt): sf follow is NOT tested")

from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from sf.follow.collected import Collected
from sf.follow.reading import read_changes
from sf.follow.storing import store
from sf.ingest.lease import hold_lease
from sf.ingest.switch import switch_off, switch_on
from sf.live.records import LiveRead, make_live_client
from sf.models import Account, Adoption, CachedOrg, Contact, FollowedObject, Opportunity, SyncRun
from sf.status.following import load_following
from sf.sync.objects import CONTACTS
from tests.sf.cache import assert_equal, sync
from tests.sf.processes import Start, kill, wait_for
from tests.simulated import Simulator

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

NAMES = ("accounts", "books", "contacts", "opportunities", "adoptions")
Follow = Callable[[], "subprocess.Popen[str]"]


@pytest.fixture
def follow(simulator: Simulator, start: Start) -> Follow:
    """Sync, and return a function that starts ``sf follow`` and waits until every object has a position."""
    simulator.post("/pubsub", {"keepalive_seconds": 0.3})

    def start_and_wait() -> subprocess.Popen[str]:
        process = start("sf", "follow")
        wait_for(lambda: set(FollowedObject.objects.values_list("object", flat=True)) == set(NAMES))
        return process

    sync()
    return start_and_wait


def equal(simulator: Simulator) -> bool:
    try:
        return assert_equal(simulator) > 0
    except AssertionError:
        return False


def runs(name: str = "") -> int:
    return SyncRun.objects.filter(**({"object": name} if name else {})).count()


def complaint(*arguments: str) -> str:
    with pytest.raises(CommandError) as raised:
        call_command("sf", "follow", *arguments)
    return str(raised.value)


def test_all_kinds_of_changes_arrive_without_a_sync(simulator: Simulator, follow: Follow) -> None:
    follow()
    before = runs()
    schools, contacts = simulator.ids("Account"), simulator.ids("Contact", "FV_Status__c != null")
    adoption = simulator.query("SELECT Opportunity__c FROM Adoption__c WHERE Opportunity__c != null LIMIT 1")[0]
    new = simulator.create("Account", Name="New school")
    simulator.edit("Account", schools[0], Name="Renamed")
    simulator.edit("Contact", contacts[0], FV_Status__c=None)
    simulator.edit("Opportunity", adoption["Opportunity__c"], Contact__c=contacts[4])  # changes its adoptions too
    simulator.do("delete", "Contact", contacts[1])
    simulator.do("delete", "Account", schools[1])
    simulator.do("undelete", "Account", schools[1])
    simulator.do("delete", "Account", schools[2])
    simulator.merge("Account", schools[3], schools[4])
    simulator.merge("Contact", contacts[2], contacts[3])
    simulator.do("purge", "Account", schools[5])
    wait_for(lambda: Account.objects.filter(id=new).exists() and equal(simulator))
    assert runs() == before


def test_a_purged_record_is_removed_although_a_look_up_stores_it_meanwhile(simulator: Simulator) -> None:
    sync()
    contact = simulator.ids("Contact", "FV_Status__c != null")[0]
    simulator.edit("Contact", contact, FirstName="Changed")
    client = make_live_client("test")
    look_up = LiveRead(client)
    look_up.read(CONTACTS, "id", [contact])
    simulator.do("purge", "Contact", contact)
    reads = read_changes(client, {"contacts": Collected({contact}, {contact})})
    look_up.store()
    assert Contact.objects.get(id=contact).first_name == "Changed"
    store(reads, "", {}, lambda: None)
    assert not Contact.objects.filter(id=contact).exists()


def test_a_purged_record_stays_removed_when_an_earlier_look_up_is_stored_late(simulator: Simulator) -> None:
    sync()
    contact = simulator.ids("Contact", "FV_Status__c != null")[0]
    client = make_live_client("test")
    look_up = LiveRead(client)
    look_up.read(CONTACTS, "id", [contact])
    simulator.do("purge", "Contact", contact)
    store(read_changes(client, {"contacts": Collected({contact}, {contact})}), "", {}, lambda: None)
    look_up.store()
    assert not Contact.objects.filter(id=contact).exists()


def test_a_purged_record_stays_removed_when_an_earlier_read_is_resumed(simulator: Simulator, settings: Any) -> None:
    sync()
    settings.SALESFORCE_BULK_THRESHOLD = 1
    simulator.post("/bulk", {"largest_page": 100})
    simulator.fail("quota", path="/results", times=1, skip=2)
    sync("sync_adoptions", force=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(id) FROM sf_adoption_staged")
        [adoption] = cursor.fetchone()
    simulator.do("purge", "Adoption__c", adoption)
    reads = read_changes(make_live_client("test"), {"adoptions": Collected({adoption}, {adoption})})
    store(reads, "", {}, lambda: None)
    sync("sync_adoptions")
    assert SyncRun.objects.filter(object="adoptions", rows_read__gt=200).exists(), "the read was resumed"
    assert_equal(simulator, Adoption)


def test_a_later_process_resumes_from_the_stored_position_unless_it_has_expired(
    simulator: Simulator, follow: Follow
) -> None:
    kill(follow())
    before = runs()
    simulator.edit("Account", simulator.ids("Account")[0], Name="While nobody followed")
    process = follow()
    wait_for(lambda: equal(simulator))
    assert runs() == before
    kill(process)
    simulator.edit("Account", simulator.ids("Account")[0], Name="Longer than 72 hours ago")
    simulator.post("/pubsub/expire")
    follow()
    wait_for(lambda: equal(simulator))
    assert runs() > before


def test_an_object_that_is_no_longer_followed_does_not_count_as_behind(
    simulator: Simulator, follow: Follow, start: Start
) -> None:
    kill(follow())
    FollowedObject.objects.update(stored_at=timezone.now() - timedelta(minutes=20))
    start("sf", "follow", "contacts", "adoptions")
    wait_for(lambda: (followed := load_following()) is not None and followed.is_well)
    assert set(FollowedObject.objects.values_list("object", flat=True)) == {"contacts", "adoptions"}


def test_an_incomplete_event_leads_to_a_sync_of_its_object(simulator: Simulator, follow: Follow) -> None:
    follow()
    others = runs("contacts")
    no_record = ["000000000000000AAA"]
    incomplete = {"GAP_OVERFLOW": no_record, "GAP_UPDATE": no_record, "SNAPSHOT": no_record, "UPDATE": []}
    for kind, ids in incomplete.items():
        before = runs("accounts")
        simulator.post("/pubsub", {"muted": True})
        simulator.edit("Account", simulator.ids("Account")[0], Name=f"Without an event, then {kind}")
        simulator.post("/pubsub/event", {"sobject": "Account", "kind": kind, "ids": ids})
        wait_for(lambda: equal(simulator))
        assert runs("accounts") > before
    simulator.post("/pubsub", {"muted": False, "schemas_unknown": True})
    simulator.post("/pubsub/drop")  # the next connection requests the schema
    simulator.edit("Account", simulator.ids("Account")[0], Name="In an unknown form")
    wait_for(lambda: equal(simulator))
    assert runs("contacts") == others


def test_the_follower_survives_broken_streams_an_absent_service_and_an_expired_session(
    simulator: Simulator, follow: Follow
) -> None:
    follow()
    before = runs()
    disturbances: list[tuple[str, dict[str, Any]]] = [
        ("/pubsub/drop", {}),
        ("/sessions/expire", {}),
        ("/pubsub", {"refusals": 1}),
    ]
    for number, (path, body) in enumerate(disturbances):
        simulator.post(path, body)
        simulator.post("/pubsub/drop")
        simulator.edit("Account", simulator.ids("Account")[0], Name=f"After disturbance {number}")
        wait_for(lambda: equal(simulator))
    assert runs() == before


def test_a_sync_and_a_follower_give_way_to_each_other(simulator: Simulator, follow: Follow) -> None:
    follow()
    contact, school = simulator.ids("Contact", "FV_Status__c != null")[0], simulator.ids("Account")[0]
    with hold_lease("contacts") as held:
        assert held
        simulator.edit("Contact", contact, Title="Held back")
        for name in ("Not held back", "Nor this"):
            simulator.edit("Account", school, Name=name)
            wait_for(lambda name=name: Account.objects.filter(name=name).exists())  # type: ignore[misc]
        assert not Contact.objects.filter(title="Held back").exists()
    with changes(simulator):
        sync()
    wait_for(lambda: equal(simulator))
    assert not SyncRun.objects.exclude(state=SyncRun.State.DONE).exists()


def test_too_many_deletions_are_left_to_the_sync_and_its_guard(simulator: Simulator, start: Start) -> None:
    sync()
    simulator.post("/pubsub", {"keepalive_seconds": 0.3})
    start("sf", "follow", "contacts", SALESFORCE_MAX_DELETE_PERCENT="1")
    wait_for(FollowedObject.objects.exists)
    cached = Contact.objects.count()
    for contact in Contact.objects.values_list("id", flat=True)[: cached // 20]:
        simulator.do("delete", "Contact", contact)
    wait_for(lambda: SyncRun.objects.filter(object="contacts", message__contains="would be deleted").exists())
    assert Contact.objects.count() > cached - cached // 50


def test_the_follower_continues_after_too_many_deletions_that_no_sync_sees(simulator: Simulator, start: Start) -> None:
    sync()
    simulator.post("/pubsub", {"keepalive_seconds": 0.3})
    start("sf", "follow", "contacts", SALESFORCE_MAX_DELETE_PERCENT="1")
    wait_for(FollowedObject.objects.exists)
    cached, before = set(Contact.objects.values_list("id", flat=True)), runs("adoptions")
    gone = sorted(cached)[: len(cached) // 20]
    with hold_lease("contacts"):  # so that one transaction would delete all of them
        for contact in gone:
            simulator.do("purge", "Contact", contact)
        time.sleep(2)
    wait_for(lambda: runs("adoptions") > before)  # the last sync of the objects that the deletions touch
    before = runs()
    for title in ("Changed later", "Changed once more"):
        simulator.edit("Contact", max(cached), Title=title)
        wait_for(lambda title=title: Contact.objects.filter(title=title).exists())  # type: ignore[misc]
    time.sleep(3)
    assert runs() == before
    assert set(Contact.objects.values_list("id", flat=True)) == cached


@pytest.mark.parametrize("code", ["MALFORMED_QUERY", "QUERY_TIMEOUT"])
def test_the_follower_continues_when_salesforce_does_not_finish_reads_by_id(
    simulator: Simulator, follow: Follow, code: str
) -> None:
    follow()
    simulator.fail("error", path="Id.*IN", times=None, code=code, status=400, message="a reason")
    school = simulator.ids("Account")[0]
    for name in ("Read by a sync", "Also read by a sync"):
        before = runs("accounts")
        simulator.edit("Account", school, Name=name)
        wait_for(lambda before=before: runs("accounts") > before and equal(simulator))  # type: ignore[misc]


def test_the_follower_waits_while_syncs_are_off_even_if_the_api_user_may_not_read_the_limits(
    simulator: Simulator, follow: Follow
) -> None:
    process = follow()
    simulator.fail("error", path="/limits$", times=None, code="INSUFFICIENT_ACCESS", status=403, message="no right")
    before = simulator.calls_to("limits")
    switch_off(by="maren", reason="an upgrade", until=None)
    simulator.edit("Account", simulator.ids("Account")[0], Name="Collected")
    wait_for(lambda: simulator.calls_to("limits") > before)
    time.sleep(3)
    assert process.poll() is None
    assert not Account.objects.filter(name="Collected").exists()
    switch_on(by="maren")
    wait_for(lambda: Account.objects.filter(name="Collected").exists())


def test_adoptions_are_not_selected_by_a_field_that_the_api_user_may_not_read(
    simulator: Simulator, follow: Follow
) -> None:
    follow()
    simulator.post("/fields/Adoption__c/Opportunity__c/hide")
    before = runs()
    opportunity = simulator.ids("Opportunity")[0]
    for name in ("Renamed", "Renamed again"):
        simulator.edit("Opportunity", opportunity, Name=name)
        wait_for(lambda name=name: Opportunity.objects.get(pk=opportunity).name == name)  # type: ignore[misc]
    assert runs() == before


def test_the_follower_of_the_previous_org_ends_also_without_events(follow: Follow) -> None:
    process = follow()
    with transaction.atomic():
        CachedOrg.objects.update(organization_id="00D000000000009AAA", name="The next org")
        FollowedObject.objects.all().delete()
    assert "made a copy of another Salesforce org (00D000000000009AAA)" in process.communicate(timeout=60)[1]
    assert not FollowedObject.objects.exists()


def test_another_process_takes_over_when_sigterm_has_ended_the_first(
    simulator: Simulator, follow: Follow, start: Start
) -> None:
    first, second = follow(), start("sf", "follow")
    assert second.stdout is not None
    assert second.stdout.readline() == "another process follows; this process takes over when that process ends\n"
    first.send_signal(signal.SIGTERM)
    output, errors = first.communicate(timeout=60)
    assert (first.returncode, errors, output.splitlines()[-1][:8]) == (0, "", "stopped;")
    simulator.edit("Account", simulator.ids("Account")[0], Name="Seen by the other")
    wait_for(lambda: equal(simulator))


@pytest.mark.parametrize(
    ("setup", "message"),
    [
        (
            {"enabled": ["Account"]},
            "no change events of Book__c, Contact, Opportunity, Adoption__c: select them in Setup",
        ),
        ({"forbidden": ["Contact"]}, "the API user may not follow Contact: grant View All Records"),
    ],
)
def test_missing_setup_in_salesforce_is_reported_before_any_sync(
    simulator: Simulator, setup: dict[str, Any], message: str
) -> None:
    simulator.post("/pubsub", setup)
    assert message in complaint()
    assert not SyncRun.objects.exists()


def test_subscriptions_that_a_new_session_does_not_help_end_the_follower(simulator: Simulator) -> None:
    sync()
    simulator.post("/pubsub", {"unauthenticated": True})
    before = simulator.calls_to("/services/oauth2/token")
    assert "The session was renewed and refused again" in complaint("accounts")
    assert simulator.calls_to("/services/oauth2/token") <= before + 2


def test_an_unknown_object_is_named(simulator: Simulator) -> None:
    assert complaint("schools").startswith("schools: not one of books, accounts")


@contextmanager
def changes(simulator: Simulator) -> Iterator[list[float]]:
    """Edit, create and delete records while the context lasts; yield the time of each change."""
    stop, times = threading.Event(), list[float]()
    schools, contacts = simulator.ids("Account"), simulator.ids("Contact", "FV_Status__c != null")
    chance = random.Random(3)

    def change() -> None:
        number = 0
        while not stop.wait(0.02):
            number += 1
            simulator.edit("Account", chance.choice(schools[:20]), Name=f"School {number}")
            simulator.edit("Contact", chance.choice(contacts[:20]), Title=f"Title {number}")
            if number % 10 == 0:
                simulator.do("delete", "Account", simulator.create("Account", Name=f"Short-lived {number}"))
            times.extend([time.monotonic()] * (4 if number % 10 == 0 else 2))

    thread = threading.Thread(target=change)
    thread.start()
    try:
        yield times
    finally:
        stop.set()
        thread.join()


def kill_often(simulator: Simulator, start: Start, times: int) -> None:
    chance = random.Random(5)
    with changes(simulator) as times_of_changes:
        for _ in range(times):
            process = start("sf", "follow")
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(chance.uniform(1.5, 4))
            kill(process)
    rate = len(times_of_changes) / (times_of_changes[-1] - times_of_changes[0])
    print(f"{times} kills, {len(times_of_changes):,} changes at {rate:.0f} a second")  # noqa: T201
    start("sf", "follow")
    wait_for(lambda: equal(simulator))


def test_no_change_is_lost_when_the_follower_is_killed(simulator: Simulator, start: Start) -> None:
    sync()
    kill_often(simulator, start, 3)


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_no_change_is_lost_when_the_follower_is_killed_twenty_times(simulator: Simulator, start: Start) -> None:
    sync()
    kill_often(simulator, start, 20)


@pytest.mark.soak
def test_a_subscription_confirmed_after_the_sync_began_leads_to_a_second_sync(
    simulator: Simulator, start: Start
) -> None:
    sync()
    before = runs("accounts")
    simulator.post("/pubsub", {"silent": True, "keepalive_seconds": 12})
    start("sf", "follow", "accounts")
    wait_for(FollowedObject.objects.exists)  # the position arrives with the first keepalive
    assert runs("accounts") == before + 2
