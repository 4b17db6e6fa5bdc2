"""Proxies: all calls go through the proxy, and its password is never shown."""

from __future__ import annotations

import select
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Sum

from sf.connection.clients import make_salesforce_client
from sf.models import SFAPIUsageLog
from sf.salesforce.errors import SalesforceError
from sf.sync.usage import UsageCounter
from tests.sf.cache import last_run, sync
from tests.simulated import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


class _Tunnel(socketserver.BaseRequestHandler):
    """A minimal ``CONNECT`` proxy."""

    server: Proxy

    def handle(self) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            head += self.request.recv(4096)
        target = head.split()[1].decode()
        self.server.targets.append(target)
        if self.server.refuses:
            self.request.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            return
        host, _, port = target.rpartition(":")
        with socket.create_connection((host, int(port)), timeout=10) as beyond:
            self.request.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            _carry(self.request, beyond)


def _carry(one: socket.socket, other: socket.socket) -> None:
    while True:
        for ready in select.select([one, other], [], [], 30)[0]:
            data = ready.recv(65536)
            if not data:
                return
            (other if ready is one else one).sendall(data)


class Proxy(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, *, refuses: bool) -> None:
        super().__init__(("127.0.0.1", 0), _Tunnel)
        self.refuses = refuses
        self.targets: list[str] = []


@contextmanager
def proxy(*, refuses: bool = False) -> Iterator[Proxy]:
    with Proxy(refuses=refuses) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def test_login_and_calls_go_through_the_proxy(simulator: Simulator, settings: Any) -> None:
    with proxy() as server:
        settings.SALESFORCE_PROXY = f"http://127.0.0.1:{server.server_address[1]}"
        assert make_salesforce_client(UsageCounter("test")).limits()
    assert set(server.targets) == {simulator.variables["SALESFORCE_HOST"].removeprefix("https://")}
    assert simulator.calls() == 2


def test_the_error_names_a_proxy_that_refuses_the_call(simulator: Simulator, settings: Any) -> None:
    with proxy(refuses=True) as server:
        settings.SALESFORCE_PROXY = f"http://somebody:canary@127.0.0.1:{server.server_address[1]}"
        with pytest.raises(SalesforceError, match=r"the proxy \(SALESFORCE_PROXY\) cannot be used: .*407") as caught:
            make_salesforce_client(UsageCounter("test")).limits()
    assert "canary" not in str(caught.value)
    assert simulator.calls() == 0


def test_a_change_whose_answer_was_lost_behind_a_proxy_may_have_been_made(simulator: Simulator, settings: Any) -> None:
    simulator.fail("drop_after", path="/sobjects/Case", times=1)
    with proxy() as server:
        settings.SALESFORCE_PROXY = f"http://127.0.0.1:{server.server_address[1]}"
        with pytest.raises(CommandError, match=r"may have been made anyway") as caught:
            call_command("sf", "create", "Case", "Subject=through a proxy", "--yes")
    assert "cannot be used" not in str(caught.value)
    assert len(simulator.ids("Case", "Subject = 'through a proxy'")) == 1
    assert SFAPIUsageLog.objects.aggregate(calls=Sum("call_count"))["calls"] == simulator.calls()


@pytest.mark.parametrize("proxy_url", ["http://somebody:canary@proxy:99999", "http://somebody:can@ary@proxy:99999"])
def test_an_invalid_proxy_url_is_shown_without_its_password(
    simulator: Simulator, settings: Any, caplog: pytest.LogCaptureFixture, proxy_url: str
) -> None:
    settings.SALESFORCE_PROXY = proxy_url
    with pytest.raises(CommandError):
        sync("sync_books")
    message = last_run("books").message
    assert "***@proxy:99999" in message
    assert "can" not in message.replace("cannot", "")
    assert "canary" not in caplog.text


def test_a_proxys_password_is_not_shown_by_the_check(
    simulator: Simulator, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.SALESFORCE_PROXY = "http://somebody:canary@127.0.0.1:1"
    with pytest.raises(CommandError):
        call_command("sf", "check")
    output = capsys.readouterr().out
    assert "through the proxy 127.0.0.1" in output
    assert "canary" not in output
