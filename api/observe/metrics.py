"""Show ``/metrics``: figures for Prometheus, only for the networks of ``METRICS_ALLOWED_NETWORKS``.

Everything is read from PostgreSQL on request: figures of the service's processes would each be incomplete. Text
format: https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from api.http.client_address import UNKNOWN, client_address
from api.models import RequestCount
from api.outbox.queue import queue_depth
from api.protection.breaker import breaker_state, breakers
from sf.live.org import calls_today, known_usage
from sf.models import RefusedRecord, SyncConfig
from sf.status.freshness import job_freshness, sync_freshness

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sample:
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)

    def line(self, name: str) -> str:
        labels = ",".join(f'{label}="{_escaped(text)}"' for label, text in self.labels.items())
        return f"{name}{{{labels}}} {self.value:.15g}" if labels else f"{name} {self.value:.15g}"


@dataclass(frozen=True)
class Gauge:
    """A figure that goes up and down, once for each set of labels."""

    name: str
    help: str
    samples: Iterable[Sample]

    def lines(self) -> Iterator[str]:
        yield f"# HELP {self.name} {self.help}"
        yield f"# TYPE {self.name} gauge"
        for sample in self.samples:
            yield sample.line(self.name)


def release() -> Iterator[Gauge]:
    labels = {"version": settings.RELEASE_VERSION, "environment": settings.ENVIRONMENT}
    yield Gauge("sfapi_info", "What runs here.", [Sample(1, labels)])


def syncs() -> Iterator[Gauge]:
    found = sync_freshness()
    ages = [Sample(each.age_seconds, {"object": each.name}) for each in found if each.age_seconds is not None]
    fresh = [Sample(each.state == "fresh", {"object": each.name}) for each in found]
    refused = RefusedRecord.objects.order_by("object").values_list("object").annotate(Count("id"))
    yield Gauge("sfapi_sync_age_seconds", "Since the last sync that ended well.", ages)
    yield Gauge("sfapi_sync_fresh", "1 when the sync is as fresh as its schedule promises.", fresh)
    yield Gauge(
        "sfapi_records_set_aside",
        "Records that PostgreSQL would not store.",
        [Sample(count, {"object": name}) for name, count in refused],
    )
    yield Gauge("sfapi_sync_enabled", "0 while syncs are switched off.", [Sample(SyncConfig.load().syncs_are_on)])


def salesforce() -> Iterator[Gauge]:
    calls = [Sample(count, {"source": source}) for source, count in calls_today().items()]
    yield Gauge("sfapi_salesforce_calls_today", "Our calls to Salesforce since midnight UTC.", calls)
    known = known_usage()
    if known is None:
        return
    yield Gauge("sfapi_salesforce_usage", "Calls of the org in 24 hours, as last told.", [Sample(known.usage.used)])
    yield Gauge("sfapi_salesforce_limit", "Calls that the org has in 24 hours.", [Sample(known.usage.maximum)])
    told = Sample(known.asked.timestamp())
    yield Gauge("sfapi_salesforce_usage_told_timestamp_seconds", "When Salesforce last told its usage.", [told])


def outbox() -> Iterator[Gauge]:
    depth = queue_depth()
    states = [Sample(depth.queued, {"state": "queued"}), Sample(depth.failed, {"state": "failed"})]
    yield Gauge("sfapi_outbox_cases", "Cases that are not in Salesforce: on their way, or refused for good.", states)
    yield Gauge("sfapi_outbox_stuck", "Queued cases that somebody has to act for.", [Sample(depth.stuck)])
    yield Gauge("sfapi_outbox_oldest_seconds", "How long the oldest has waited.", [Sample(depth.oldest_seconds or 0)])
    yield Gauge("sfapi_outbox_breaker_open", "1 while nobody waits for Salesforce.", [Sample(breaker_state().open)])


def jobs() -> Iterator[Gauge]:
    found = job_freshness()
    ages = [Sample(each.age_seconds, {"job": each.name}) for each in found if each.age_seconds is not None]
    well = [Sample(each.state in {"fresh", "never"}, {"job": each.name}) for each in found]
    yield Gauge("sfapi_job_age_seconds", "Since the scheduled job last ended well.", ages)
    yield Gauge("sfapi_job_ok", "0 when the job failed, was killed, or was not seen when the cron table says.", well)


def circuit_breakers() -> Iterator[Gauge]:
    states = [Sample(is_open, {"name": name}) for name, is_open in breakers().items()]
    yield Gauge("sfapi_breaker_open", "1 while nobody waits for the other side.", states)


def requests() -> Iterator[Gauge]:
    count = RequestCount.objects.filter(name=RequestCount.UNKNOWN_PATHS).first()
    told = "Requests of strangers for API addresses that do not exist, which the request log leaves out."
    yield Gauge("sfapi_unknown_path_requests", told, [Sample(count.total if count else 0)])


SOURCES: list[Callable[[], Iterable[Gauge]]] = [release, syncs, jobs, salesforce, outbox, circuit_breakers, requests]
"""The sources of the figures; each must be cheap. Add further ones here."""


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer the metrics; 404 while they are off, 403 for other networks, 503 while PostgreSQL is unavailable."""
    if not settings.METRICS_ALLOWED_NETWORKS:
        raise Http404("METRICS_ALLOWED_NETWORKS is not set")
    if not _is_allowed(client_address(request)):
        return _text("Not for this address: see METRICS_ALLOWED_NETWORKS.\n", status=403)
    try:
        lines = [line for source in SOURCES for gauge in source() for line in gauge.lines()]
    except (OperationalError, InterfaceError) as error:
        logger.warning("metrics: PostgreSQL: %s", " ".join(str(error).split()))
        return _text("PostgreSQL cannot be reached.\n", status=503)
    return _text("\n".join(lines) + "\n")


def _is_allowed(address: str) -> bool:
    if address == UNKNOWN:
        return False
    found = ip_address(address)
    mapped = getattr(found, "ipv4_mapped", None)
    return any((mapped or found) in network for network in settings.METRICS_ALLOWED_NETWORKS)


def _text(text: str, status: int = 200) -> HttpResponse:
    return HttpResponse(text, status=status, content_type=CONTENT_TYPE, headers={"Cache-Control": "no-store"})


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
