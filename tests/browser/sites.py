"""The service as browsers meet it, over databases that hold from the first test to the last.

Tests read what is there, or change it and put it back.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from tests.api.cookies import CookieMaker
from tests.api.served import gunicorn
from tests.simulated import manage

SUPER_USER = "5b0a4f3e-1d27-4a69-9f0e-2c8b7d61a935"
VISITOR = "c1de9a70-64b8-4d0c-8a57-0f3b9e2d7c46"


@dataclass(frozen=True)
class Site:
    """A running service and the database behind it."""

    url: str
    database: str
    cookies: CookieMaker
    modules: Mapping[str, str]
    """Name → address of each JavaScript module: ``core/api`` → ``/static/js/core/api.4f1d….js``."""


@contextmanager
def serve(database: str, cookies: CookieMaker, deployed: Mapping[str, str], **variables: str) -> Iterator[Site]:
    """With its static files collected and all checks of production; HTTPS apart."""
    keys = {"SSO_SIGNATURE_PUBLIC_KEY": cookies.public_pem, "SSO_ENCRYPTION_PRIVATE_KEY": cookies.encryption_key}
    with gunicorn(database, workers=1, **{**deployed, **keys, **variables}) as url:
        # Not by number: browsers treat the name as they treat HTTPS.
        yield Site(
            url.replace("127.0.0.1", "localhost"), database, cookies, _modules(Path(deployed["COLLECTED_STATIC"]))
        )


def _modules(collected: Path) -> dict[str, str]:
    names: dict[str, str] = json.loads((collected / "staticfiles.json").read_text())["paths"]
    return {
        name.removeprefix("js/").removesuffix(".js"): f"/static/{address}"
        for name, address in names.items()
        if name.startswith("js/")
    }


def empty_database(server: str, name: str) -> str:
    """A new database with all tables and one Super User; nothing was ever synced."""
    url = _made(server, name)
    _run(url, "migrate", "--verbosity=0")
    _run(url, "create_super_user", f"--uuid={SUPER_USER}", "--name=Ines Example")
    return url


def copy_of(database: str, name: str) -> str:
    """A copy; nobody may be connected to the original."""
    return _made(database, name, template=name_of(database))


def name_of(database: str) -> str:
    return urlsplit(database).path.strip("/")


def _made(server: str, name: str, template: str = "template1") -> str:
    with psycopg.connect(_address(server, "postgres"), autocommit=True) as connection:
        new, old = sql.Identifier(name), sql.Identifier(template)
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(new))
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(new, old))
    return _address(server, name)


def _address(server: str, name: str) -> str:
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


def _run(database: str, *arguments: str) -> None:
    done = manage(*arguments, variables={}, database=database)
    assert done.returncode == 0, done.stderr
