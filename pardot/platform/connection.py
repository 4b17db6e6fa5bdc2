"""Create the configured Pardot client, which uses the session of a Salesforce client."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from pardot.platform.business_unit import check_business_unit
from pardot.platform.client import PardotClient
from sf.salesforce.client import SalesforceClient
from sf.salesforce.http import Transport


@dataclass
class PardotCalls:
    """A thread-safe count of the calls that one client sent to Pardot.

    For the daily limit, Pardot itself counts the calls of all programs.
    """

    calls: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def sent(self) -> None:
        with self._lock:
            self.calls += 1

    def never_arrived(self) -> None:
        with self._lock:
            self.calls -= 1


def make_pardot_client(salesforce: SalesforceClient, counter: PardotCalls) -> PardotClient:
    """Return a client of the copied business unit, with the same time limits as ``salesforce``.

    Raises ``ImproperlyConfigured`` when no unit is set, and ``AnotherBusinessUnit`` when the set unit is not the copied
    one.
    """
    client = make_client_of_any_unit(salesforce, counter)
    check_business_unit()
    return client


def make_client_of_any_unit(salesforce: SalesforceClient, counter: PardotCalls) -> PardotClient:
    """Return a client of the configured business unit, even if the copies are of another unit."""
    if not settings.SALESFORCE_PARDOT_BUSINESS_UNIT:
        raise ImproperlyConfigured("Pardot is not configured: set SALESFORCE_PARDOT_BUSINESS_UNIT in .env")
    return PardotClient(
        salesforce,
        Transport(proxy=settings.SALESFORCE_PROXY, counter=counter, patience=salesforce.transport.patience),
        url=settings.PARDOT_API_URL,
        business_unit=settings.SALESFORCE_PARDOT_BUSINESS_UNIT,
    )
