"""Run the sync and two public data connectors in turn against one simulator, and compare their times.

The connectors read every field that the API user may see, and print JSON lines. SFAPI reads the cached fields, and
writes rows into PostgreSQL. Each program logs in by itself. ``make conformance`` installs the connectors.
"""

from __future__ import annotations

import shutil
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from bench.report import Result
from bench.world import DATA, World, world
from simulator import credentials
from simulator.tls import certificates
from tests.conformance.connectors import Airbyte, Connector, Tap
from tests.conformance.environments import Client
from tests.conformance.proxy import HOSTS, Proxy

TAP = Client("tap-salesforce", "tap_salesforce_client")
AIRBYTE = Client("airbyte-source-salesforce", "airbyte_client")
TABLES = ("sf_account", "sf_contact", "sf_opportunity", "sf_adoption")


@dataclass
class Timed:
    """The runs of one program."""

    name: str
    records: int = 0
    seconds: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    def __str__(self) -> str:
        return f"{self.name} {self.median:.1f} s, {self.records / self.median:,.0f} records/s"


def connectors(schools: int, runs: int) -> Iterator[Result]:
    """Yield the time of each connector as a multiple of the time of ``sync_all``."""
    missing = [client.package for client in (TAP, AIRBYTE) if not (client.folder / "installed").exists()]
    if missing:
        names = " ".join(missing)
        print(f'SKIPPED: connectors. Not installed: {names}. Install with: make conformance ARGS="{names}"', flush=True)
        return
    shutil.rmtree(DATA / str(schools), ignore_errors=True)
    certificates(DATA / str(schools) / "simulator", *HOSTS)
    with world(schools) as here:
        proxy = Proxy(urlsplit(here.environment["SALESFORCE_HOST"]).port or 0)
        try:
            yield from _compare(here, proxy, runs)
        finally:
            proxy.stop()


def _compare(here: World, proxy: Proxy, runs: int) -> Iterator[Result]:
    programs: list[Connector] = [_tap(here, proxy), _airbyte(here, proxy)]
    ours = Timed("sync_all")
    timed = [Timed(f"{client.package} {client.install()}") for client in (TAP, AIRBYTE)]
    for _ in range(runs):
        _time_ours(here, ours)
        for program, result in zip(programs, timed, strict=True):
            _time(program, result)
    for result in timed:
        ratio = statistics.median(theirs / mine for mine, theirs in zip(ours.seconds, result.seconds, strict=True))
        yield Result(f"first load against {result.name}", f"{ratio:.1f} ×", "1 ×", ratio >= 1, f"{ours}; {result}")


def _time_ours(here: World, result: Timed) -> None:
    here.empty()
    result.seconds.append(here.manage("sync_all").seconds)
    with here.connect() as connection:
        counts = [connection.execute(f"SELECT count(*) FROM {table}").fetchone() for table in TABLES]
    result.records = sum(int(str(count[0])) for count in counts if count)


def _time(program: Connector, result: Timed) -> None:
    began = time.monotonic()
    result.records = sum(program.records().values())
    result.seconds.append(time.monotonic() - began)


def _tap(here: World, proxy: Proxy) -> Connector:
    tap = Tap(TAP.python.with_name("tap-salesforce"), _folder("tap"), _environment(here, proxy))
    tap.configure(api_type="REST", select_fields_by_default=True)
    tap.discover()
    return tap


def _airbyte(here: World, proxy: Proxy) -> Connector:
    source = Airbyte(AIRBYTE.python.with_name("source-salesforce"), _folder("airbyte"), _environment(here, proxy))
    source.configure(auth_type="Client", is_sandbox=False)
    source.discover()
    return source


def _folder(name: str) -> Path:
    return DATA / "connectors" / name


def _environment(here: World, proxy: Proxy) -> dict[str, str]:
    refresh = {"SALESFORCE_REFRESH_TOKEN": credentials.REFRESH_TOKEN}
    return {**here.environment, **refresh, "HTTPS_PROXY": proxy.url, "https_proxy": proxy.url}
