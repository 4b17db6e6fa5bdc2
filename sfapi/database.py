"""Build ``DATABASES`` from the environment.

``default`` is ``DATABASE_URL``, its separate parts, or the embedded PostgreSQL; ``replica`` is
``DATABASE_REPLICA_URL``, when it is set.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl, unquote

from django.core.exceptions import ImproperlyConfigured

from sfapi.env import Environment, refuse, split_url
from sfapi.process import get_application_name, is_web_process

EMBEDDED_DATABASE_NAME = "sfapi"
_OPTIONS: dict[str, Any] = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "prepare_threshold": 0,
}
"""The keepalives notice within 25 s that PostgreSQL's machine is unreachable.

With a threshold of 0, psycopg prepares a statement when it first runs. This applies only to statements of
``sf/ingest/prepared.py``, because Django's own cursors never prepare statements.
"""
_WEB_OPTIONS: dict[str, Any] = {"tcp_user_timeout": 10_000}
"""Notice within 10 s that a statement does not reach PostgreSQL.

Without this limit a request would wait for a quarter of an hour. Commands do not have the limit: it would also end a
``COPY`` while PostgreSQL waits for a lock and reads no rows.
"""
_REPLICA_OPTIONS: dict[str, Any] = {
    "connect_timeout": 2,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 2,
    "tcp_user_timeout": 5000,
}
"""Notice quickly that the replica's machine is unreachable, because the primary can answer instead."""
_HOST_AND_PORT = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^\[\]:]*)(?::(?P<port>[0-9]{1,5})?)?")
_LIMITS = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")


def build_database_settings(env: Environment, *, embedded_allowed: bool) -> dict[str, Any]:
    """Return the entry ``default`` of ``DATABASES``.

    Raises ``ImproperlyConfigured`` when a variable is missing or has a wrong value.
    """
    url = env.text("DATABASE_URL")
    parts = {key: env.text(f"DATABASE_{key}") for key in ("NAME", "USER", "PASSWORD", "HOST")}
    port = env.integer("DATABASE_PORT", 5432, at_least=1, at_most=65535)
    common = _build_common(env)
    if url:
        return {**common, **_from_url("DATABASE_URL", url, common["OPTIONS"])}
    if env.all_or_none("a database (or set DATABASE_URL)", "DATABASE_NAME", "DATABASE_USER", "DATABASE_HOST"):
        return {**common, **parts, "PORT": str(port), "ENGINE": "sfapi.postgresql"}
    if parts["PASSWORD"] or env.is_set("DATABASE_PORT"):
        raise ImproperlyConfigured(
            "DATABASE_NAME, DATABASE_USER, DATABASE_HOST: not set, but DATABASE_PASSWORD or DATABASE_PORT is set"
        )
    if not embedded_allowed:
        raise ImproperlyConfigured(
            "DATABASE_URL: not set (postgresql://user:password@host:port/name). For development set DEBUG=on instead: "
            "then the embedded PostgreSQL is used"
        )
    return {**common, "ENGINE": "sfapi.embedded_postgres", "NAME": EMBEDDED_DATABASE_NAME}


def build_replica_settings(env: Environment) -> dict[str, Any]:
    """Return a dict with the entry ``replica`` of ``DATABASES``; an empty dict when no replica is set."""
    url = env.text("DATABASE_REPLICA_URL")
    if not url:
        return {}
    common = _build_common(env)
    replica = _from_url("DATABASE_REPLICA_URL", url, {**common["OPTIONS"], **_REPLICA_OPTIONS})
    limit = _get_statement_seconds(env)
    # A server whose disk hangs does not enforce its own time limit.
    give_up = {"GIVE_UP_SECONDS": limit + 1} if limit else {}
    return {"replica": {**common, **replica, **give_up, "TEST": {"MIRROR": "default"}}}


def _build_common(env: Environment) -> dict[str, Any]:
    return {
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "TIME_LIMITS": _get_time_limits(env),
        "OPTIONS": {
            **_OPTIONS,
            **(_WEB_OPTIONS if is_web_process() else {}),
            "application_name": get_application_name(),
        },
    }


def _get_time_limits(env: Environment) -> dict[str, int]:
    """Return the time limits in milliseconds, by the names of PostgreSQL's settings.

    No user waits for a command, so only its waits for locks are limited.
    """
    web = (
        _get_statement_seconds(env),
        env.integer("DATABASE_LOCK_SECONDS", 3, at_most=3600),
        env.integer("DATABASE_IDLE_SECONDS", 10, at_most=3600),
    )
    command = (0, env.integer("COMMAND_LOCK_SECONDS", 300, at_most=86_400), 0)
    seconds = web if is_web_process() else command
    return {name: 1000 * each for name, each in zip(_LIMITS, seconds, strict=True)}


def _get_statement_seconds(env: Environment) -> int:
    return env.integer("DATABASE_STATEMENT_SECONDS", 5, at_most=3600)


def _from_url(variable: str, url: str, common: dict[str, Any]) -> dict[str, Any]:
    parts = split_url(url)
    userinfo, _, address = parts.netloc.rpartition("@")
    user, _, password = userinfo.partition(":")
    # A socket's folder may come before the database: postgres://u:p@//cloudsql/project:region:instance/name
    folder, _, name = parts.path.rpartition("/")
    matches = [_HOST_AND_PORT.fullmatch(each) for each in address.split(",")]
    if parts.scheme not in {"postgresql", "postgres"} or not name or (address and folder) or not all(matches):
        # The URL is not shown: it contains a password.
        raise ImproperlyConfigured(
            f"{variable}: is not of the form postgresql://user:password@host:port/name "
            "(in user and password write @ : / # ? % [ ] as %40 %3A %2F %23 %3F %25 %5B %5D)"
        )
    hosts = [match for match in matches if match]
    ports = [match["port"] or "" for match in hosts]
    return {
        "ENGINE": "sfapi.postgresql",
        "NAME": unquote(name),
        "USER": unquote(user),
        "PASSWORD": unquote(password),
        # Not parts.hostname, which is in lower case: a socket's folder may have capitals.
        "HOST": unquote(folder.removeprefix("/") or ",".join(match["host"].strip("[]") for match in hosts)),
        "PORT": ",".join(ports) if any(ports) else "",
        "OPTIONS": {**common, **_build_options(variable, dict(parse_qsl(parts.query)))},
    }


def _build_options(variable: str, parameters: dict[str, str]) -> dict[str, Any]:
    """Return libpq's options, with ``prepare_threshold=off`` as ``None``: psycopg then prepares nothing."""
    if parameters.get("prepare_threshold", "off") != "off":
        raise refuse(f"{variable}: prepare_threshold", parameters["prepare_threshold"], "off, or left out")
    return {name: None if name == "prepare_threshold" else value for name, value in parameters.items()}
