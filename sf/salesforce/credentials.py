"""Choose the login flow from the variables that are set. Each flow needs a group of variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from django.core.exceptions import ImproperlyConfigured

INSTANCE_URL = "SALESFORCE_INSTANCE_URL"
SESSION_ID = "SALESFORCE_SESSION_ID"
CLIENT_ID = "SALESFORCE_CLIENT_ID"
CLIENT_SECRET = "SALESFORCE_CLIENT_SECRET"  # noqa: S105 - the name of a variable
REFRESH_TOKEN = "SALESFORCE_REFRESH_TOKEN"  # noqa: S105
USERNAME = "SALESFORCE_USERNAME"
PASSWORD = "SALESFORCE_PASSWORD"  # noqa: S105
SECURITY_TOKEN = "SALESFORCE_SECURITY_TOKEN"  # noqa: S105
PRIVATE_KEY = "SALESFORCE_PRIVATE_KEY"
ORGANIZATION_ID = "SALESFORCE_ORGANIZATION_ID"

VARIABLES = (
    INSTANCE_URL,
    SESSION_ID,
    CLIENT_ID,
    CLIENT_SECRET,
    REFRESH_TOKEN,
    USERNAME,
    PASSWORD,
    SECURITY_TOKEN,
    PRIVATE_KEY,
    ORGANIZATION_ID,
)


class LoginFlow(Enum):
    """The ways of logging in, in the order in which they are chosen."""

    DIRECT_SESSION = "direct session"
    REFRESH_TOKEN = "refresh token"  # noqa: S105 - a title
    JWT_BEARER = "JWT bearer"
    PASSWORD = "OAuth username-password"  # noqa: S105
    CLIENT_CREDENTIALS = "client credentials"
    SOAP_TOKEN = "SOAP with security token"  # noqa: S105
    SOAP_ORGANIZATION = "SOAP with IP filtering"

    @property
    def needs(self) -> tuple[str, ...]:
        return _NEEDS[self]


_NEEDS = {
    LoginFlow.DIRECT_SESSION: (INSTANCE_URL, SESSION_ID),
    LoginFlow.REFRESH_TOKEN: (CLIENT_ID, REFRESH_TOKEN),
    LoginFlow.JWT_BEARER: (CLIENT_ID, USERNAME, PRIVATE_KEY),
    LoginFlow.PASSWORD: (CLIENT_ID, CLIENT_SECRET, USERNAME, PASSWORD),
    LoginFlow.CLIENT_CREDENTIALS: (CLIENT_ID, CLIENT_SECRET),
    LoginFlow.SOAP_TOKEN: (USERNAME, PASSWORD),  # the token may be empty: orgs need none from trusted addresses
    LoginFlow.SOAP_ORGANIZATION: (USERNAME, PASSWORD, ORGANIZATION_ID),
}

# Variables that show that a group was begun. A client id alone says nothing about a refresh token or a JWT.
_BEGUN_BY = {
    LoginFlow.DIRECT_SESSION: {INSTANCE_URL, SESSION_ID},
    LoginFlow.REFRESH_TOKEN: {REFRESH_TOKEN},
    LoginFlow.JWT_BEARER: {PRIVATE_KEY},
    LoginFlow.PASSWORD: {CLIENT_ID, CLIENT_SECRET, USERNAME, PASSWORD},
    LoginFlow.CLIENT_CREDENTIALS: {CLIENT_ID, CLIENT_SECRET},
    LoginFlow.SOAP_TOKEN: {USERNAME, PASSWORD, SECURITY_TOKEN},
    LoginFlow.SOAP_ORGANIZATION: {ORGANIZATION_ID},
}


@dataclass(frozen=True)
class Credentials:
    """A login flow and the values it needs."""

    flow: LoginFlow
    values: Mapping[str, str]

    def __repr__(self) -> str:  # never a secret in a log or a traceback
        return f"Credentials({self.flow.value})"


def choose_credentials(values: Mapping[str, str]) -> Credentials | None:
    """Return the first flow whose group is complete; ``None`` when no variable is set.

    Skips a flow when the other variables show that it is not meant. Raises ``ImproperlyConfigured`` when variables
    are set but no flow can be chosen. The message lists what each begun group lacks.
    """
    present = {name for name, value in values.items() if value}
    for flow in LoginFlow:
        if present.issuperset(flow.needs) and not _is_another_flow(flow, present):
            return Credentials(flow, values)
    if not present:
        return None
    lacking = [
        f"{flow.value} lacks {', '.join(name for name in flow.needs if name not in present)}"
        for flow in LoginFlow
        if present & _BEGUN_BY[flow] and not _is_another_flow(flow, present)
    ]
    if present.issuperset(LoginFlow.CLIENT_CREDENTIALS.needs):
        lacking.append(f"or remove {USERNAME}, to log in by client credentials")
    raise ImproperlyConfigured(f"Salesforce login: no group of variables can be used: {'; '.join(lacking)}")


def _is_another_flow(flow: LoginFlow, present: set[str]) -> bool:
    """Return whether the variables of another flow show that this flow is not meant."""
    if flow is LoginFlow.CLIENT_CREDENTIALS:  # it runs as the app's own user
        return USERNAME in present
    return flow is LoginFlow.SOAP_TOKEN and ORGANIZATION_ID in present and SECURITY_TOKEN not in present


def check_login_variables(values: Mapping[str, str]) -> None:
    """Raise ``ImproperlyConfigured`` when some variables are set, but no flow can be chosen."""
    choose_credentials(values)
