"""Warn in ``check --deploy`` and ``sf check`` about logins that fail now or from a known date on.

Sources of the dates: ``docs/platform-facts.md``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings

from sf.salesforce.credentials import LoginFlow, choose_credentials
from sf.salesforce.hosts import api_host_instead_of, is_shared_login_host

PASSWORD_ENDS = "Feb 20, 2027"  # noqa: S105 - a day
SOAP_ENDS = "summer 2027"
LAST_VERSION_WITH_SOAP_LOGIN = 64

_SOAP_FLOWS = {LoginFlow.SOAP_TOKEN, LoginFlow.SOAP_ORGANIZATION}
_WAY_OUT = "Set up client credentials or JWT bearer: docs/connecting.md."


@dataclass(frozen=True)
class LoginWarning:
    """A known problem of the configured login, and its remedy."""

    id: str
    message: str
    hint: str

    def __str__(self) -> str:
        return f"{self.message} {self.hint}"


def find_login_warnings() -> Iterator[LoginWarning]:
    """Yield the known problems of the configured login; nothing when no login is set."""
    credentials = choose_credentials(settings.SALESFORCE_LOGIN)
    if credentials is None:
        return
    flow, host = credentials.flow, settings.SALESFORCE_HOST
    if flow in _SOAP_FLOWS:
        message = f"{flow.value}: Salesforce retires SOAP login in {SOAP_ENDS}; API versions above 64.0 have none."
        yield LoginWarning("sf.W002", message, _WAY_OUT)
    if flow is LoginFlow.PASSWORD:
        message = f"{flow.value}: Salesforce has announced that it refuses this login from {PASSWORD_ENDS} on."
        yield LoginWarning("sf.W004", message, _WAY_OUT)
    if flow is LoginFlow.CLIENT_CREDENTIALS and is_shared_login_host(host):
        message = f"Salesforce refuses client credentials at {host}."
        hint = "Set SALESFORCE_HOST to the org's My Domain, https://….my.salesforce.com (Setup > My Domain)."
        yield LoginWarning("sf.W005", message, hint)
    if own := api_host_instead_of(host):
        yield LoginWarning("sf.W006", f"SALESFORCE_HOST={host} is not an API host.", f"Set it to {own}.")
