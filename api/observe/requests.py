"""Count requests by route, method and status, with a histogram of their durations, over all processes.

Each process hands its counts to PostgreSQL with the batches of the audit log, so a request costs no extra statement.
Any process can answer ``/metrics`` with the counts of all processes.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.db import connection
from django.http import HttpRequest, HttpResponseBase

from api.models import RouteCount
from api.observe.exposition import Metric, Sample

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""The upper bounds of the histogram, in seconds."""

_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
_UNKNOWN = "unknown"
_ADMIN = "/admin/"
_PARAMETER = re.compile(r"<(?:[a-z_]+:)?([a-z_]+)>|\(\?P<([a-z_]+)>[^)]*\)")

_ADD = """
    INSERT INTO api_routecount AS kept (route, method, status, total, seconds, buckets) VALUES {rows}
    ON CONFLICT (route, method, status) DO UPDATE SET
        total = kept.total + EXCLUDED.total,
        seconds = kept.seconds + EXCLUDED.seconds,
        buckets = (SELECT array_agg(coalesce(a, 0) + coalesce(b, 0) ORDER BY place)
                     FROM unnest(kept.buckets, EXCLUDED.buckets) WITH ORDINALITY AS pair (a, b, place))
"""


class Measure(NamedTuple):
    """One request that was answered."""

    route: str
    method: str
    status: int
    seconds: float


def measure(request: HttpRequest, response: HttpResponseBase, *, milliseconds: float) -> Measure:
    method = request.method if request.method in _METHODS else "other"
    return Measure(_get_route_pattern(request), str(method), response.status_code, milliseconds / 1000)


def _get_route_pattern(request: HttpRequest) -> str:
    """Return the pattern, such as ``/api/v1/case/{case_id}``. With real ids, each id would be a route."""
    match = request.resolver_match
    if match is None:
        return _UNKNOWN
    route = "/" + _PARAMETER.sub(lambda parameter: f"{{{parameter[1] or parameter[2]}}}", match.route)
    route = route.replace("^", "").replace("/?$", "/").replace("$", "")
    return _ADMIN if route.startswith(_ADMIN) else route


def add_measures(measures: Iterable[Measure]) -> None:
    """Add these requests to the shared counts, in one statement."""
    rows = _build_rows(measures)
    if not rows:
        return
    values = ", ".join(["(%s, %s, %s, %s, %s, %s)"] * len(rows))
    with connection.cursor() as cursor:
        cursor.execute(_ADD.format(rows=values), [value for row in rows for value in row])


def _build_rows(measures: Iterable[Measure]) -> list[list[Any]]:
    """Return a row per route, method and status, sorted, so that two processes cannot deadlock."""
    counts: dict[tuple[str, str, int], list[Any]] = {}
    for each in measures:
        row = counts.setdefault(each[:3], [0, 0.0, [0] * (len(BOUNDS) + 1)])
        row[0] += 1
        row[1] += each.seconds
        row[2][bisect_left(BOUNDS, each.seconds)] += 1
    return [[*key, *row] for key, row in sorted(counts.items())]


def measure_requests_by_route() -> Iterator[Metric]:
    counts = list(RouteCount.objects.order_by("route", "method", "status"))
    totals = (
        Sample(each.total, {"route": each.route, "method": each.method, "status": str(each.status)}) for each in counts
    )
    meaning = "Requests by route, method and status of the answer."
    yield Metric("sfapi_http_requests_total", meaning, totals, kind="counter")
    meaning = "Seconds until the answer was ready to be sent, by route and method."
    yield Metric("sfapi_http_request_duration_seconds", meaning, _build_histograms(counts), kind="histogram")


def _build_histograms(counts: Iterable[RouteCount]) -> Iterator[Sample]:
    sums: dict[tuple[str, str], list[Any]] = {}
    for each in counts:
        row = sums.setdefault((each.route, each.method), [0.0, [0] * (len(BOUNDS) + 1)])
        row[0] += each.seconds
        row[1] = [a + b for a, b in zip(row[1], each.buckets, strict=False)]
    for (route, method), (seconds, buckets) in sums.items():
        labels, total = {"route": route, "method": method}, 0
        for bound, count in zip((*map(str, BOUNDS), "+Inf"), buckets, strict=False):
            total += count
            yield Sample(total, {**labels, "le": bound}, "_bucket")
        yield Sample(seconds, labels, "_sum")
        yield Sample(total, labels, "_count")
