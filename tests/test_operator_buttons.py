"""The buttons of the operators' page: permissions, confirmation, and result."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from api.models import CircuitBreaker, User
from api.protection import breaker
from pardot.models import PardotQuota
from sf.ingest.lease import hold_lease
from sf.ingest.scheduled import WORK
from sf.models import Book, OperatorAction, SyncConfig, SyncRun
from sfapi.operations.actions import list_actions
from tests.api.served import gunicorn
from tests.sf.cache import assert_equal
from tests.sf.processes import wait_for
from tests.simulated import Simulator

pytestmark = pytest.mark.django_db

START = "/admin/ops/start/"
PASSWORD = "a long pass phrase of the test"


@pytest.fixture
def worker(settings: Any) -> Iterator[None]:
    """Hold the lease of the leading worker, so that the web process starts no job. Configure Pardot and Slack."""
    settings.SALESFORCE_PARDOT_BUSINESS_UNIT = "0Uv000000000001"
    settings.SLACK_WEBHOOK_URL = "https://slack.example/hook"
    with hold_lease(WORK):
        yield


def staff(*permissions: str) -> Client:
    user = User.objects.create_user("ben", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_syncrun", *permissions]))
    client = Client()
    client.force_login(user)
    return client


def hold_back_deletions(name: str, missing: int, of: int) -> None:
    words = f"{name}: {missing:,} of {of:,} cached records would be deleted: --allow-deletes {name}={missing}"
    SyncRun.objects.create(object=name, state=SyncRun.State.FAILED, ended=timezone.now(), message=words)


def press(client: Client, key: str, **more: str) -> Any:
    return client.post(START, {"action": key, **more}, follow=True)


def test_a_pressed_button_is_recorded_and_left_for_the_worker(worker: None) -> None:
    operator = staff("start_jobs")
    shown = press(operator, "sync-contacts").content.decode()
    action = OperatorAction.objects.get()
    assert (action.label, action.words) == ("Sync contacts", ["sync_contacts", "--wait", "10"])
    assert (action.requested_by, action.state, action.started) == ("ben", "waiting", None)
    assert "Sync contacts: left for the worker on" in shown
    assert "Waiting for the worker" in shown
    assert "requested before, and has not ended yet" in press(operator, "sync-contacts").content.decode()
    assert OperatorAction.objects.count() == 1


@pytest.mark.parametrize(
    ("key", "words", "warning"),
    [
        ("survey", "camp_sync --survey", "The survey takes at least"),
        ("digest", "camp_digest --send --again", "even to those that got it today"),
        (
            "accept-contacts-1200",
            "sync_contacts --wait 10 --allow-deletes contacts=1200",
            "did not return 1,200 of 4,000 contacts",
        ),
        ("accept-forms-33", "camp_sync --entities forms --allow-deletes forms=33", "Check at the source first"),
    ],
)
def test_an_action_that_cannot_be_undone_asks_first_and_shows_the_calls_left_if_it_needs_pardot(
    worker: None, key: str, words: str, warning: str
) -> None:
    PardotQuota.objects.create(id=PardotQuota.ONLY_ID, used=77, maximum=25_000, told_at=timezone.now())
    hold_back_deletions("contacts", 1200, 4000)
    hold_back_deletions("forms", 33, 118)
    operator = staff("start_jobs")
    for question in (operator.get(START, {"action": key}), press(operator, key)):
        page = question.content.decode()
        assert f"<code>manage.py {words}</code>" in page
        assert warning in page
        assert ("24,923 of 25,000 calls left" in page) == words.startswith("camp_sync")
    assert not OperatorAction.objects.exists()
    press(operator, key, confirmed="yes")
    assert OperatorAction.objects.get().command == words


def test_deletions_are_accepted_only_while_their_number_is_the_one_shown(worker: None) -> None:
    SyncRun.objects.create(object="contacts", state="done", mode="full", ended=timezone.now())
    hold_back_deletions("contacts", 1200, 4000)
    operator = staff("start_jobs")
    assert "accept-contacts-1200" in operator.get("/admin/").content.decode()
    for message in ("contacts: 3,900 of 4,000 cached records would be deleted: --allow-deletes contacts=3900", ""):
        state = "failed" if message else "done"
        SyncRun.objects.create(object="contacts", state=state, ended=timezone.now(), message=message)
        shown = press(operator, "accept-contacts-1200", confirmed="yes").content.decode()
        assert "a new run of the object has begun" in shown
        assert ("accept-contacts-3900" in shown) == bool(message)
    assert not OperatorAction.objects.exists()


def test_deletions_cannot_be_accepted_when_salesforce_sent_no_records(worker: None) -> None:
    message = "contacts: Salesforce sent no records, but 4,000 are cached; nothing was changed."
    SyncRun.objects.create(object="contacts", state="failed", ended=timezone.now(), message=message)
    assert "Accept deletions" not in staff("start_jobs").get("/admin/").content.decode()


def test_nothing_is_started_by_a_link_or_an_unknown_key(worker: None) -> None:
    operator = staff("start_jobs", "change_circuitbreaker")
    for address, message in [
        (f"{START}?action=sync-all", "Sync Salesforce now: nothing was started."),
        (START, "Nothing was started."),
        ("/admin/ops/close-breaker/", "No breaker was closed."),
    ]:
        shown = operator.get(address, follow=True)
        assert shown.redirect_chain == [("/admin/", 302)]
        assert message in shown.text
    assert press(operator, "sync-everything").status_code == 404
    assert not OperatorAction.objects.exists()


def test_the_sign_out_address_shows_a_button_instead_of_signing_out(worker: None) -> None:
    operator = staff()
    page = operator.get("/admin/logout/")
    assert page.status_code == 200
    assert '<form method="post" action="/admin/logout/">' in page.text
    assert operator.get("/admin/").status_code == 200, "a link signed the operator out"
    operator.post("/admin/logout/")
    assert operator.get("/admin/").status_code == 302


def test_buttons_for_pardot_and_the_digest_are_absent_without_their_settings(settings: Any) -> None:
    settings.SALESFORCE_PARDOT_BUSINESS_UNIT = settings.SLACK_WEBHOOK_URL = ""
    settings.DIGEST_RECIPIENTS, settings.PUBLIC_URL = [], ""
    assert {"sync-all", "sync-books", "sync-contacts"} <= list_actions({}).keys()
    assert not {"refresh", "survey", "digest", "sync-forms"} & list_actions({}).keys()
    settings.SALESFORCE_PARDOT_BUSINESS_UNIT = "0Uv000000000001"
    assert "survey" in list_actions({})
    assert "digest" not in list_actions({})
    operator = staff("start_jobs")
    assert "digest" not in operator.get("/admin/").text.lower()
    settings.PUBLIC_URL = "https://sfapi.example.org"  # the digest's command then mails team members
    assert "digest" in list_actions({})
    assert "Digest last sent: never" in operator.get("/admin/").text


@pytest.mark.parametrize(
    ("permission", "path"),
    [
        ("start_jobs", f"{START}?action=sync-all"),
        ("change_syncconfig", "/admin/ops/switch/"),
        ("change_circuitbreaker", "/admin/ops/close-breaker/"),
    ],
)
def test_each_button_needs_its_permission_and_is_shown_to_those_who_have_it(
    worker: None, permission: str, path: str
) -> None:
    CircuitBreaker.objects.create(name="accounts", failures=9, reason="slow")
    others = {"start_jobs", "change_syncconfig", "change_circuitbreaker"} - {permission}
    without = staff(*others)
    assert without.post(path, {"action": "sync-all", "to": "on", "name": "accounts"}).status_code == 403
    assert path.partition("?")[0] not in without.get("/admin/").content.decode()
    user = User.objects.get()
    user.user_permissions.add(Permission.objects.get(codename=permission))
    assert path.partition("?")[0] in without.get("/admin/").content.decode()


def test_closing_a_breaker_is_recorded_with_the_operators_name(db: None) -> None:
    breaker.note_failure("no answer", name=breaker.LIVE, for_good=True)
    operator = staff("change_circuitbreaker")
    operator.post("/admin/ops/close-breaker/", {"name": breaker.LIVE})
    assert not breaker.load_breakers()[breaker.LIVE]
    action = OperatorAction.objects.get()
    assert (action.label, action.requested_by, action.state) == ("Close the breaker “salesforce live”", "ben", "done")


@pytest.mark.parametrize("name", ["", "nothing", "a\0b"])
def test_a_breaker_that_does_not_exist_is_not_reported_as_closed(db: None, name: str) -> None:
    answer = staff("change_circuitbreaker").post("/admin/ops/close-breaker/", {"name": name}, follow=True)
    assert "No breaker was closed." in answer.text
    assert not OperatorAction.objects.exists()


def test_using_the_switch_is_recorded_with_its_reason_and_the_operators_name(db: None) -> None:
    operator = staff("change_syncconfig")
    operator.post("/admin/ops/switch/", {"to": "off", "reason": "the org moves", "pause": ""})
    config = SyncConfig.load()
    assert (config.sync_enabled, config.off_until, config.switched_by) == (False, None, "ben")
    assert "the org moves" in operator.get("/admin/").content.decode()
    operator.post("/admin/ops/switch/", {"to": "on"})
    assert SyncConfig.load().syncs_are_on
    recorded = OperatorAction.objects.order_by("id").values_list("label", "outcome")
    assert list(recorded) == [("Switch syncs off", "the org moves"), ("Switch syncs on", "")]


def sign_in(session: requests.Session, url: str) -> None:
    page = session.get(f"{url}/admin/login/", timeout=30)
    assert session.post(f"{url}/admin/login/", with_token(page, username="maren", password=PASSWORD), timeout=30).ok


def with_token(page: requests.Response, **values: str) -> dict[str, str]:
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    assert token is not None
    return {"csrfmiddlewaretoken": token[1], **values}


@pytest.mark.django_db(transaction=True)
def test_a_sync_started_by_a_button_completes_even_when_the_web_server_ends_meanwhile(
    simulator: Simulator, database: str, settings: Any
) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]  # the hasher that the service uses
    User.objects.create_superuser("maren", password=PASSWORD)
    # DEBUG lets cookies go over plain HTTP.
    variables = {**simulator.variables, "DEBUG": "on", "NO_PROXY": "localhost,127.0.0.1"}
    with gunicorn(database, workers=1, **variables) as url, requests.Session() as session:
        sign_in(session, url)
        page = session.get(f"{url}/admin/", timeout=30)
        answer = session.post(f"{url}{START}", with_token(page, action="sync-books"), timeout=30)
        assert "Sync books: started on" in answer.text
    wait_for(lambda: OperatorAction.objects.get().ended is not None)
    assert OperatorAction.objects.get().state == "done", OperatorAction.objects.get().outcome
    assert assert_equal(simulator, Book) > 0
    assert SyncRun.objects.get(object="books").state == "done"
