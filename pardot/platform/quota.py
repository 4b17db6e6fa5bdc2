"""Check the day's Pardot calls before each entity and between pages; store them for the dashboard."""

from __future__ import annotations

from django.conf import settings
from django.db.models.functions import Now

from pardot.models import PardotQuota
from pardot.platform.client import PardotClient
from sf.ingest.errors import SyncPaused, SyncSkipped
from sf.ingest.lease import check_held
from sf.models import SyncRun
from sf.salesforce.errors import DailyLimitReached, SalesforceError
from sf.salesforce.limits import ApiUsage
from sf.sync.usage import check_still_on


class QuotaBudget:
    """The check of the day's calls before each entity.

    The first check asks Pardot by one request. After that, every answer of Pardot reports the calls.
    """

    def __init__(self, client: PardotClient) -> None:
        self._client = client
        self._has_asked = False
        self._failure: SalesforceError | SyncSkipped | None = None

    def check(self) -> None:
        """Raise ``SyncSkipped`` when too many of the day's calls are used.

        If the first check's request fails, that check raises the error. Later checks raise it again, without a request.
        """
        if self._failure:
            raise self._failure
        if not self._has_asked:
            self._ask()
        if refusal := _explain_refusal(self._client.usage):
            raise SyncSkipped(refusal, cause=SyncRun.Cause.LIMIT)

    def _ask(self) -> None:
        try:
            self._client.ask_usage()
        except DailyLimitReached as error:
            self._failure = SyncSkipped(str(error), cause=SyncRun.Cause.LIMIT)
            raise self._failure from error
        except SalesforceError as error:
            self._failure = error
            raise
        finally:
            keep_usage(self._client.usage)
        self._has_asked = True


def check_between_pages(usage: ApiUsage | None) -> None:
    """Raise ``SyncPaused`` when syncs are off, or too many of the day's calls are used.

    Raises ``LeaseLost`` or ``RanTooLong`` when the run must stop.
    """
    check_held()
    check_still_on()
    if refusal := _explain_refusal(usage):
        raise SyncPaused(refusal, cause=SyncRun.Cause.LIMIT)


def keep_usage(usage: ApiUsage | None) -> None:
    """Store the usage that Pardot last reported, so that staff can see it."""
    if usage is not None:
        values = {"used": usage.used, "maximum": usage.maximum, "told_at": Now()}
        PardotQuota.objects.update_or_create(id=PardotQuota.ONLY_ID, defaults=values)


def _explain_refusal(usage: ApiUsage | None) -> str:
    """Return the reason why no more calls are allowed; empty if they are allowed or no usage is known."""
    if usage is None or usage.used < settings.PARDOT_PAUSE_THRESHOLD * usage.maximum:
        return ""
    return (
        f"Pardot API usage is {usage.used:,} of {usage.maximum:,} calls today; camp_sync pauses from "
        f"{settings.PARDOT_PAUSE_THRESHOLD:.0%} on (PARDOT_PAUSE_THRESHOLD)"
    )
