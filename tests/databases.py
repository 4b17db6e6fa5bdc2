"""Create databases on the test database's server: empty ones, and copies."""

from __future__ import annotations

import os
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from django.db import connection
from psycopg import sql

from tests.simulated import manage


def address() -> str:
    """Return the URL of the database that this process is connected to."""
    connection.ensure_connection()
    parts = connection.settings_dict
    host, port = parts["HOST"] or os.environ.get("PGHOST", "localhost"), parts["PORT"] or "5432"
    return f"postgresql://{quote(parts['USER'])}:{quote(parts['PASSWORD'], safe='')}@{host}:{port}/{parts['NAME']}"


def name_of(database: str) -> str:
    return urlsplit(database).path.strip("/")


def new_database(server: str, name: str, *, template: str = "template1") -> str:
    """Create an empty database or a copy of ``template``, and return its URL.

    An existing database of this name is dropped.
    """
    with psycopg.connect(_renamed(server, "postgres"), autocommit=True) as connected:
        new, old = sql.Identifier(name), sql.Identifier(template)
        connected.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(new))
        connected.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(new, old))
    return _renamed(server, name)


def copy_of(database: str, name: str) -> str:
    """Copy a database and return the copy's URL.

    No connection to the database may be open.
    """
    return new_database(database, name, template=name_of(database))


def run_on(database: str, *arguments: str, **variables: str) -> None:
    """Run a ``manage.py`` command as a process, and require that it succeeds."""
    done = manage(*arguments, variables={}, database=database, more=variables)
    assert done.returncode == 0, done.stderr


def _renamed(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
