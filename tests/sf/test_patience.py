"""A caller's time limit also limits the wait for another thread's login, and for a slow answer."""

from __future__ import annotations

import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from django.db import connection

from sf.connection.clients import make_salesforce_client
from sf.salesforce.errors import TransientError
from sf.salesforce.http import Patience, Transport
from sf.sync.usage import UsageCounter
from simulator.tls import certificates
from tests.simulated import Simulator

pytestmark = pytest.mark.slow


@pytest.mark.django_db(transaction=True)
def test_a_caller_waits_for_another_threads_login_only_within_its_time_limit(simulator: Simulator) -> None:
    simulator.fail("hang", path="oauth2/token", seconds=5)
    patient = make_salesforce_client(UsageCounter("test"), Patience(deadline=0))

    def log_in() -> None:
        try:
            patient.session()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        other = thread.submit(log_in)
        while not simulator.calls_to("oauth2/token"):
            time.sleep(0.01)
        with pytest.raises(TransientError, match="another login is still under way"):
            make_salesforce_client(UsageCounter("test"), Patience.for_seconds(0.3)).session()
        assert not other.done()
        simulator.post("/reset", {"faults": True})
        assert isinstance(other.exception(), TransientError)
    assert make_salesforce_client(UsageCounter("test"), Patience.for_seconds(5)).session()


@pytest.mark.parametrize("keep_alive", [True, False], ids=["kept connection", "closed connection"])
@pytest.mark.parametrize("then", ["trickle", "stall"])
def test_a_slow_answer_is_waited_for_only_until_the_deadline(keep_alive: bool, then: str) -> None:
    with slow_server(keep_alive=keep_alive, then=then) as url:
        with pytest.raises(TransientError, match="no answer in time") as caught:
            Transport(patience=Patience.for_seconds(0.6)).send("POST", url)
        assert caught.value.outcome_unknown
        assert Transport(patience=Patience.for_seconds(20)).send("POST", url).json() == {"id": "1"}


def test_late_headers_leave_less_time_for_the_body() -> None:
    class Late(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(65536)
            time.sleep(1.5)
            self.request.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{")
            self.request.recv(1)  # until the client has stopped waiting

    with served(Late) as url:
        began = time.monotonic()
        with pytest.raises(TransientError, match="no answer in time"):
            Transport(patience=Patience.for_seconds(2)).send("POST", url)
        assert time.monotonic() - began < 3


@pytest.mark.parametrize("patience", [Patience.for_seconds, lambda seconds: Patience(read_timeout=seconds)])
def test_headers_that_arrive_byte_by_byte_are_waited_for_only_until_the_deadline(
    patience: Callable[[float], Patience],
) -> None:
    class Trickle(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(65536)
            with suppress(OSError):
                for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 60 + b"\r\nContent-Length: 2\r\n\r\n{}":
                    time.sleep(0.1)
                    self.request.sendall(bytes([byte]))

    with served(Trickle) as url:
        began = time.monotonic()
        with pytest.raises(TransientError, match="no answer in time"):
            Transport(patience=patience(1)).send("POST", url)
        assert time.monotonic() - began < 5


def test_a_slow_proxy_does_not_shorten_the_timeout_of_the_handshake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = certificates(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(files.bundle))

    class SlowProxy(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(65536)
            for piece in (b"HTTP/1.1 200 OK\r\n", b"\r\n"):
                time.sleep(0.8)
                self.request.sendall(piece)
            time.sleep(1.6)
            with files.context().wrap_socket(self.request.dup(), server_side=True) as encrypted:
                encrypted.recv(65536)
                encrypted.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    with served(SlowProxy) as proxy:
        transport = Transport(proxy=proxy, patience=Patience(connect_timeout=2))
        assert transport.send("POST", "https://127.0.0.1/").json() == {}


def test_a_timeout_for_reading_applies_to_each_piece_of_the_body() -> None:
    with slow_server(keep_alive=True, then="trickle") as url:
        assert Transport(patience=Patience(read_timeout=1)).send("POST", url).json() == {"id": "1"}


@contextmanager
def slow_server(*, keep_alive: bool, then: str) -> Iterator[str]:
    """Serve a body that takes two seconds: in small pieces, or with a long pause before the last bytes."""
    body = b" " * 20 + b'{"id": "1"}'
    closes = b"" if keep_alive else b"Connection: close\r\n"

    class Slow(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(65536)
            head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
            self.request.sendall(head + closes + b"Content-Length: %d\r\n\r\n" % len(body))
            with suppress(OSError):
                for place in range(20):
                    if then == "trickle" or place < 3:
                        time.sleep(0.1)
                    self.request.sendall(body[place : place + 1])
                if then == "stall":
                    time.sleep(1.7)
                self.request.sendall(body[20:])

    with served(Slow) as url:
        yield url


@contextmanager
def served(handler: type[socketserver.BaseRequestHandler]) -> Iterator[str]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads, server.block_on_close = True, False
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
