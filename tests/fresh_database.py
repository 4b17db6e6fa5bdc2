"""Make an empty database in an embedded PostgreSQL, for test tiers that run outside pytest."""

from __future__ import annotations

from pathlib import Path

import psycopg

from sfapi.embedded_postgres.server import USER, ensure_running


def fresh_database(data: Path, name: str) -> str:
    """Make an empty database and return its URL.

    The server runs at least as long as this process.
    """
    endpoint = ensure_running(data)
    server = f"postgresql://{USER}:{endpoint.password}@{endpoint.host}:{endpoint.port}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}"')
    return f"{server}/{name}"
