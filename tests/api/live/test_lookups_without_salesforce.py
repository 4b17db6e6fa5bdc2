"""Look-ups and changes while Salesforce is away, hangs, refuses the login, or may not be called."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone

from api.models import CircuitBreaker
from api.protection.breaker import LIVE, LIVE_DOUBLINGS, LIVE_SILENCE, THRESHOLD, load_breaker_state, may_make_live_call
from sf.live import records as live
from sf.models import (
    LookupMiss,
    RefusedLogin,
    SyncConfig,
)
from sf.salesforce import login
from sf.sync.usage import USAGE_HOLDS
from tests.api import records
from tests.api.cookies import UUID
from tests.api.live.breaker import half_open
from tests.api.live.people import ADOPTIONS, CONTACT, new_contact
from tests.simulated import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("fault", ["status", "drop", "quota", "truncate", "concurrent"])
def test_cached_records_are_returned_while_salesforce_is_away_and_an_uncached_contact_is_503(
    user: Client, salesforce: Simulator, fault: str
) -> None:
    salesforce.fail(fault, path="/query", times=None)
    for path in (CONTACT, f"{CONTACT}?expire=true", f"{ADOPTIONS}?expire=true"):
        answer = user.get(path)
        assert answer.status_code == 503, path
        assert int(answer["Retry-After"]) >= 10
        assert "Salesforce cannot be asked" in answer.json()["message"]
    assert not LookupMiss.objects.exists(), "an outage must not be remembered as a missing contact"
    contact = records.contact()
    records.adoption(contact=contact)
    for path in (CONTACT, ADOPTIONS):
        assert user.get(path, {"expire": "true"}).status_code == 200


def test_a_look_up_does_not_wait_long_for_salesforce(user: Client, salesforce: Simulator, hurry: None) -> None:
    user.get("/api/v1/me")  # load every module before the time is measured
    salesforce.fail("hang", path="/query", seconds=30)
    began = time.monotonic()
    assert user.get(CONTACT).status_code == 503
    assert time.monotonic() - began < 3


def test_only_the_first_requests_wait_for_salesforce_when_it_hangs(
    user: Client, salesforce: Simulator, hurry: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    contact = new_contact(salesforce)
    token = user.get("/api/v1/me").json()["csrf_token"]
    salesforce.fail("hang", path="/query", seconds=2, times=THRESHOLD)
    for _ in range(THRESHOLD):
        assert user.get(CONTACT).status_code == 503
    before = salesforce.calls()
    answer = user.get(CONTACT)
    assert (answer.status_code, int(answer["Retry-After"]) >= 10) == (503, True)
    change = user.put(CONTACT, {"role": "Student"}, content_type="application/json", headers={"X-CSRFToken": token})
    assert change.status_code == 503
    cached = records.contact()
    assert user.get(CONTACT, {"expire": "true"}).json()["id"] == cached.id
    change = user.put(CONTACT, {"role": "Student"}, content_type="application/json", headers={"X-CSRFToken": token})
    assert (change.status_code, "nothing was changed" in change.json()["message"]) == (503, True)
    assert salesforce.calls() == before
    assert not load_breaker_state().open, "deliveries have their own breaker"
    # After a pause one request is let through, and finds that the outage is over.
    monkeypatch.setattr(live, "SECONDS", 4.0)
    CircuitBreaker.objects.filter(name=LIVE).update(last_failure=Now() - LIVE_SILENCE)
    assert user.get(CONTACT, {"expire": "true"}).json()["id"] == contact
    assert CircuitBreaker.objects.get(name=LIVE).failures == 0


def silent_for(silence: timedelta) -> None:
    CircuitBreaker.objects.filter(name=LIVE).update(last_failure=Now() - silence)


def test_a_wrong_password_is_not_tried_by_every_request(
    user: Client, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Salesforce locks a user out after a few failed logins."""
    # The process forgets refusals at once, as if each request came to another process.
    monkeypatch.setattr(login, "REFUSAL_HOLDS_SECONDS", 0)
    simulator.fail("error", path="oauth2/token", times=None, code="invalid_grant", status=400)

    def logins(requests: int = 3) -> int:
        before = simulator.calls_to("oauth2/token")
        assert {user.get(CONTACT).status_code for _ in range(requests)} == {503}
        return simulator.calls_to("oauth2/token") - before

    assert logins() == 1
    silent_for(2**LIVE_DOUBLINGS * LIVE_SILENCE)
    assert logins() == 0, "the circuit breaker would retry, but a refused login is remembered for half an hour"
    RefusedLogin.objects.update(next_try=Now())
    silent_for(2**LIVE_DOUBLINGS * LIVE_SILENCE)
    assert logins() == 1


def test_a_wrong_password_is_not_tried_by_every_change(user: Client, simulator: Simulator) -> None:
    token = user.get("/api/v1/me").json()["csrf_token"]
    simulator.fail("error", path="oauth2/token", times=None, code="invalid_grant", status=400)
    for _ in range(3):
        change = user.put(CONTACT, {"role": "Student"}, content_type="application/json", headers={"X-CSRFToken": token})
        assert change.status_code == 503
    assert simulator.calls_to("oauth2/token") == 1


@pytest.mark.parametrize("why", ["switched off", "no budget", "no login", "missed lately"])
def test_a_request_that_would_not_call_salesforce_is_not_refused_by_the_breaker(
    user: Client, salesforce: Simulator, settings: Any, why: str
) -> None:
    """The answer is 404: no contact is cached. The probe is kept for a request that may call Salesforce."""
    SyncConfig.load()
    if why == "switched off":
        SyncConfig.objects.update(sync_enabled=False)
    elif why == "no budget":
        SyncConfig.objects.update(last_usage_value=900, last_usage_limit=1000, last_usage_check=Now())
    elif why == "no login":
        settings.SALESFORCE_LOGIN = dict.fromkeys(settings.SALESFORCE_LOGIN, "")
    else:
        LookupMiss.objects.create(accounts_uuid=UUID, looked_up=timezone.now())
    half_open()
    before = salesforce.calls()
    assert [user.get(CONTACT).status_code for _ in range(2)] == [404, 404]
    assert salesforce.calls() == before
    assert may_make_live_call(), "the probe must still be available"


def test_a_refusal_does_not_count_as_an_outage(
    user: Client, salesforce: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    half_open()
    salesforce.fail("error", path="/queryAll", code="INVALID_FIELD", message="No such column", status=400)
    assert user.get(CONTACT).status_code == 503
    assert CircuitBreaker.objects.get(name=LIVE).failures == 0
    assert [each.levelname for each in caplog.records if "No such column" in each.message] == ["ERROR"]


def test_an_expired_session_is_renewed(user: Client, salesforce: Simulator) -> None:
    contact = new_contact(salesforce)
    salesforce.post("/sessions/expire")
    assert user.get(CONTACT).json()["id"] == contact


def test_a_wrong_login_is_503(user: Client, simulator: Simulator, settings: Any) -> None:
    settings.SALESFORCE_LOGIN = {**settings.SALESFORCE_LOGIN, "SALESFORCE_PASSWORD": "wrong-canary"}
    answer = user.get(CONTACT)
    assert answer.status_code == 503
    assert "wrong-canary" not in answer.text


def test_salesforce_is_not_called_while_syncs_are_switched_off(user: Client, salesforce: Simulator) -> None:
    new_contact(salesforce)
    SyncConfig.load()
    SyncConfig.objects.update(sync_enabled=False)
    before = salesforce.calls()
    answer = user.get(CONTACT)
    assert (answer.status_code, salesforce.calls() - before) == (404, 0)
    assert "cannot be asked now" in answer.json()["message"]
    cached = records.contact()
    assert user.get(CONTACT, {"expire": "true"}).json()["id"] == cached.id
    assert salesforce.calls() - before == 0


def test_salesforce_is_not_called_for_an_hour_after_it_reported_a_usage_above_the_budget(
    user: Client, salesforce: Simulator
) -> None:
    new_contact(salesforce)
    SyncConfig.load()
    SyncConfig.objects.update(last_usage_value=900, last_usage_limit=1000, last_usage_check=Now())
    before = salesforce.calls()
    assert user.get(CONTACT).status_code == 404
    assert salesforce.calls() - before == 0
    SyncConfig.objects.update(last_usage_check=timezone.now() - USAGE_HOLDS)
    assert user.get(CONTACT).status_code == 200


def test_a_usage_reported_in_the_future_does_not_stop_look_ups(user: Client, salesforce: Simulator) -> None:
    """Such a time remains after PostgreSQL's clock was set back."""
    new_contact(salesforce)
    SyncConfig.load()
    ahead = timezone.now() + 2 * USAGE_HOLDS
    SyncConfig.objects.update(last_usage_value=900, last_usage_limit=1000, last_usage_check=ahead)
    assert user.get(CONTACT).status_code == 200


def test_only_the_cache_is_read_without_a_salesforce_login(user: Client, settings: Any) -> None:
    settings.SALESFORCE_LOGIN = dict.fromkeys(settings.SALESFORCE_LOGIN, "")
    assert user.get(CONTACT).status_code == 404
