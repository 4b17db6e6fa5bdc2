"""``/ping/``: this process answers. ``/healthz/``: is everything that it needs in order?"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from api.breaker import breaker_state, breakers
from api.client_address import client_address, proxy_problem
from api.outbox import queue_depth
from sf.freshness import jobs_to_look_at, sync_freshness

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Check:
    """One thing that has to be in order, with details for people."""

    ok: bool
    details: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        return {"ok": self.ok, **self.details}


@require_safe
def ping(request: HttpRequest) -> HttpResponse:
    return HttpResponse("pong\n", content_type="text/plain", headers={"Cache-Control": "no-store"})


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 when all is well, 503 when anything is not; what it is stands in the body either way."""
    checks = {"database": _database()}
    if checks["database"].ok:
        checks["migrations"] = _migrations()
    if all(check.ok for check in checks.values()):
        checks["syncs"] = _syncs()
        checks["jobs"] = _jobs()
        checks["outbox"] = _outbox()
        checks["breakers"] = _breakers()
    client_address(request)  # a probe through the proxies shows what they send
    if problem := proxy_problem():
        checks["proxies"] = Check(ok=True, details={"message": problem})
    well = all(check.ok for check in checks.values())
    body = {"status": "ok" if well else "unhealthy", **{name: check.to_json() for name, check in checks.items()}}
    return JsonResponse(body, status=200 if well else 503, headers={"Cache-Control": "no-store"})


def _database() -> Check:
    began = time.perf_counter()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError) as error:
        logger.warning("healthz: PostgreSQL: %s", " ".join(str(error).split()))
        connection.close()
        return Check(ok=False, details={"message": "PostgreSQL cannot be reached"})
    return Check(ok=True, details={"milliseconds": round((time.perf_counter() - began) * 1000, 1)})


_migrated = False
"""Once the database was found up to date, it stays so for the code of this process."""


def _migrations() -> Check:
    global _migrated  # noqa: PLW0603 - reading all migrations for each question takes long
    if not _migrated:
        executor = MigrationExecutor(connection)
        missing = [str(step) for step, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]
        if missing:
            return Check(ok=False, details={"message": "run manage.py migrate", "missing": len(missing)})
        _migrated = True
    return Check(ok=True, details={})


def _syncs() -> Check:
    """Each object's state; its message stays in the admin and in ``sync_status``: anybody may ask here."""
    found = sync_freshness()
    objects = {each.name: {"state": each.state, "age_seconds": each.age_seconds} for each in found}
    return Check(ok=all(each.state == "fresh" for each in found), details={"objects": objects})


def _jobs() -> Check:
    """A job that never ran is shown only: on a new installation cron is installed last."""
    found = jobs_to_look_at()
    return Check(ok=not found["failing"] and not found["late"], details=dict(found))


def _breakers() -> Check:
    """Shown only: what waits because of them turns ``outbox``, and users get an answer from the cache."""
    return Check(ok=True, details={"open": [name for name, is_open in breakers().items() if is_open]})


def _outbox() -> Check:
    """What waits for Salesforce, and what an operator has to look at. Codes and values stay in the admin."""
    depth, state = queue_depth(), breaker_state()
    details: dict[str, Any] = {
        "queued": depth.queued,
        "oldest_seconds": depth.oldest_seconds,
        "failed": depth.failed,
        "stuck": depth.stuck,
        "salesforce_is_away": state.open,
    }
    if depth.failed:
        details["message"] = (
            f"Accepted cases that Salesforce refuses: {depth.failed:,}. Admin › Cases for Salesforce: correct and send "
            "them again, or mark them as dealt with"
        )
    elif depth.stuck:
        details["message"] = (
            f"Queued cases that Salesforce refuses because of its org or our access: {depth.stuck:,}. "
            "deliver_pending and admin › Cases for Salesforce say why"
        )
    elif depth.late:
        details["message"] = "Cases have waited for long: does cron run deliver_pending, and does Salesforce answer?"
    return Check(ok="message" not in details, details=details)
