"""The callers in the benchmarks of the API: users with the cookie of Accounts, a service with a key."""

from __future__ import annotations

from collections.abc import Sequence

from bench.service import CONNECTIONS, Request
from bench.world import DATA, World
from simulator.sso import Identity

_USERS = """
    SELECT accounts_uuid FROM sf_contact
      JOIN LATERAL (SELECT count(*) FROM sf_adoption WHERE contact_id = sf_contact.id AND NOT is_deleted) AS adoptions
        ON adoptions.count BETWEEN 2 AND 4
     WHERE accounts_uuid IS NOT NULL AND NOT is_deleted ORDER BY id LIMIT %s
"""


class Callers:
    """One API key, and one user per connection. Each user has 2 to 4 adoptions."""

    def __init__(self, here: World, schools: int, scopes: str = "read:books") -> None:
        identity = Identity.open(DATA / str(schools) / "simulator")
        with here.connect() as connection:
            uuids = [str(row[0]) for row in connection.execute(_USERS, [CONNECTIONS]).fetchall()]
        self.cookies = [identity.cookie({"id": 1, "uuid": uuid, "name": "Bench"}) for uuid in uuids]
        made = here.manage("create_api_key", "--name=bench", f"--scopes={scopes}")
        self.key = next(word for word in made.output.split() if word.startswith("sfapi_"))

    def users(self, path: str) -> list[list[Request]]:
        """Return requests of a different user for each connection."""
        return [[Request(path, {"Cookie": f"oxa={cookie}"})] for cookie in self.cookies]

    def service(self, paths: Sequence[str]) -> list[list[Request]]:
        """Return the same requests, each with the key, for every connection."""
        return [[Request(path, {"Authorization": f"Bearer {self.key}"}) for path in paths]] * CONNECTIONS
