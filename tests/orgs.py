"""Orgs other than the cached one, for tests in which the settings name another org."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from sf.sync.objects import EVERY_OBJECT
from tests.simulated import Simulator, start_simulator

OTHER_UNIT = "0Uv0x0000000002CAM"
SCHOOLS = 50


@pytest.fixture(scope="session")
def same_ids(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """Another org whose records have the same ids but other values, like a sandbox."""
    yield from _running(tmp_path_factory.mktemp("same-ids"), seed=8)


@pytest.fixture(scope="session")
def new_ids(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """Another org that shares no ids, with another business unit."""
    yield from _running(tmp_path_factory.mktemp("new-ids"), "--instance=Kp", f"--business-unit={OTHER_UNIT}", seed=9)


def _running(folder: Path, *options: str, seed: int) -> Iterator[Simulator]:
    process, simulator = start_simulator(folder, *options, schools=SCHOOLS, seed=seed)
    yield simulator
    process.terminate()
    process.wait(60)


def org_id(simulator: Simulator) -> str:
    return simulator.ids("Organization")[0]


def digests_of_copies() -> dict[str, str]:
    """Return a digest of each table with data of the cached org or of Pardot, and the watermarks."""
    tables = [synced.model._meta.db_table for synced in EVERY_OBJECT]
    tables += ["sf_cachedorg", "api_outboundcase", "sf_lookupmiss", "sf_refusedrecord", "api_fieldchangelog"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename LIKE 'pardot\\_%'")
        tables += [row[0] for row in cursor.fetchall()]
        digests = {}
        for table in tables:
            cursor.execute(f"SELECT md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) FROM {table} t")
            digests[table] = cursor.fetchone()[0]
        cursor.execute(
            "SELECT string_agg(object || watermark, ',' ORDER BY id) FROM sf_syncrun WHERE watermark NOTNULL"
        )
        digests["watermarks"] = cursor.fetchone()[0]
    return digests
