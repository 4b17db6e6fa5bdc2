"""Count calls to Salesforce, and stop syncs when the org's calls of the day reach the budget."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import connection
from django.db.models import Sum
from django.db.models.functions import Now
from django.utils import timezone

from sf.ingest.errors import SyncPaused, SyncSkipped
from sf.ingest.lease import check_held
from sf.models import SFAPIUsageLog, SyncConfig, SyncRun
from sf.salesforce.client import VERSION_IS_GONE, SalesforceClient
from sf.salesforce.errors import DailyLimitReached, OrgUnavailable, SalesforceError
from sf.salesforce.limits import ApiUsage
from sf.sync.best_effort import best_effort

logger = logging.getLogger(__name__)

_COUNT = """INSERT INTO sf_sfapiusagelog (date, source, call_count)
    VALUES ((now() AT TIME ZONE 'UTC')::date, %s, greatest(%s, 0))
    ON CONFLICT (date, source) DO UPDATE SET call_count = greatest(sf_sfapiusagelog.call_count + %s, 0)"""


@dataclass
class UsageCounter:
    """Writes each call to ``SFAPIUsageLog`` before it is sent.

    ``calls`` is the number of calls that this counter has counted, without calls that never arrived.

    Safe for many threads; each thread that calls has its own database connection.
    """

    source: str
    calls: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def sent(self) -> None:
        self._add(1)

    def never_arrived(self) -> None:
        self._add(-1)

    def _add(self, step: int) -> None:
        with self._lock:
            self.calls += step
        # A call that cannot be counted is made anyway: in the middle of a change it is too late to stop.
        with best_effort("Salesforce API usage"), connection.cursor() as cursor:
            cursor.execute(_COUNT, [self.source, step, step])


LIMITS_SECONDS = 10.0
"""The number of seconds for which reading the limits is retried: a sync can work without them."""

LIMITS_UNREADABLE = (
    "syncs continue with the usage in the headers of Salesforce's answers, or else with SFAPI's own count. "
    "The API user needs 'View Setup and Configuration' to read the limits"
)


USAGE_HOLDS = timedelta(hours=1)
"""The time for which a reported usage is trusted."""


def check_kept_usage() -> None:
    """Raise ``SyncSkipped`` when a usage reported within ``USAGE_HOLDS`` is too high. Makes no call."""
    config = SyncConfig.load()
    value, limit, checked = config.last_usage_value, config.last_usage_limit, config.last_usage_check
    if value is None or limit is None or checked is None:
        return
    # A time far ahead means that the clock was set back: then the age of the usage is unknown.
    if abs(timezone.now() - checked) > USAGE_HOLDS:
        return
    if refusal := _explain_refusal(ApiUsage(used=value, maximum=limit)):
        raise SyncSkipped(refusal, cause=SyncRun.Cause.LIMIT)


class UsageBudget:
    """The day's budget, checked before each object of a command.

    The first check asks Salesforce. If it finds the budget used up, all later checks fail too; otherwise they use the
    usage in the headers of Salesforce's answers.
    """

    def __init__(self, client: SalesforceClient) -> None:
        self._client = client
        self._explain_refusal: str | None = None

    def check(self) -> None:
        """Raise ``SyncSkipped`` when too many of the day's calls are used."""
        if self._explain_refusal is None:
            self._explain_refusal = self._ask()
        refusal = self._explain_refusal or _explain_refusal(self._client.usage)
        if refusal:
            raise SyncSkipped(refusal, cause=SyncRun.Cause.LIMIT)

    def _ask(self) -> str:
        self._client.session()  # outside the try: a failed login must not count as unreadable limits
        try:
            usage = self._client.fetch_daily_usage(LIMITS_SECONDS)
        except DailyLimitReached as error:
            return f"Salesforce's daily limit is used up: {error}"
        except OrgUnavailable:
            raise
        except SalesforceError as error:
            if error.status in VERSION_IS_GONE:
                raise
            logger.warning("%s; %s", error, LIMITS_UNREADABLE)
            return _explain_refusal(self._client.usage or _own_count())
        note_usage(self._client, usage)
        return _explain_refusal(usage)


def _own_count() -> ApiUsage:
    """Return our own calls since midnight UTC: the org has used at least these."""
    calls = SFAPIUsageLog.objects.filter(date=timezone.now().date()).aggregate(calls=Sum("call_count"))["calls"]
    return ApiUsage(used=calls or 0, maximum=SyncConfig.load().api_limit)


def check_between_pages(usage: ApiUsage | None) -> None:
    """Raise ``SyncPaused`` when syncs were switched off or the budget was used up during the run.

    Raises ``LeaseLost`` or ``RanTooLong`` when the run must stop.
    """
    check_held()
    check_still_on()
    refusal = _explain_refusal(usage)
    if refusal:
        raise SyncPaused(refusal, cause=SyncRun.Cause.LIMIT)


def check_still_on() -> None:
    """Raise ``SyncPaused`` when syncs were switched off during the run."""
    config = SyncConfig.load()
    if not config.syncs_are_on:
        raise SyncPaused(f"syncs were switched off ({config.switch_details})", cause=SyncRun.Cause.SWITCH)


def note_usage(client: SalesforceClient, usage: ApiUsage) -> None:
    """Store the usage that Salesforce last reported, and the org that reported it."""
    SyncConfig.load()
    SyncConfig.objects.filter(id=SyncConfig.ONLY_ID).update(
        last_usage_check=Now(),
        last_usage_value=usage.used,
        last_usage_limit=usage.maximum,
        instance_url=client.instance_url,
    )


def _explain_refusal(usage: ApiUsage | None) -> str:
    """Return why no more calls may be made; empty when calls are allowed or the usage is not known."""
    config = SyncConfig.load()
    budget = config.compute_budget(usage.maximum) if usage else 0
    if usage is None or usage.used < budget:
        return ""
    return (
        f"Salesforce API usage is {usage.used:,} calls today; syncs pause from {budget:,} on "
        f"({config.pause_threshold:.0%} of {min(config.api_limit, usage.maximum):,})"
    )
