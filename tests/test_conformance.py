"""``make conformance`` reports failures, and its proxy leads only to the simulator.

Here a few lines of Python take the place of the public Salesforce clients that ``make conformance`` runs.
"""

from __future__ import annotations

import json
import os
import re
import socket
import ssl
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography import x509

from simulator.tls import certificates
from tests.conformance.__main__ import CLIENTS
from tests.conformance.environments import NODE_FILES, REQUIREMENTS, Client
from tests.conformance.proxy import HOSTS, Proxy
from tests.outcomes import Outcome, drive, exit_status

CLIENT = "files-up"


def run(*lines: str, seconds: float = 60) -> Outcome:
    """Return the outcome of a client that consists of a few lines of Python."""
    outcome = Outcome(CLIENT)
    drive([sys.executable, "-c", "\n".join(lines)], os.environ, outcome, seconds)
    return outcome


def call_line(call: str, *, ok: bool) -> str:
    return f"print({json.dumps(json.dumps({'call': call, 'ok': ok, 'detail': ''}))}, flush=True)"


def test_a_client_whose_calls_all_work_passes() -> None:
    outcome = run("print('noise')", call_line("query", ok=True), call_line("describe", ok=True))
    assert (outcome.verdict, exit_status([outcome])) == ("2 of 2 kinds of calls work", 0)


def test_a_single_failed_call_fails_the_run() -> None:
    outcomes = [run(call_line("query", ok=True)), run(call_line("query", ok=True), call_line("describe", ok=False))]
    assert (outcomes[1].verdict, exit_status(outcomes)) == ("1 of 2 kinds of calls work", 1)


@pytest.mark.parametrize(
    ("lines", "trouble"),
    [
        ((), "it reported no call"),
        ((call_line("query", ok=True), "raise SystemExit(3)"), "it ended with status 3"),
        ((call_line("query", ok=True), "import missing_module"), "it ended with status 1"),
    ],
)
def test_a_client_that_ends_early_or_reports_nothing_fails(lines: tuple[str, ...], trouble: str) -> None:
    outcome = run(*lines)
    assert (outcome.trouble, exit_status([outcome])) == (trouble, 1)


def test_a_client_that_hangs_is_ended_and_fails() -> None:
    outcome = run(call_line("query", ok=True), "import time", "time.sleep(100)", seconds=2)
    assert outcome.trouble.startswith("it ended with status -")


def test_a_skipped_client_is_no_failure_unless_all_clients_are_skipped() -> None:
    skipped = Outcome(CLIENT, skipped="no such registry")
    assert exit_status([skipped, run(call_line("query", ok=True))]) == 0
    assert exit_status([skipped]) == 1


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.package)
def test_every_client_is_pinned_to_an_exact_version(client: Client) -> None:
    if client.by_node:
        pinned = json.loads(NODE_FILES[0].read_text())["dependencies"][client.package]
        assert json.loads(NODE_FILES[1].read_text())["packages"][f"node_modules/{client.package}"]["version"] == pinned
        return
    lines = (REQUIREMENTS / f"{client.package}.txt").read_text().splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert any(line.startswith(f"{client.package}==") for line in pins)
    assert [line for line in pins if not re.fullmatch(r"[\w.-]+==[\w.]+", line)] == []


def test_the_proxy_leads_salesforces_hosts_to_the_simulator_and_refuses_others() -> None:
    with socket.create_server(("127.0.0.1", 0)) as simulator:
        proxy = Proxy(simulator.getsockname()[1])
        try:
            assert _connect(proxy, f"{HOSTS[0]}:443").startswith(b"HTTP/1.1 200")
            assert _connect(proxy, "example.com:443").startswith(b"HTTP/1.1 403")
            assert _connect(proxy, f"{HOSTS[0]}:80").startswith(b"HTTP/1.1 403")
        finally:
            proxy.stop()


def _connect(proxy: Proxy, address: str) -> bytes:
    url = urlsplit(proxy.url)
    with socket.create_connection((str(url.hostname), url.port or 0), timeout=30) as client:
        client.sendall(f"CONNECT {address} HTTP/1.1\r\nHost: {address}\r\n\r\n".encode())
        return client.recv(1_000)


def test_a_certificate_is_for_salesforces_hosts_only_on_request(tmp_path: Path) -> None:
    def names(folder: str, *hosts: str) -> list[str]:
        files = certificates(tmp_path / folder, *hosts)
        ssl.create_default_context(cafile=files.authority)
        certificate = x509.load_pem_x509_certificate(files.server.read_bytes())
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        return extension.value.get_values_for_type(x509.DNSName)

    assert names("usual") == ["localhost"]
    assert names("conformance", *HOSTS) == ["localhost", *HOSTS]
