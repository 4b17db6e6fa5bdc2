"""Wrong settings of the API stop the start, or are reported by ``manage.py check``."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured

from accounts_client.keys import check_sso_variables
from api.domain.rates import require_rate
from tests.api.cookies import UUID, CookieMaker
from tests.simulated import ROOT

PEM = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"
GOOD = {"signature_public_key": PEM, "encryption_key": "k" * 32, "dev_user_uuid": UUID}


def test_good_values_and_missing_values_are_accepted() -> None:
    check_sso_variables(**GOOD)
    check_sso_variables(signature_public_key="", encryption_key="", dev_user_uuid="")
    assert require_rate("SALESFORCE_API_RATE_LIMIT", "10/hour") == "10/hour"


@pytest.mark.parametrize(
    ("change", "variable"),
    [
        ({"encryption_key": "secret" * 5}, "SSO_ENCRYPTION_PRIVATE_KEY"),
        ({"encryption_key": "é" * 32}, "SSO_ENCRYPTION_PRIVATE_KEY"),
        ({"signature_public_key": "secret"}, "SSO_SIGNATURE_PUBLIC_KEY"),
        ({"signature_public_key": PEM.replace("PUBLIC", "PRIVATE")}, "SSO_SIGNATURE_PUBLIC_KEY"),
        ({"dev_user_uuid": "ines"}, "DEV_USER_UUID"),
    ],
)
def test_the_error_names_the_variable_and_shows_no_key(change: dict[str, str], variable: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"^{variable}: ") as caught:
        check_sso_variables(**{**GOOD, **change})
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"DEV_USER_UUID": UUID, "DEBUG": "off"}, "DEV_USER_UUID: only allowed with DEBUG=on"),
        ({"SALESFORCE_API_RATE_LIMIT": "many"}, "SALESFORCE_API_RATE_LIMIT: 'many' is not a rate"),
        ({"SSO_SIGNATURE_PUBLIC_KEY": PEM}, "SSO_ENCRYPTION_PRIVATE_KEY: not set"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_line(variables: dict[str, str], message: str) -> None:
    usual = {"SFAPI_ENV_FILE": "", "SECRET_KEY": "k" * 50, "DATABASE_URL": "postgresql://u@localhost/x", "DEBUG": "on"}
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **usual, **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode != 0
    assert message in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def ids_of_findings() -> set[str]:
    return {message.id for message in run_checks(include_deployment_checks=True) if message.id}


@pytest.mark.django_db
def test_check_finds_wrong_and_missing_settings(
    settings: Any, cookies: CookieMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRUSTED_PROXY_COUNT", "0")
    settings.ACCOUNTS_CLIENT_ID = "app"
    settings.SALESFORCE_CASE_EXTERNAL_ID_FIELD = "SFAPI_Id__c"
    settings.CORS_ALLOWED_ORIGINS = ["https://openstax.example", "http://localhost:3000"]
    assert not {each for each in ids_of_findings() if each.startswith("api.")}
    monkeypatch.delenv("TRUSTED_PROXY_COUNT")
    assert "api.W004" in ids_of_findings()
    monkeypatch.setenv("TRUSTED_PROXY_COUNT_FILE", "/run/secrets/trusted_proxy_count")
    assert "api.W004" not in ids_of_findings()
    settings.SSO_SIGNATURE_PUBLIC_KEY = PEM
    settings.ACCOUNTS_CLIENT_ID = ""
    settings.CORS_ALLOWED_ORIGINS = ["https://openstax.example/", "*"]
    assert {"api.E002", "api.E003", "api.W002"} <= ids_of_findings()
    settings.SSO_SIGNATURE_PUBLIC_KEY = ""
    assert "api.W001" in ids_of_findings()


@pytest.mark.django_db
def test_check_refuses_one_transaction_per_request(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.DATABASES["default"], "ATOMIC_REQUESTS", True)
    assert "api.E001" in ids_of_findings()
