"""The Salesforce org of this installation: its kind, and its API usage today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.db.models import Sum
from django.utils import timezone

from sf.live.records import LiveCallFailed, LiveCallNotTried, MayAsk, make_live_client
from sf.models import SFAPIUsageLog, SyncConfig
from sf.salesforce.errors import SalesforceError
from sf.salesforce.hosts import is_sandbox_host
from sf.salesforce.limits import ApiUsage
from sf.sync.best_effort import best_effort
from sf.sync.usage import note_usage

USAGE_KEPT = timedelta(seconds=60)
"""Up to this age, stored API usage is returned without a call. All processes share that usage."""

LOCAL_HOSTS = {"localhost", "127.0.0.1", "::1"}


def classify_environment(host_url: str) -> str:
    """Return ``local`` (the simulator), ``sandbox``, ``production``, or ``other`` (not Salesforce's)."""
    host = urlsplit(host_url).hostname or ""
    if host in LOCAL_HOSTS:
        return "local"
    if not host.endswith((".salesforce.com", ".force.com")):
        return "other"
    return "sandbox" if is_sandbox_host(host_url) else "production"


@dataclass(frozen=True)
class KnownUsage:
    """The API usage that Salesforce last reported, to a sync or to a request, and when."""

    usage: ApiUsage
    asked_at: datetime


def load_known_usage() -> KnownUsage | None:
    """Return the last reported usage without a call; ``None`` when there is none."""
    config = SyncConfig.load()
    used, limit, asked_at = config.last_usage_value, config.last_usage_limit, config.last_usage_check
    if used is None or limit is None or asked_at is None:
        return None
    return KnownUsage(ApiUsage(used, limit), asked_at)


def fetch_usage(source: str, may_ask: MayAsk) -> ApiUsage:
    """Return the org's usage, at most ``USAGE_KEPT`` old.

    If the stored usage is older, ask Salesforce; the call is counted under ``source``. Raises ``LiveCallFailed`` when
    Salesforce reports no usage, and its subclass ``LiveCallNotTried`` when ``may_ask`` returns false. Raises
    ``ImproperlyConfigured`` when no group of login variables is complete.
    """
    known = load_known_usage()
    # A time far ahead means that the clock was set back: then the age of the usage is unknown.
    if known and abs(timezone.now() - known.asked_at) < USAGE_KEPT:
        return known.usage
    client = make_live_client(source)
    if not may_ask():
        raise LiveCallNotTried
    try:
        usage = client.fetch_daily_usage()
    except SalesforceError as error:
        if client.usage is None:
            raise LiveCallFailed.because_of(error) from error
        usage = client.usage  # from the header of the refusal
    with best_effort("Salesforce API usage"):
        note_usage(client, usage)
    return usage


def count_calls_today() -> dict[str, int]:
    """Return our own calls by source since midnight UTC."""
    rows = SFAPIUsageLog.objects.filter(date=timezone.now().date()).order_by("source").values("source")
    return {row["source"]: row["calls"] for row in rows.annotate(calls=Sum("call_count"))}
