"""``GET /info``: the system's status, with 200 even when a part is unavailable, and without secrets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.db.models.functions import Now
from django.test import Client

from api.domain.scopes import Scope
from api.models import CircuitBreaker
from api.protection import breaker
from api.v1.info import Info
from sf.live import records as live
from sf.live.org import classify_environment
from sf.models import SFAPIUsageLog, SyncConfig, SyncRun
from tests.api import records
from tests.api.accounts_server import AccountsServer, accounts_server
from tests.api.cookies import CookieMaker
from tests.simulated import Simulator

INFO = "/api/v1/info"


@pytest.fixture
def reader(service: Callable[..., Client]) -> Client:
    return service(Scope.READ_INFO)


@pytest.fixture
def accounts(cookies: CookieMaker, settings: Any) -> Iterator[AccountsServer]:
    with accounts_server() as server:
        settings.ACCOUNTS_URL = server.url
        settings.ACCOUNTS_CLIENT_ID, settings.ACCOUNTS_CLIENT_SECRET = server.url, "canary-secret"
        yield server


def info(client: Client, **query: str) -> dict[str, Any]:
    answer = client.get(INFO, query)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    Info.model_validate(body)
    return body


def test_versions_and_environments_are_shown(reader: Client, settings: Any) -> None:
    settings.RELEASE_VERSION, settings.DEPLOYMENT_VERSION, settings.ENVIRONMENT = "2.1.0", "build-7", "staging"
    settings.ACCOUNTS_URL, settings.SALESFORCE_HOST = "https://staging.openstax.org", "https://test.salesforce.com"
    assert info(reader)["release_information"] == {
        "sfapi_version": "2.1.0",
        "deployment_version": "build-7",
        "environment": "staging",
        "accounts_environment": "staging",
        "salesforce_environment": "sandbox",
    }


@pytest.mark.parametrize(
    ("host", "environment"),
    [
        ("https://login.salesforce.com", "production"),
        ("https://test.salesforce.com", "sandbox"),
        ("https://camp--uat.my.salesforce.com", "sandbox"),
        ("https://example.my.salesforce.com", "production"),
        ("https://example--dev.sandbox.my.salesforce.com", "sandbox"),
        ("https://localhost:7443", "local"),
        ("https://salesforce.com.evil.example", "other"),
    ],
)
def test_the_salesforce_environment_is_read_from_the_host(host: str, environment: str) -> None:
    assert classify_environment(host) == environment


def test_api_usage_is_read_from_salesforce_and_cached_for_a_minute(simulator: Simulator, reader: Client) -> None:
    first = info(reader)["api_usage"]
    assert first["api_limit"] > first["api_usage"] > 0
    assert first["by_source"] == {"api info": simulator.calls()}
    calls = simulator.calls_to("/limits")
    assert calls == 1
    assert info(reader)["api_usage"] == first
    assert simulator.calls_to("/limits") == calls
    SyncConfig.objects.update(last_usage_check=F("last_usage_check") - timedelta(seconds=61))
    info(reader)
    assert simulator.calls_to("/limits") == calls + 1


def test_api_usage_reported_before_the_clock_was_set_back_is_read_again(simulator: Simulator, reader: Client) -> None:
    info(reader)
    SyncConfig.objects.update(last_usage_check=F("last_usage_check") + timedelta(hours=1))
    calls = simulator.calls_to("/limits")
    info(reader)
    assert simulator.calls_to("/limits") == calls + 1


def test_api_usage_is_an_error_while_salesforce_is_away(simulator: Simulator, reader: Client) -> None:
    simulator.fail("status", path="/limits", times=None, status=503)
    usage = info(reader)["api_usage"]
    assert list(usage) == ["error"]
    assert "503" in usage["error"]
    assert simulator.calls_to("/limits") == 1, "the caller would have to wait for a retry"
    assert SFAPIUsageLog.objects.get().source == "api info"


def test_repeated_requests_do_not_lock_the_api_user_out(simulator: Simulator, reader: Client) -> None:
    simulator.fail("error", path="oauth2/token", times=None, code="invalid_grant", status=400)
    assert "invalid_grant" in info(reader)["api_usage"]["error"]
    assert info(reader)["api_usage"] == {"error": "Recent calls to Salesforce failed or were slow"}
    assert simulator.calls_to("oauth2/token") == 1


def test_info_uses_the_breaker_of_live_calls(simulator: Simulator, reader: Client) -> None:
    for _ in range(breaker.THRESHOLD):
        breaker.note_failure("away", name=breaker.LIVE)
    assert list(info(reader)["api_usage"]) == ["error"]
    assert simulator.calls() == 0
    CircuitBreaker.objects.update(last_failure=Now() - breaker.LIVE_SILENCE)
    assert info(reader)["api_usage"]["api_usage"] > 0
    assert CircuitBreaker.objects.get().failures == 0


def test_api_usage_is_an_error_when_salesforce_is_slower_than_the_time_limit(
    simulator: Simulator, reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "SECONDS", 0.5)
    simulator.fail("delay", path="/limits", seconds=2)
    assert list(info(reader)["api_usage"]) == ["error"]


def test_api_usage_is_an_error_without_salesforce_settings(reader: Client, settings: Any) -> None:
    settings.SALESFORCE_LOGIN = dict.fromkeys(settings.SALESFORCE_LOGIN, "")
    assert "not configured" in info(reader)["api_usage"]["error"]


def test_the_check_of_accounts_is_cached_unless_a_live_check_is_requested(
    reader: Client, accounts: AccountsServer
) -> None:
    expected = {"configured": True, "url": accounts.url, "token_type": "Bearer", "status": "ok"}
    assert info(reader)["accounts_api"] == expected
    assert info(reader)["accounts_api"] == expected
    assert accounts.paths() == ["/oauth/token"]
    assert info(reader, live_accounts_check="true")["accounts_api"] == expected
    assert accounts.paths() == ["/oauth/token"] * 2


def test_a_stored_token_does_not_close_the_breaker_of_accounts(reader: Client, accounts: AccountsServer) -> None:
    info(reader)
    accounts.status = 503
    for _ in range(breaker.THRESHOLD):
        breaker.note_failure("away", name=breaker.ACCOUNTS)
    CircuitBreaker.objects.update(last_failure=Now() - breaker.LIVE_SILENCE)
    assert info(reader)["accounts_api"]["status"] == "ok"
    assert breaker.load_breakers()[breaker.ACCOUNTS], "Accounts was not asked, so it may still be unavailable"
    assert breaker.may_ask_accounts(), "the probe is left for a request that asks"


def test_a_failure_of_accounts_is_shown(reader: Client, accounts: AccountsServer) -> None:
    accounts.status = 500
    part = info(reader, live_accounts_check="true")["accounts_api"]
    assert (part["configured"], part["status"], part["token_type"]) == (True, "failed", None)
    assert "500" in part["error"]


def test_missing_settings_of_accounts_are_shown(reader: Client) -> None:
    part = info(reader)["accounts_api"]
    assert (part["configured"], part["status"]) == (False, "not configured")


def test_info_describes_the_cookie_keys_without_showing_them(
    reader: Client, cookies: CookieMaker, settings: Any
) -> None:
    assert info(reader)["sso_config"] == {
        "cookie_name": "oxa",
        "has_signature_key": True,
        "signature_key_type": "RSA-2048",
        "has_encryption_key": True,
        "encryption_key_type": "AES-256",
        "dev_user_bypass": False,
    }
    settings.SSO_SIGNATURE_PUBLIC_KEY = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"
    assert info(reader)["sso_config"]["signature_key_type"] == "unusable"
    settings.SSO_SIGNATURE_PUBLIC_KEY = settings.SSO_ENCRYPTION_PRIVATE_KEY = ""
    part = info(reader)["sso_config"]
    assert (part["has_signature_key"], part["signature_key_type"]) == (False, None)
    assert (part["has_encryption_key"], part["encryption_key_type"]) == (False, None)


def test_each_object_has_its_rows_last_run_and_age(reader: Client) -> None:
    records.school()
    records.school(is_deleted=True)
    run = SyncRun.objects.create(object="accounts", mode="full", state=SyncRun.State.DONE)
    SyncRun.objects.update(ended=F("started") - timedelta(seconds=100))
    run.refresh_from_db()
    part = info(reader)["sync"]
    assert set(part) == {"accounts", "books", "contacts", "opportunities", "adoptions"}
    accounts = part["accounts"]
    assert (accounts["rows"], accounts["mode"], accounts["state"]) == (1, "full", "done")
    assert accounts["last_run"] == run.started.isoformat()
    assert 100 <= accounts["age_seconds"] < 200
    assert part["books"] == {"rows": 0, "last_run": None, "mode": None, "state": None, "age_seconds": None}


def test_info_contains_no_secret_and_no_part_of_a_secret(simulator: Simulator, reader: Client, settings: Any) -> None:
    secrets = [
        *(value for name, value in settings.SALESFORCE_LOGIN.items() if "USERNAME" not in name),
        settings.SSO_ENCRYPTION_PRIVATE_KEY,
        settings.SSO_SIGNATURE_PUBLIC_KEY,
        settings.ACCOUNTS_CLIENT_SECRET,
        settings.SECRET_KEY,
    ]
    simulator.fail("status", path="/oauth2/token", times=None, status=400)
    text = reader.get(INFO, {"live_accounts_check": "true"}).text
    for secret in filter(None, secrets):
        for begin in range(0, max(1, len(secret) - 12), 6):
            assert secret[begin : begin + 12] not in text


def test_info_needs_the_scope_read_info(anonymous: Client, user: Client, service: Callable[..., Client]) -> None:
    assert anonymous.get(INFO).status_code == 401
    assert user.get(INFO).status_code == 403
    assert service(Scope.READ_BOOKS).get(INFO).status_code == 403
