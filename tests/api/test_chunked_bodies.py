"""Requests with ``Transfer-Encoding: chunked`` instead of ``Content-Length``."""

from __future__ import annotations

import io
import json
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from api.auth.api_keys import create_api_key
from api.domain.scopes import Scope
from api.middleware.chunked_bodies import with_chunked_bodies
from tests.api.served import gunicorn

CASE = b'{"subject": "s", "description": "d"}'
CHUNKED = "Transfer-Encoding: chunked"


@pytest.fixture
def served(database: str) -> Iterator[str]:
    with gunicorn(database, workers=1, DEBUG="off", SALESFORCE_API_RATE_LIMIT="1000/min") as url:
        yield url


def chunks(*parts: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (*parts, b""))


def send(url: str, key: str, body: bytes, *headers: str) -> tuple[int, dict[str, Any]]:
    """Send exactly these bytes as the body of ``POST /case``; return the answer's status and body."""
    host, port = urlsplit(url).hostname, urlsplit(url).port
    lines = [
        "POST /api/v1/case HTTP/1.1", f"Host: {host}:{port}", f"Authorization: Bearer {key}",
        "Content-Type: application/json", "Connection: close", *headers,
    ]  # fmt: skip
    with socket.create_connection((str(host), int(port or 0)), timeout=60) as connection:
        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        connection.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, content = answer.partition(b"\r\n\r\n")
    if b"chunked" in head.lower():
        content = content.partition(b"\r\n")[2].rpartition(b"\r\n0\r\n")[0]
    return int(head.split()[1]), json.loads(content) if b"application/json" in head else {}


def test_a_chunked_body_is_read_and_a_broken_or_huge_body_is_refused(served: str) -> None:
    key = create_api_key(name="x", scopes=[Scope.WRITE_CASES]).text
    for body in (chunks(CASE), chunks(CASE[:5], CASE[5:]), chunks(*(bytes([byte]) for byte in CASE))):
        status, answer = send(served, key, body, CHUNKED)
        assert (status, answer.get("subject")) == (202, "s"), answer
    for body in (b"zz\r\n" + CASE, b"5\r\n" + CASE):
        assert send(served, key, body, CHUNKED)[0] == 400, "gunicorn or SFAPI must refuse a broken body"
    status, answer = send(served, key, chunks(CASE)[:-9], CHUNKED)
    assert (status, answer["type"]) == (400, "request_malformed"), "a truncated body must be refused"
    status, answer = send(served, key, chunks(b" " * 2_000_000, b" " * 2_000_000), CHUNKED)
    assert (status, answer["type"]) == (413, "body_too_large")
    status, answer = send(served, key, chunks(), CHUNKED)
    assert (status, answer["type"]) == (422, "field_invalid"), "an empty body must count as a missing body"
    with_length = send(served, key, CASE, f"Content-Length: {len(CASE)}")
    assert with_length[0] == 202
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    streamed = requests.post(f"{served}/api/v1/case", data=iter([CASE[:9], CASE[9:]]), headers=headers, timeout=60)
    assert streamed.status_code == 202, "the body of a streaming client must be read"


# Django checks a connection that an earlier test left open. pytest-django allows this only with the mark.
@pytest.mark.django_db
def test_a_chunked_body_gets_411_without_wsgi_input_terminated() -> None:
    """A server sets ``wsgi.input_terminated`` when it detects where a chunked body ends."""
    from django.core.wsgi import get_wsgi_application

    statuses: list[str] = []
    environ = {
        "REQUEST_METHOD": "POST", "PATH_INFO": "/api/v1/case", "SERVER_NAME": "testserver", "SERVER_PORT": "80",
        "HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input": io.BytesIO(chunks(CASE)), "wsgi.url_scheme": "https",
    }  # fmt: skip
    application = with_chunked_bodies(get_wsgi_application())
    body = b"".join(application(environ, lambda status, headers: statuses.append(status)))
    assert statuses == ["411 Length Required"]
    assert json.loads(body)["type"] == "length_required"
