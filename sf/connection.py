"""The Salesforce client as the settings configure it. One login a process, shared by all its clients."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from sf.salesforce.client import SalesforceClient
from sf.salesforce.credentials import choose_credentials
from sf.salesforce.http import Patience, Transport
from sf.salesforce.login import LoginRequest, SessionKeeper
from sf.sync.usage import UsageCounter

_keeper = SessionKeeper()


def salesforce_client(counter: UsageCounter, patience: Patience | None = None) -> SalesforceClient:
    """A client that counts under ``counter``'s source. ``ImproperlyConfigured`` when no login is set."""
    credentials = choose_credentials(settings.SALESFORCE_LOGIN)
    if credentials is None:
        raise ImproperlyConfigured(
            "Salesforce is not configured: fill in one group of login variables in .env (docs/settings.md)"
        )
    return SalesforceClient(
        LoginRequest(
            credentials,
            settings.SALESFORCE_HOST,
            settings.SALESFORCE_API_VERSION,
            settings.SALESFORCE_JWT_AUDIENCE,
        ),
        Transport(proxy=settings.SALESFORCE_PROXY, counter=counter, patience=patience or Patience()),
        _keeper,
    )
