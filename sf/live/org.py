"""The Salesforce org that this installation works with: which kind it is, and how much of its day's calls is used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.db.models import Sum
from django.utils import timezone

from sf.live.records import LiveCallFailed, LiveCallNotTried, MayAsk, live_client
from sf.models import SFAPIUsageLog, SyncConfig
from sf.salesforce.errors import SalesforceError
from sf.salesforce.hosts import is_sandbox_host
from sf.salesforce.limits import ApiUsage
from sf.sync.best_effort import best_effort
from sf.sync.usage import note_usage

USAGE_KEPT = timedelta(seconds=60)
"""How long what Salesforce said of its usage is good enough, for all processes together."""

LOCAL_HOSTS = {"localhost", "127.0.0.1", "::1"}


def salesforce_environment(host_url: str) -> str:
    """``local`` (the simulator), ``sandbox``, ``production``, or ``other`` for a host that is not Salesforce's."""
    host = urlsplit(host_url).hostname or ""
    if host in LOCAL_HOSTS:
        return "local"
    if not host.endswith((".salesforce.com", ".force.com")):
        return "other"
    return "sandbox" if is_sandbox_host(host_url) else "production"


@dataclass(frozen=True)
class KnownUsage:
    """What Salesforce last said, to a sync or to us, and when."""

    usage: ApiUsage
    asked: datetime


def known_usage() -> KnownUsage | None:
    """Without asking; ``None`` when it was never said."""
    config = SyncConfig.load()
    used, limit, asked = config.last_usage_value, config.last_usage_limit, config.last_usage_check
    if used is None or limit is None or asked is None:
        return None
    return KnownUsage(ApiUsage(used, limit), asked)


def usage_now(source: str, may_ask: MayAsk) -> ApiUsage:
    """The org's usage, at most ``USAGE_KEPT`` old; else Salesforce is asked, which counts under ``source``.

    ``LiveCallFailed``, ``LiveCallNotTried`` when ``may_ask`` says no, ``ImproperlyConfigured`` when no login is set.
    """
    known = known_usage()
    if known and timezone.now() - known.asked < USAGE_KEPT:
        return known.usage
    client = live_client(source)
    if not may_ask():
        raise LiveCallNotTried
    try:
        usage = client.daily_usage()
    except SalesforceError as error:
        if client.usage is None:
            raise LiveCallFailed.because_of(error) from error
        usage = client.usage  # the header of the refusal tells it
    with best_effort("Salesforce API usage"):
        note_usage(client, usage)
    return usage


def calls_today() -> dict[str, int]:
    """Our own calls by source since midnight UTC."""
    rows = SFAPIUsageLog.objects.filter(date=timezone.now().date()).order_by("source").values("source")
    return {row["source"]: row["calls"] for row in rows.annotate(calls=Sum("call_count"))}
