"""Connections and TLS with the simulator's own certificate authority; start and stop."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from simulator import credentials
from simulator.tls import certificates
from tests.simulator.client import Salesforce
from tests.simulator.running import ROOT, RunningSimulator


def raw(simulator: RunningSimulator) -> ssl.SSLSocket:
    """Open a connection without an HTTP library."""
    port = urlsplit(simulator.base_url).port
    context = ssl.create_default_context(cafile=simulator.bundle)
    plain = socket.create_connection(("127.0.0.1", port or 0), timeout=10)
    return context.wrap_socket(plain, server_hostname="localhost")


def exchange(connection: ssl.SSLSocket, request: bytes) -> bytes:
    connection.sendall(request)
    return connection.recv(65_536)


def test_small_calls_on_an_open_connection_take_less_than_20_ms(salesforce: Salesforce) -> None:
    def one() -> float:
        began = time.perf_counter()
        assert salesforce.call("GET", "/limits").status_code == 200
        return time.perf_counter() - began

    one()
    # A delayed acknowledgement costs every call 40 ms; other programs can slow down only some calls.
    assert min(one() for _ in range(50)) < 0.02


def test_the_certificate_is_valid_for_localhost_and_127_0_0_1(simulator: RunningSimulator) -> None:
    port = urlsplit(simulator.base_url).port
    for host in ("localhost", "127.0.0.1"):
        assert simulator.session().get(f"https://{host}:{port}/services/data", timeout=30).status_code == 200


def test_callers_without_the_certificate_authority_refuse_the_connection(simulator: RunningSimulator) -> None:
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(f"{simulator.base_url}/services/data", timeout=30, verify=True)


def test_certificates_are_created_once(tmp_path: Path) -> None:
    first = certificates(tmp_path).server.read_bytes()
    assert certificates(tmp_path).server.read_bytes() == first
    assert (tmp_path / "server.pem").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "ca.pem").read_bytes() in (tmp_path / "bundle.pem").read_bytes()


def test_a_caller_that_stalls_delays_no_other_caller(simulator: RunningSimulator) -> None:
    port = urlsplit(simulator.base_url).port
    with socket.create_connection(("127.0.0.1", port or 0), timeout=10):
        assert simulator.session().get(f"{simulator.base_url}/services/data", timeout=5).status_code == 200


def test_requests_may_come_in_pieces_and_chunks(simulator: RunningSimulator) -> None:
    with raw(simulator) as connection:
        connection.sendall(b"GET /services/data HT")
        time.sleep(0.05)
        assert exchange(connection, b"TP/1.1\r\nHost: localhost\r\n\r\n").startswith(b"HTTP/1.1 200 OK")
    session = simulator.session()
    session.headers["Authorization"] = f"Bearer {credentials.SESSION_ID}"
    pieces = iter([b'{"Subj', b'ect": "In pieces"}'])
    url = f"{simulator.base_url}/services/data/v64.0/sobjects/Case"
    assert session.post(url, data=pieces, timeout=30).status_code == 201


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"nonsense\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nContent-Length: many\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nContent-Length: 999999999999\r\n\r\n", b"413"),
        (b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n", b"414"),
    ],
)
def test_an_invalid_request_gets_an_error(simulator: RunningSimulator, request_bytes: bytes, status: bytes) -> None:
    with raw(simulator) as connection:
        assert exchange(connection, request_bytes).split(b" ")[1] == status


def test_an_unknown_path_is_404(simulator: RunningSimulator) -> None:
    assert simulator.session().get(f"{simulator.base_url}/favicon.ico", timeout=30).status_code == 404


@pytest.mark.parametrize("program", [("-m", "simulator"), ("manage.py", "simulator")])
def test_a_taken_port_is_reported_in_one_line(
    simulator: RunningSimulator, tmp_path: Path, program: Sequence[str]
) -> None:
    port = str(urlsplit(simulator.base_url).port)
    command = [sys.executable, *program, "--port", port, "--control-port", "0", "--data-dir", str(tmp_path)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stderr) == (1, f"Port {port} is taken by another program.\n")


def test_a_data_folder_that_cannot_be_made_is_reported_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    command = [sys.executable, "-m", "simulator", "--data-dir", str(tmp_path / "file")]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stderr) == (
        1, f"--data-dir: {tmp_path}/file/simulator cannot be used: Not a directory.\n",
    )  # fmt: skip


def test_a_data_folder_is_used_by_one_simulator_at_a_time(simulator: RunningSimulator) -> None:
    folder = Path(simulator.bundle).parents[1]
    command = [sys.executable, "-m", "simulator", "--port", "0", "--control-port", "0", "--data-dir", str(folder)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1


def test_a_stopped_simulator_starts_again_with_its_data(tmp_path: Path) -> None:
    first = RunningSimulator(tmp_path, "--as-of", "2026-10-01")
    first.control("POST", "/records/Account", {"Name": "Kept"})
    ids = first.control("POST", "/query", {"soql": "SELECT Id FROM Account"})["rows"]
    assert first.stop() == 0
    assert first.output().rstrip().endswith("The simulator has stopped.")
    second = RunningSimulator(tmp_path, "--as-of", "2026-10-01")
    try:
        assert second.control("POST", "/query", {"soql": "SELECT Id FROM Account"})["rows"] == ids
        assert second.variables["SSO_ENCRYPTION_PRIVATE_KEY"] == first.variables["SSO_ENCRYPTION_PRIVATE_KEY"]
    finally:
        assert second.stop() == 0
    shutil.rmtree(tmp_path)
