"""``manage.py check --deploy`` says what the cache lacks."""

from __future__ import annotations

from typing import Any

from sf.checks import check_api_version, check_salesforce_login


def login(settings: Any, **values: str) -> None:
    settings.SALESFORCE_LOGIN = {**dict.fromkeys(settings.SALESFORCE_LOGIN, ""), **values}


def ids(found: list[Any]) -> list[str]:
    return [message.id for message in found]


def test_nothing_configured_is_named(settings: Any) -> None:
    login(settings)
    assert ids(check_salesforce_login(None)) == ["sf.W001"]


def test_soap_login_is_told_to_end(settings: Any) -> None:
    login(settings, SALESFORCE_USERNAME="a", SALESFORCE_PASSWORD="b", SALESFORCE_SECURITY_TOKEN="c")
    assert ids(check_salesforce_login(None)) == ["sf.W002"]
    assert check_api_version(None) == []
    settings.SALESFORCE_API_VERSION = "65.0"
    assert ids(check_api_version(None)) == ["sf.W003"]


def test_client_credentials_are_fine(settings: Any) -> None:
    login(settings, SALESFORCE_CLIENT_ID="a", SALESFORCE_CLIENT_SECRET="b")
    assert check_salesforce_login(None) == check_api_version(None) == []
