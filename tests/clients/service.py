"""The service that the generated clients call: gunicorn, a simulator, and a database with synced data."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from api.domain.scopes import Scope
from tests.api.cookies import CookieMaker
from tests.api.served import gunicorn
from tests.environments import ROOT
from tests.fresh_database import fresh_database
from tests.simulated import Simulator, manage, start_simulator

DATA = ROOT / ".data" / "clients"
SCHOOLS = 60
SCOPES = ",".join(Scope)
_TEACHER = """
    SELECT contact.accounts_uuid FROM sf_contact contact JOIN sf_adoption adoption ON adoption.contact_id = contact.id
    WHERE contact.accounts_uuid IS NOT NULL ORDER BY contact.id LIMIT 1
"""
_SCHOOL = "SELECT name FROM sf_account WHERE name ~ '^[A-Z][a-z]+ ' ORDER BY id LIMIT 1"


@dataclass(frozen=True)
class Surroundings:
    """The simulator, the database and the maker of cookies that all clients share."""

    simulator: Simulator
    database: str
    cookies: CookieMaker

    def manage(self, *arguments: str) -> str:
        done = manage(*arguments, variables=self.simulator.variables, database=self.database, more=_DATA_FOLDER)
        if done.returncode:
            raise RuntimeError(f"manage.py {arguments[0]}: {done.stderr[-2_000:]}")
        return done.stdout

    @contextmanager
    def served(self) -> Iterator[str]:
        """Run the service and yield its URL.

        The request log in the database is complete only after the service has ended.
        """
        variables = {
            **self.simulator.served_variables,
            **_DATA_FOLDER,
            "DEBUG": "off",
            "SSO_SIGNATURE_PUBLIC_KEY": self.cookies.public_pem,
            "SSO_ENCRYPTION_PRIVATE_KEY": self.cookies.encryption_key,
            "SALESFORCE_API_RATE_LIMIT": "10000/min",
            "SALESFORCE_SCHOOLS_RATE_LIMIT": "10000/min",
        }
        with gunicorn(self.database, workers=1, **variables) as url:
            yield url

    def program_variables(self, url: str) -> Mapping[str, str]:
        """Return the variables for a client's program: the service's URL, credentials, and a school's name."""
        with psycopg.connect(self.database) as connection:
            teacher, school = (_only_value(connection, query) for query in (_TEACHER, _SCHOOL))
        key, narrow = (self._key(scopes) for scopes in (SCOPES, "read:books"))
        cookie = self.cookies.cookie(uuid=teacher)
        return {"SFAPI_URL": url, "SFAPI_KEY": key, "NARROW_KEY": narrow, "SFAPI_COOKIE": cookie, "SCHOOL": school}

    def _key(self, scopes: str) -> str:
        return self.manage("create_api_key", "--name=client", f"--scopes={scopes}").split()[-1]


_DATA_FOLDER = {"SFAPI_DATA_DIR": str(DATA)}


@contextmanager
def surroundings() -> Iterator[Surroundings]:
    """Start a simulator, and sync a database from it."""
    with tempfile.TemporaryDirectory() as folder:
        process, simulator = start_simulator(Path(folder), schools=SCHOOLS)
        try:
            made = Surroundings(simulator, fresh_database(DATA, "clients"), CookieMaker())
            for command in ("migrate", "sync_books", "sync_all"):
                made.manage(command)
            yield made
        finally:
            process.terminate()
            process.wait(60)


def _only_value(connection: psycopg.Connection, query: str) -> str:
    row = connection.execute(query).fetchone()
    assert row, query
    return str(row[0])
