"""System checks of ``check --deploy``: things that a deployment needs around the service."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, register
from django.db import DatabaseError, InterfaceError

from outgoing.numbers import format_count
from sf.ingest.crontab import CrontabError, UserCrontab
from sf.ingest.scheduled import find_leader
from sfapi.env_file import find_env_file

_ANYBODY = 0o007
_UNSET = {
    "SENTRY_DSN": ("Errors are only in the log: Sentry is not configured.", "sfapi.I001"),
    "METRICS_ALLOWED_NETWORKS": ("No network may read /metrics.", "sfapi.I002"),
}


@register(deploy=True)
def check_names(app_configs: Sequence[Any] | None, **options: Any) -> list[CheckMessage]:
    """Warn when every host name is accepted, and when ``ENVIRONMENT`` is still ``local``."""
    warnings: list[CheckMessage] = []
    if "*" in settings.ALLOWED_HOSTS:
        hint = "List the names of this site, such as sfapi.example.org."
        warnings.append(checks.Warning("ALLOWED_HOSTS has *: any host name is accepted.", hint=hint, id="sfapi.W001"))
    if settings.ENVIRONMENT == "local":
        hint = "Set ENVIRONMENT to production, staging, …"
        warnings.append(
            checks.Warning("ENVIRONMENT is local: /info and Sentry show this name.", hint=hint, id="sfapi.W002")
        )
    return warnings


@register(deploy=True)
def check_watching(app_configs: Sequence[Any] | None, **options: Any) -> list[CheckMessage]:
    values = {"SENTRY_DSN": settings.SENTRY_DSN, "METRICS_ALLOWED_NETWORKS": settings.METRICS_ALLOWED_NETWORKS}
    return [
        checks.Info(message, hint=f"Set {name}, or watch /healthz/ only.", id=identifier)
        for name, (message, identifier) in _UNSET.items()
        if not values[name]
    ]


@register(deploy=True)
def check_static_files(app_configs: Sequence[Any] | None, **options: Any) -> list[CheckMessage]:
    if settings.DEBUG or (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        return []
    hint = "Run manage.py collectstatic, now and after each release."
    return [checks.Warning("Pages come without style: no static files are collected.", hint=hint, id="sfapi.W003")]


@register(deploy=True)
def check_env_file(app_configs: Sequence[Any] | None, **options: Any) -> list[CheckMessage]:
    path = find_env_file(settings.BASE_DIR)
    mode = path.stat().st_mode if path else 0
    if path is None or not mode & _ANYBODY:
        return []
    message = f"{path} contains secrets and is open to every user of this machine (mode {mode & 0o777:o})."
    return [checks.Warning(message, hint=f"chmod 600 {path}", id="sfapi.W004")]


@register(deploy=True)
def check_schedule(app_configs: Sequence[Any] | None, **options: Any) -> list[CheckMessage]:
    hint = "Run manage.py crontab add, or keep manage.py work running."
    try:
        crontab = UserCrontab()
        wrong = [job for job in crontab.report() if not job.is_right]
    except CrontabError as error:
        if _is_worker_leading():
            return []
        return [checks.Warning(f"No scheduled jobs were found: {error}", hint=hint, id="sfapi.W005")]
    if not wrong or _is_worker_leading():
        return []
    problems = "missing in this user's crontab, outdated, duplicate, or of another folder"
    message = f"{format_count(len(wrong), 'scheduled job is', 'scheduled jobs are')} {problems}."
    return [checks.Warning(message, hint=f"See manage.py crontab show. {hint}", id="sfapi.W006")]


def _is_worker_leading() -> bool:
    try:
        return find_leader() is not None
    except (DatabaseError, InterfaceError):
        return False
