"""Run simple-mockforce as a server: repeat each HTTPS request in the mock, and return its answer.

The mock is a library. It answers only requests that this process sends to ``*.salesforce.com`` with the package
``requests``.

``python -m tests.conformance.clients.mockforce_server CERTIFICATE`` runs the server and prints its address.
"""

from __future__ import annotations

import json
import ssl
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import urlsplit

import requests
from requests.exceptions import ConnectionError as NotMocked
from simple_mockforce import mock_salesforce

NOT_THERE = json.dumps([{"errorCode": "NOT_FOUND", "message": "The mock does not know this resource"}]).encode()


class Bridge(BaseHTTPRequestHandler):
    # One request for each connection, one at a time: the mock's records are not protected by a lock.

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status, content = _ask_mock(self.command, self.path, body)
        self.send_response(status)
        self.send_header("Content-Type", "text/xml" if content.startswith(b"<") else "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PATCH = do_DELETE = answer  # noqa: N815 (names of http.server)


def _ask_mock(method: str, target: str, body: bytes) -> tuple[int, bytes]:
    path, query = urlsplit(target).path, urlsplit(target).query
    if path.endswith(("/query", "/queryAll")) or (method == "POST" and "/sobjects/" in path):
        path = path.rstrip("/") + "/"  # the mock knows these paths only as simple-salesforce spells them
    url = f"https://mock.salesforce.com{path}{'?' if query else ''}{query}"
    try:
        answer = requests.request(method, url, data=body, timeout=10)
    except NotMocked:
        return 404, NOT_THERE
    except Exception as error:  # noqa: BLE001 (the mock's own defects, which it raises into the caller)
        problem = {"errorCode": "MALFORMED_QUERY", "message": f"the mock: {type(error).__name__}: {error}"}
        return 400, json.dumps([problem]).encode()
    # The mock's token answer must contain this server's host.
    return answer.status_code, answer.content.replace(b"https://mock.salesforce.com", _address.encode())


@mock_salesforce
def _serve(server: HTTPServer) -> None:
    server.serve_forever()


_server = HTTPServer(("127.0.0.1", 0), Bridge)
_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
_context.load_cert_chain(sys.argv[1])
_server.socket = _context.wrap_socket(_server.socket, server_side=True)
_address = f"https://localhost:{_server.server_port}"
print(_address, flush=True)
_serve(_server)
