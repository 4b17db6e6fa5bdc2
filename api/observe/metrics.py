"""Serve ``/metrics`` for Prometheus, only to the networks of ``METRICS_ALLOWED_NETWORKS``."""

from __future__ import annotations

import logging
from ipaddress import ip_address

from django.conf import settings
from django.db import InterfaceError, OperationalError, ProgrammingError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from api.http.client_address import UNKNOWN, find_client_address
from api.observe.exposition import CONTENT_TYPE
from api.observe.figures import SOURCES
from sf.sync.best_effort import NOT_MIGRATED

logger = logging.getLogger(__name__)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Return the metrics.

    404: no network is allowed. 403: the client's address is in none of the allowed networks. 503: PostgreSQL cannot
    be reached, takes too long, or lacks migrations.
    """
    if not settings.METRICS_ALLOWED_NETWORKS:
        return _make_text_response("Metrics are off: set METRICS_ALLOWED_NETWORKS.\n", status=404)
    if not _is_allowed(find_client_address(request)):
        return _make_text_response(
            "This address may not read metrics: add its network to METRICS_ALLOWED_NETWORKS.\n", status=403
        )
    try:
        lines = [line for source in SOURCES for metric in source() for line in metric.format_lines()]
    except (OperationalError, InterfaceError) as error:
        logger.warning("metrics: PostgreSQL: %s", " ".join(str(error).split()))
        return _make_text_response("PostgreSQL cannot be reached, or takes too long.\n", status=503)
    except ProgrammingError as error:
        if getattr(error.__cause__, "sqlstate", "") not in NOT_MIGRATED:
            raise
        logger.warning("metrics: run manage.py migrate: %s", " ".join(str(error).split()))
        return _make_text_response("A table or column is missing: run manage.py migrate.\n", status=503)
    return HttpResponse("\n".join(lines) + "\n", content_type=CONTENT_TYPE, headers={"Cache-Control": "no-store"})


def _is_allowed(address: str) -> bool:
    if address == UNKNOWN:
        return False
    client = ip_address(address)
    mapped = getattr(client, "ipv4_mapped", None)
    return any((mapped or client) in network for network in settings.METRICS_ALLOWED_NETWORKS)


def _make_text_response(text: str, *, status: int) -> HttpResponse:
    headers = {"Cache-Control": "no-store"}
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8", headers=headers)
