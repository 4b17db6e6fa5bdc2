"""Answer ``/ping/`` (this process works) and ``/healthz/`` (everything that it needs is in order)."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from api.http.client_address import find_client_address, get_proxy_problem
from api.outbox.queue import load_queue_depth
from api.protection.breaker import load_breaker_state, load_breakers
from sf.ingest.scheduled import find_leader
from sf.ingest.schema import find_missing_migrations
from sf.reads.replica import has_replica
from sf.reads.replica_state import load_replica_state
from sf.status.freshness import find_jobs_to_look_at, sync_freshness
from sf.sync.readable import compose_remedy, load_unreadable_fields

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Check:
    """One part of the health report, with details for people."""

    ok: bool
    details: dict[str, Any]
    degraded: bool = False
    """The part works with limits. People should look at it, but not be called at night."""

    def to_json(self) -> dict[str, Any]:
        return {"ok": self.ok, **self.details}


@require_safe
def ping(request: HttpRequest) -> HttpResponse:
    return HttpResponse("pong\n", content_type="text/plain", headers={"Cache-Control": "no-store"})


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Return 200 when all is well or only degraded, otherwise 503. The body lists the checks made."""
    checks = {"database": _check_database()}
    if checks["database"].ok:
        checks["migrations"] = _run("migrations", _check_migrations)
    if all(check.ok for check in checks.values()):
        more_checks = _CHECKS | ({"replica": _check_replica} if has_replica() else {})
        checks |= {name: _run(name, check) for name, check in more_checks.items()}
    find_client_address(request)  # notes a problem if X-Forwarded-For does not fit TRUSTED_PROXY_COUNT
    if problem := get_proxy_problem():
        checks["proxies"] = Check(ok=True, details={"message": problem})
    well = all(check.ok for check in checks.values())
    body = {"status": _compute_status(checks.values()), **{name: check.to_json() for name, check in checks.items()}}
    return JsonResponse(body, status=200 if well else 503, headers={"Cache-Control": "no-store"})


def _compute_status(checks: Collection[Check]) -> str:
    if not all(check.ok for check in checks):
        return "unhealthy"
    return "degraded" if any(check.degraded for check in checks) else "ok"


def _run(name: str, check: Callable[[], Check]) -> Check:
    """Run one check. If the check raises, report the error as its result, so that other checks still run."""
    try:
        return check()
    except Exception as error:
        logger.exception("healthz: the check of %s could not be made", name)
        connection.close_if_unusable_or_obsolete()
        kind = type(error).__name__
        return Check(ok=False, details={"message": f"could not be checked ({kind}): the log of this process says why"})


def _check_database() -> Check:
    began = time.perf_counter()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError) as error:
        logger.warning("healthz: PostgreSQL: %s", " ".join(str(error).split()))
        connection.close()
        return Check(ok=False, details={"message": "PostgreSQL cannot be reached"})
    return Check(ok=True, details={"milliseconds": round((time.perf_counter() - began) * 1000, 1)})


def _check_migrations() -> Check:
    missing = find_missing_migrations()
    if missing:
        return Check(ok=False, details={"message": "run manage.py migrate", "missing": len(missing)})
    return Check(ok=True, details={})


def _check_syncs() -> Check:
    """Report each object's state, without messages, because this page is public."""
    synced = sync_freshness()
    objects = {each.name: {"state": each.state, "age_seconds": each.age_seconds} for each in synced}
    return Check(ok=all(each.state == "fresh" for each in synced), details={"objects": objects})


def _check_jobs() -> Check:
    """Report the jobs, and whether a worker starts them.

    A missing worker is no fault, because cron may start the jobs. A job that never ran is no fault either, because the
    schedule is the last step of an installation.
    """
    jobs = find_jobs_to_look_at()
    return Check(ok=not jobs["failing"] and not jobs["late"], details={**jobs, "worker": find_leader() is not None})


def _check_breakers() -> Check:
    """Report the open breakers. They are no fault: cases wait, and reads use the cache if they can."""
    return Check(ok=True, details={"open": [name for name, is_open in load_breakers().items() if is_open]})


def _check_fields() -> Check:
    """Report fields that the API user can no longer read.

    The service is then only degraded, because syncs still update all other columns.
    """
    lost_fields = load_unreadable_fields()
    details = {
        "unreadable": [field.field for field in lost_fields],
        "remedy": compose_remedy(lost_fields) if lost_fields else None,
    }
    return Check(ok=True, details=details, degraded=bool(lost_fields))


def _check_replica() -> Check:
    """Report the read replica. While it is not used, the service is only degraded: the primary answers."""
    state = load_replica_state()
    assert state is not None  # the check is only made where there is a replica
    lag = None if state.lag_seconds is None else round(state.lag_seconds, 3)
    return Check(ok=True, details={"used": state.is_used, "lag_seconds": lag}, degraded=not state.is_used)


def _check_outbox() -> Check:
    """Report waiting cases and cases that need an operator, only as numbers, because this page is public."""
    depth, state = load_queue_depth(), load_breaker_state()
    details: dict[str, Any] = {
        "queued": depth.queued,
        "oldest_seconds": depth.oldest_seconds,
        "failed": depth.failed,
        "stuck": depth.stuck,
        "for_another_org": depth.apart,
        "salesforce_is_away": state.open,
    }
    if depth.failed:
        details["message"] = (
            f"Accepted cases that Salesforce refuses: {depth.failed:,}. Admin › Cases (outbox): correct and send "
            "them again, or mark them as dealt with"
        )
    elif depth.stuck:
        details["message"] = (
            "Queued cases that Salesforce keeps refusing, because of the org, the API user's rights, an unknown error, "
            f"or temporary errors for a day: {depth.stuck:,}. deliver_pending and admin › Cases (outbox) say why"
        )
    elif depth.late:
        details["message"] = "Cases have waited too long: does cron run deliver_pending, and does Salesforce answer?"
    return Check(ok="message" not in details, details=details)


_CHECKS: dict[str, Callable[[], Check]] = {
    "syncs": _check_syncs,
    "jobs": _check_jobs,
    "outbox": _check_outbox,
    "breakers": _check_breakers,
    "fields": _check_fields,
}
"""The checks to run when PostgreSQL answers and has all migrations."""
