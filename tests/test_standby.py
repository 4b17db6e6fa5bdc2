"""When a standby is promoted, the service finds the standby without a change of settings."""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import urlsplit

import requests

from tests.api.own_postgresql import own_postgresql
from tests.api.served import gunicorn
from tests.simulated import ROOT
from tests.standby import standby_of

FOLDER = ROOT / ".data" / "tests" / "standby"


def first_that_takes_changes(*urls: str) -> str:
    parts = [urlsplit(url) for url in urls]
    hosts = ",".join(f"{part.hostname}:{part.port}" for part in parts)
    return f"postgresql://{parts[0].username}@{hosts}{parts[0].path}?target_session_attrs=read-write"


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "timed out"
        time.sleep(0.1)


def test_the_service_finds_the_server_that_takes_changes_after_a_failover(migrated_database: str) -> None:
    with own_postgresql(FOLDER / "primary") as primary:
        primary.copy(migrated_database)
        with standby_of(primary, FOLDER / "standby") as standby:
            either = first_that_takes_changes(standby.url, primary.url)
            with gunicorn(either, workers=1) as url:

                def is_ready() -> bool:
                    return requests.get(f"{url}/readyz", timeout=60).status_code == 200

                assert is_ready(), "the standby is named first, but only the primary takes changes"
                standby.catch_up()
                primary.kill()
                wait_for(lambda: not is_ready())
                standby.promote()
                wait_for(is_ready)
