"""Migrate without stopping the site: wait briefly for each lock, and try again.

A change of a table waits for its readers, and all later queries wait behind the change. A migration therefore gives
up after some seconds, lets the queries through, and starts again. Only one ``migrate`` runs at a time; others wait.
"""

from __future__ import annotations

import time
from typing import Any

from django.core.management import CommandError, CommandParser
from django.core.management.commands import migrate
from django.db import OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from api.management.one_migrate import APPLICATION_NAME, one_migrate

_LOCK_NOT_AVAILABLE = "55P03"
_FIRST_PAUSE, _LONGEST_PAUSE = 2.0, 30.0
_OLDEST = """
    SELECT format('pid %%s %%s (%%s, %%s s)', pid, nullif(application_name, ''), state,
                  extract(epoch FROM now() - xact_start)::int)
      FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
       AND application_name <> %s
     ORDER BY xact_start LIMIT 3
"""


class Command(migrate.Command):
    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--lock-seconds", type=int, default=5, help="Seconds to wait for a lock.")
        parser.add_argument("--lock-attempts", type=int, default=6, help="Attempts before giving up.")

    def handle(self, *arguments: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        _require_utf8(connection)
        if options["plan"] or options["check_unapplied"]:
            super().handle(*arguments, **options)
            return
        with one_migrate(connection, self.stderr.write):
            self._migrate(connection, *arguments, **options)

    def _migrate(self, connection: BaseDatabaseWrapper, *arguments: Any, **options: Any) -> None:
        _limit_waiting(connection, options["lock_seconds"])
        attempts = max(1, options["lock_attempts"])
        for attempt in range(1, attempts + 1):
            try:
                super().handle(*arguments, **options)
            except OperationalError as error:
                if getattr(error.__cause__, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
                    raise
                if attempt == attempts:
                    raise CommandError(_explain_lock_failure(connection, attempts)) from error
                pause = min(_FIRST_PAUSE * 2 ** (attempt - 1), _LONGEST_PAUSE)
                self.stderr.write(f"\nA table is locked by another connection; trying again in {pause:.0f} s.")
                time.sleep(pause)
            else:
                return


def _require_utf8(connection: BaseDatabaseWrapper) -> None:
    """Refuse an encoding other than UTF-8 before the first table is created."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_encoding")
        [encoding] = cursor.fetchone()
    if encoding != "UTF8":
        raise CommandError(
            f"The database must have the encoding UTF8, not {encoding}: create it again with CREATE DATABASE … "
            "ENCODING 'UTF8' TEMPLATE template0, then run migrate again."
        )


def _limit_waiting(connection: BaseDatabaseWrapper, seconds: int) -> None:
    settings: dict[str, Any] = connection.settings_dict
    # When ``runserver`` calls this command, the connection has the time limits of web processes, which are too short.
    limits = {**settings.get("TIME_LIMITS", {}), "statement_timeout": 0, "lock_timeout": seconds * 1000}
    if settings.get("TIME_LIMITS") != limits:
        settings["TIME_LIMITS"] = limits
        connection.close()  # limits are set when a connection is opened


def _explain_lock_failure(connection: BaseDatabaseWrapper, attempts: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute(_OLDEST, [APPLICATION_NAME])
        oldest = "; ".join(row[0] for row in cursor.fetchall())
    return (
        f"A table stayed locked by another connection through {attempts} attempts. The migration that needs the table "
        f"was not applied. Open transactions, oldest first: {oldest or 'none now'}. End them (pg_terminate_backend) "
        "or wait for their end, then run migrate again."
    )
