"""``make conformance``: run public clients, written by others, against the simulator over TLS.

It prints each kind of call and its result. The exit status is 1 when a call fails, when a client ends with an error or
reports no call, or when no client could be installed. A single client that cannot be installed is skipped, with the
reason. simple-mockforce is a mock of Salesforce, not a client, so SFAPI itself calls it.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import requests

from simulator.tls import certificates
from tests.conformance.environments import NODE_FOLDER, Client
from tests.conformance.proxy import HOSTS, Proxy
from tests.environments import NotInstalled
from tests.outcomes import Outcome, drive, exit_status, print_table
from tests.simulator.running import RunningSimulator, read_variables

CLIENTS = (
    Client("simple-salesforce", "simple_salesforce_client"),
    Client("salesforce-api", "salesforce_api_client"),
    Client("django-salesforce", "django_salesforce_client"),
    Client("aiosalesforce", "aiosalesforce_client"),
    Client("aiosfpubsub", "aiosfpubsub_client"),
    Client("pysfpubsub", "pysfpubsub_client"),
    Client("tap-salesforce", "tap_salesforce_client"),
    Client("airbyte-source-salesforce", "airbyte_client"),
    Client("jsforce", "jsforce.mjs"),
    Client("@salesforce/core", "salesforce_core.mjs"),
    Client("simple-mockforce", "mockforce_server", driver="tests.conformance.ours_on_mockforce"),
)


def main() -> int:
    options = _options()
    clients = [client for client in CLIENTS if not options.only or client.package in options.only]
    with tempfile.TemporaryDirectory() as folder, _surroundings(Path(folder), options.schools) as environment:
        outcomes = [_run_client(client, environment) for client in clients]
    print_table(outcomes)
    return exit_status(outcomes)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.conformance", description=__doc__)
    parser.add_argument("--schools", type=int, default=200, help="size of the simulator's data; default %(default)s")
    names = ", ".join(client.package for client in CLIENTS)
    parser.add_argument("only", nargs="*", metavar="CLIENT", help=f"default: all of {names}")
    options = parser.parse_args()
    unknown = set(options.only) - {client.package for client in CLIENTS}
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; the clients are {names}")
    return options


@contextmanager
def _surroundings(folder: Path, schools: int) -> Iterator[Mapping[str, str]]:
    """Run a simulator, and a proxy that leads Salesforce's host names to it.

    Yield the clients' variables.
    """
    made = certificates(folder / "simulator", *HOSTS)
    simulator = RunningSimulator(folder, schools=schools)
    proxy = Proxy(urlsplit(simulator.base_url).port or 0)
    try:
        yield {
            "PATH": os.environ.get("PATH", ""),
            "LANG": "C.UTF-8",
            "HOME": str(folder),
            **simulator.variables,
            **_commented(folder / "variables"),
            "HTTPS_PROXY": proxy.url,
            "https_proxy": proxy.url,
            "NO_PROXY": "localhost,127.0.0.1",
            "no_proxy": "localhost,127.0.0.1",
            "REQUESTS_CA_BUNDLE": str(made.bundle),
            "SSL_CERT_FILE": str(made.bundle),
            "NODE_EXTRA_CA_CERTS": str(made.authority),
            "CONFORMANCE_MODULES": str(NODE_FOLDER / "node_modules"),
        }
    finally:
        proxy.stop()
        simulator.stop()


def _commented(variables: Path) -> dict[str, str]:
    """Return the variables in the file's comments. They are for alternative ways to log in."""
    lines = (line.removeprefix("# ") for line in variables.read_text().splitlines() if line.startswith("# SALES"))
    return read_variables("\n".join(lines))


def _run_client(client: Client, environment: Mapping[str, str]) -> Outcome:
    outcome = Outcome(client.package)
    print(f"\n{client.package}: installing …", flush=True)
    try:
        outcome.version = client.install()
        command = client.command
        if client.by_node:
            # These clients take the host from a variable. With a proxy set, some send even localhost through the proxy.
            environment = {name: value for name, value in environment.items() if "proxy" not in name.lower()}
    except NotInstalled as reason:
        outcome.skipped = str(reason)
        print(f"  SKIPPED: {reason}", flush=True)
        return outcome
    print(f"{client.package} {outcome.version}", flush=True)
    requests.post(f"{environment['SIMULATOR_URL']}/reset", timeout=60).raise_for_status()
    drive(command, environment, outcome)
    return outcome


if __name__ == "__main__":
    sys.exit(main())
