"""``manage.py check --deploy`` reports problems with the Salesforce login and the API version."""

from __future__ import annotations

from typing import Any

import pytest

from sf.checks import check_api_version, check_salesforce_login


def login(settings: Any, **values: str) -> None:
    settings.SALESFORCE_LOGIN = {**dict.fromkeys(settings.SALESFORCE_LOGIN, ""), **values}


def ids(messages: list[Any]) -> list[str]:
    return [message.id for message in messages]


def test_a_missing_login_gets_a_warning(settings: Any) -> None:
    login(settings)
    assert ids(check_salesforce_login(None)) == ["sf.W001"]


def test_soap_login_gets_a_warning_that_it_will_end(settings: Any) -> None:
    login(settings, SALESFORCE_USERNAME="a", SALESFORCE_PASSWORD="b", SALESFORCE_SECURITY_TOKEN="c")
    (warning,) = check_salesforce_login(None)
    assert warning.id == "sf.W002"
    assert "summer 2027" in warning.msg
    assert check_api_version(None) == []
    settings.SALESFORCE_API_VERSION = "65.0"
    assert ids(check_api_version(None)) == ["sf.W003"]


APP = {"SALESFORCE_CLIENT_ID": "a", "SALESFORCE_CLIENT_SECRET": "b"}


@pytest.mark.parametrize("host", ["https://camp.my.salesforce.com", "https://camp--uat.sandbox.my.salesforce.com"])
def test_client_credentials_at_a_my_domain_get_no_warning(settings: Any, host: str) -> None:
    login(settings, **APP)
    settings.SALESFORCE_HOST = host
    assert check_salesforce_login(None) == check_api_version(None) == []


@pytest.mark.parametrize("host", ["https://login.salesforce.com", "https://test.salesforce.com"])
def test_client_credentials_at_a_host_shared_by_all_orgs_get_a_warning(settings: Any, host: str) -> None:
    login(settings, **APP)
    settings.SALESFORCE_HOST = host
    (warning,) = check_salesforce_login(None)
    assert warning.id == "sf.W005"
    assert host in warning.msg
    assert "My Domain" in str(warning.hint)


def test_username_and_password_get_a_warning_with_the_day_they_stop_working(settings: Any) -> None:
    login(settings, **APP, SALESFORCE_USERNAME="c", SALESFORCE_PASSWORD="d")
    (warning,) = check_salesforce_login(None)
    assert warning.id == "sf.W004"
    assert "Feb 20, 2027" in warning.msg
    assert "docs/connecting.md" in str(warning.hint)


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("https://camp--c.vf.force.com", "https://camp.my.salesforce.com"),
        ("https://camp--uat--c.sandbox.vf.force.com", "https://camp--uat.sandbox.my.salesforce.com"),
        ("https://camp--c.na12.visualforce.com", "https://camp.my.salesforce.com"),
        ("https://camp.lightning.force.com", "https://camp.my.salesforce.com"),
        ("https://camp--uat.sandbox.lightning.force.com", "https://camp--uat.sandbox.my.salesforce.com"),
        ("https://camp.my.salesforce-setup.com", "https://camp.my.salesforce.com"),
    ],
)
def test_the_host_of_salesforces_web_pages_gets_a_warning(settings: Any, host: str, own: str) -> None:
    login(settings, **APP)
    settings.SALESFORCE_HOST = host
    (warning,) = check_salesforce_login(None)
    assert (warning.id, warning.hint) == ("sf.W006", f"Set it to {own}.")
