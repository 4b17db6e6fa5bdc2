"""A TLS error proves that the request was not sent, unless the handshake had succeeded."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sf.salesforce.errors import SalesforceError, TransientError
from sf.salesforce.http import Patience, Transport
from simulator.tls import Certificates, certificates


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Certificates:
    made = certificates(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(made.bundle))
    return made


@contextmanager
def listening(serve: Callable[[socket.socket], None]) -> Iterator[str]:
    """Serve one connection, and yield the address."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            with server.accept()[0] as connection:
                serve(connection)

        thread = threading.Thread(target=accept)
        thread.start()
        yield f"https://127.0.0.1:{server.getsockname()[1]}"
        thread.join(10)


def failure_of(address: str) -> SalesforceError:
    with pytest.raises(SalesforceError) as caught:
        Transport(patience=Patience.for_seconds(10)).send("POST", f"{address}/services/data", data=b"{}")
    return caught.value


@pytest.mark.parametrize("file_disappears", [False, True])
def test_after_a_tls_error_in_the_answer_the_outcome_is_unknown(files: Certificates, file_disappears: bool) -> None:
    received = []

    def break_the_answer(connection: socket.socket) -> None:
        with files.context().wrap_socket(connection.dup(), server_side=True) as encrypted:
            received.append(encrypted.recv(65_536))
            if file_disappears:
                files.bundle.unlink()
            connection.sendall(b"\x17\x03\x03\x00\x20" + b"x" * 32)  # a record that this session did not encrypt

    with listening(break_the_answer) as address:
        failure = failure_of(address)
    assert received[0].startswith(b"POST /services/data")
    assert isinstance(failure, TransientError)
    assert failure.outcome_unknown


def test_after_a_failed_handshake_it_is_certain_that_nothing_was_sent(files: Certificates) -> None:
    with listening(lambda connection: connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as address:
        failure = failure_of(address)
    assert not failure.outcome_unknown


def test_an_untrusted_certificate_gets_no_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificates(tmp_path / "trusted").bundle))
    unknown = certificates(tmp_path / "unknown").context()

    def refuse(connection: socket.socket) -> None:
        with pytest.raises(OSError, match=r"(?i)unknown ca"):
            unknown.wrap_socket(connection, server_side=True)

    with listening(refuse) as address:
        failure = failure_of(address)
    assert "its TLS certificate is not trusted" in str(failure)
    assert not failure.outcome_unknown


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_without_usable_authorities_it_is_certain_that_nothing_was_sent(
    files: Certificates, content: str | None
) -> None:
    files.bundle.unlink()
    if content:
        files.bundle.write_text(content)
    with socket.create_server(("127.0.0.1", 0)) as server:
        failure = failure_of(f"https://127.0.0.1:{server.getsockname()[1]}")
    assert "REQUESTS_CA_BUNDLE" in str(failure)
    assert not failure.outcome_unknown
