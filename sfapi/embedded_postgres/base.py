"""Django's PostgreSQL backend, on an embedded server that the first connection starts."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from psycopg import sql

from sfapi.database import EMBEDDED_DATABASE_NAME
from sfapi.embedded_postgres.install import EmbeddedPostgresError
from sfapi.embedded_postgres.server import USER, Endpoint, ensure_running
from sfapi.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    def get_connection_params(self) -> dict[str, Any]:
        try:
            endpoint = ensure_running(Path(settings.SFAPI_DATA_DIR))
        except EmbeddedPostgresError as error:
            raise ImproperlyConfigured(str(error)) from error
        self.settings_dict.update(HOST=endpoint.host, PORT=str(endpoint.port), USER=USER, PASSWORD=endpoint.password)
        parameters = super().get_connection_params()
        _create_database(endpoint, self.settings_dict["NAME"])
        return parameters


_known: set[str | None] = set()


def _create_database(endpoint: Endpoint, name: str | None) -> None:
    """Create the development database at first use; Django creates the test databases."""
    if name in _known or name != EMBEDDED_DATABASE_NAME:
        return
    with psycopg.connect(
        host=endpoint.host,
        port=endpoint.port,
        user=USER,
        password=endpoint.password,
        dbname="postgres",
        autocommit=True,
    ) as connection:
        exists = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if not exists:
            # Another process may create it in the meantime.
            with suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    _known.add(name)
