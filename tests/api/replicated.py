"""A primary with all tables, its standby, and a service that uses both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import requests

from tests.api.cookies import UUID, CookieMaker
from tests.api.own_postgresql import OwnPostgreSQL, own_postgresql
from tests.api.served import gunicorn
from tests.standby import Standby, standby_of

SUPER_USER = f"""
    INSERT INTO api_superuser (accounts_uuid, name, active, may_start_jobs, created_at)
    VALUES ('{UUID}', 'Ines Example', true, false, now())
"""
NO_LIMIT = "1000000/sec"
CACHED_AND_PARDOT = """
    SELECT string_agg(quote_ident(tablename), ', ') FROM pg_tables
     WHERE schemaname = 'public' AND (tablename LIKE 'sf\\_%' OR tablename LIKE 'pardot\\_%')
       AND tablename <> 'sf_replicamark'
"""


@dataclass(frozen=True)
class Replicated:
    """A primary and its standby.

    ``served()`` runs a service on both, and yields a client that calls the service as a Super User.
    """

    primary: OwnPostgreSQL
    standby: Standby
    cookies: CookieMaker = field(default_factory=CookieMaker)

    @property
    def variables(self) -> dict[str, str]:
        return {"DATABASE_REPLICA_URL": self.standby.url}

    @contextmanager
    def served(self, *, lag: int, replica: str = "", workers: int = 1) -> Iterator[Service]:
        """Run the service with answers up to ``lag`` seconds old; ``replica`` replaces the standby's URL."""
        variables: dict[str, str] = {
            "DATABASE_REPLICA_URL": replica or self.standby.url,
            "DATABASE_REPLICA_MAX_LAG_SECONDS": str(lag),
            "SALESFORCE_API_RATE_LIMIT": NO_LIMIT,
            "SALESFORCE_SCHOOLS_RATE_LIMIT": NO_LIMIT,
            "METRICS_ALLOWED_NETWORKS": "127.0.0.0/8",
            "SSO_SIGNATURE_PUBLIC_KEY": self.cookies.public_pem,
            "SSO_ENCRYPTION_PRIVATE_KEY": self.cookies.encryption_key,
        }
        with gunicorn(self.primary.url, workers=workers, **variables) as url:
            yield Service(url, f"oxa={self.cookies.cookie()}")

    @contextmanager
    def primary_cannot_read(self) -> Iterator[None]:
        """Lock the tables of ``sf`` and ``pardot`` on the primary, so that only the replica can read them.

        The table of the replica mark is not locked. Pause the standby's replay first: it would repeat the locks on the
        standby.
        """
        with psycopg.connect(self.primary.url) as locking:
            [(tables,)] = locking.execute(CACHED_AND_PARDOT).fetchall()
            locking.execute(f"LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE")
            yield
            locking.rollback()


@dataclass(frozen=True)
class Service:
    url: str
    cookie: str

    def get(self, path: str, **parameters: Any) -> requests.Response:
        return requests.get(f"{self.url}{path}", params=parameters, headers={"Cookie": self.cookie}, timeout=60)

    def post(self, path: str, body: Any) -> requests.Response:
        with requests.Session() as browser:
            browser.headers["Cookie"] = self.cookie
            me = browser.get(f"{self.url}/api/v1/me", timeout=60)
            browser.headers["Cookie"] = f"{self.cookie}; csrftoken={me.cookies['csrftoken']}"
            browser.headers["X-CSRFToken"] = me.json()["csrf_token"]
            return browser.post(f"{self.url}{path}", json=body, timeout=60)

    def is_replicated(self) -> bool:
        """Return whether the replica may answer now."""
        return self.lag()[0]

    def lag(self) -> tuple[bool, float | None]:
        """Return whether the replica is used, and its lag, as ``/healthz/`` reports them."""
        replica = requests.get(f"{self.url}/healthz/", timeout=60).json()["replica"]
        return replica["used"], replica["lag_seconds"]


@contextmanager
def replicated(folder: Path, migrated_database: str) -> Iterator[Replicated]:
    with own_postgresql(folder / "primary") as primary:
        primary.copy(migrated_database)
        primary.rows(SUPER_USER)
        with standby_of(primary, folder / "standby") as standby:
            yield Replicated(primary, standby)
