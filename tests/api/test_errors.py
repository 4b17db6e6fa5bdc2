"""Every API error has the same format, whatever layer it comes from; every answer has a request id."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from api.domain.error_types import ErrorType
from api.domain.scopes import Scope
from api.http.request_id import RequestIdFilter, get_current_request_id
from api.middleware.requests import RequestIdMiddleware


@pytest.fixture(autouse=True)
def door_routes(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.api.doors"


@pytest.fixture
def forgiving(db: None) -> Client:
    """A client that does not raise when a view crashes, but returns the answer 500 as a server does."""
    return Client(raise_request_exception=False)


def assert_shape(answer: Any, status: int) -> dict[str, Any]:
    assert answer.status_code == status
    assert answer["Content-Type"].startswith("application/json")
    body: dict[str, Any] = answer.json()
    assert body["code"] == status
    assert len(body["message"]) > 10
    assert body["detail"] == body["message"]
    assert body["type"] in list(ErrorType)
    assert answer["X-Request-ID"]
    return body


@pytest.mark.parametrize("debug", [False, True])
def test_errors_of_every_layer_have_the_same_shape(forgiving: Client, settings: Any, debug: bool) -> None:
    settings.DEBUG = debug
    json_body: dict[str, Any] = {"content_type": "application/json"}
    notes = "/api/doors/notes"
    assert_shape(forgiving.get("/api/nowhere"), 404)
    assert_shape(forgiving.get("/api/v1/nowhere"), 404)
    assert_shape(forgiving.get("/api/v1/"), 404)
    assert "GET" in forgiving.post("/api/v1/me")["Allow"]
    assert_shape(forgiving.post("/api/v1/me"), 405)
    assert_shape(forgiving.get("/api/v1/me", HTTP_HOST="evil.example"), 400)
    assert_shape(forgiving.post(notes, {"text": "as a form"}), 415)
    assert_shape(forgiving.post(notes, b"text", content_type="text/plain"), 415)
    assert_shape(forgiving.post(notes, b"{", **json_body), 400)
    assert_shape(forgiving.post(notes, b"\xff", **json_body), 400)
    assert_shape(forgiving.post(notes, b'{"text": NaN}', **json_body), 400)
    assert_shape(forgiving.post(notes, b"[" * 100_000, **json_body), 400)
    assert_shape(forgiving.post(notes, b'"' + b"a" * 3_000_000 + b'"', **json_body), 413)
    body = assert_shape(forgiving.get("/api/doors/crash"), 500)
    assert "secret" not in json.dumps(body)
    body = assert_shape(forgiving.get("/api/doors/database-away"), 503)
    assert "10.1.2.3" not in json.dumps(body)
    assert int(forgiving.get("/api/doors/database-away")["Retry-After"]) > 0


@pytest.mark.parametrize(
    ("headers", "content_type", "status", "words"),
    [
        ({"Content-Encoding": "gzip"}, "application/json", 415, "without Content-Encoding"),
        ({"Content-Encoding": "br, gzip"}, "application/json", 415, "without Content-Encoding"),
        ({}, "application/json; charset=nonsense", 415, "must be UTF-8"),
        ({}, "application/json; charset=utf-16", 415, "must be UTF-8"),
        ({}, "application/json; name*=nonsense''a", 415, "Content-Type: application/json"),
        ({}, "application/json; name*=undefined''%41", 415, "Content-Type: application/json"),
        ({"Content-Encoding": "identity"}, 'application/json; charset="UTF-8"', 200, "text"),
        ({}, "application/json", 200, "text"),
    ],
)
def test_only_uncompressed_utf_8_bodies_are_accepted(
    forgiving: Client, headers: dict[str, str], content_type: str, status: int, words: str
) -> None:
    answer = forgiving.generic("POST", "/api/doors/notes", b'{"text": "a"}', content_type, headers=headers)
    assert answer.status_code == status
    assert words in answer.text


def test_a_parameter_that_only_newer_pythons_can_read_is_no_server_error(forgiving: Client) -> None:
    answer = forgiving.generic("POST", "/api/doors/notes", b'{"text": "a"}', "application/json; name*=a; name*0=b")
    assert answer.status_code in {200, 415}


def test_utf_16_is_refused_and_a_byte_order_mark_before_utf_8_is_accepted(forgiving: Client) -> None:
    body = '{"text": "é"}'
    utf_16 = forgiving.post("/api/doors/notes", body.encode("utf-16"), content_type="application/json")
    assert assert_shape(utf_16, 400)["message"] == "The body is not UTF-8."
    marked = forgiving.post("/api/doors/notes", body.encode("utf-8-sig"), content_type="application/json")
    assert marked.json() == {"text": "é"}


@pytest.mark.parametrize(
    ("body", "words"), [("[]", "Must be a JSON object"), ("null", "Must be a JSON object"), ("{}", "This is required")]
)
def test_validation_messages_use_the_words_of_json(service: Callable[..., Client], body: str, words: str) -> None:
    answer = service(Scope.WRITE_CASES).post("/api/v1/case", body, content_type="application/json")
    assert answer.json()["errors"][0]["message"] == words


def test_validation_errors_name_each_field(forgiving: Client) -> None:
    answer = forgiving.post("/api/doors/notes", {"number": "many"}, content_type="application/json")
    body = assert_shape(answer, 422)
    assert [error["loc"] for error in body["errors"]] == [["body", "text"], ["body", "number"]]
    assert "text" in body["message"]


def test_a_number_with_too_many_digits_is_refused_without_advice_for_python_programmers(forgiving: Client) -> None:
    answer = forgiving.post("/api/doors/notes", f'{{"number": {"1" * 5000}}}', content_type="application/json")
    assert assert_shape(answer, 400)["message"] == "The JSON has a number with too many digits."


@pytest.mark.parametrize("text", ["\0", "a\0b", "\ud800"])
def test_text_that_postgresql_cannot_store_is_refused(forgiving: Client, text: str) -> None:
    answer = forgiving.post("/api/doors/notes", json.dumps({"text": text}), content_type="application/json")
    assert assert_shape(answer, 422)["errors"][0]["loc"] == ["body", "text"]


@pytest.mark.parametrize("text", ["’; DROP TABLE api_user; --", "100 % _", "\\", "שלום", "🦊", "a" * 100_000])
def test_odd_text_that_postgresql_can_store_arrives_unchanged(forgiving: Client, text: str) -> None:
    answer = forgiving.post("/api/doors/notes", {"text": text}, content_type="application/json")
    assert answer.json() == {"text": text}


def test_errors_outside_of_the_api_are_html_pages(forgiving: Client) -> None:
    assert forgiving.get("/nowhere")["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("offered", ["abc-123", "0af7651916cd43dd8448eb211c80319c", "a" * 128])
def test_a_valid_request_id_of_the_client_is_kept(anonymous: Client, offered: str) -> None:
    for path in ("/api/v1/me", "/ping/", "/nowhere"):
        assert anonymous.get(path, headers={"X-Request-ID": offered})["X-Request-ID"] == offered


@pytest.mark.parametrize("offered", ["", "a" * 129, "two words", "x;y", "<script>", "é"])
def test_an_invalid_request_id_is_replaced(anonymous: Client, offered: str) -> None:
    first, second = (anonymous.get("/ping/", headers={"X-Request-ID": offered})["X-Request-ID"] for _ in range(2))
    assert len(first) == 36
    assert first != second


def test_the_request_id_is_in_the_log_lines_of_the_request(rf: Any) -> None:
    lines: list[logging.LogRecord] = []

    def view(request: Any) -> Any:
        record = logging.LogRecord("x", logging.INFO, "", 0, "message", (), None)
        RequestIdFilter().filter(record)
        lines.append(record)
        return HttpResponse()

    RequestIdMiddleware(view)(rf.get("/", headers={"X-Request-ID": "abc-123"}))
    assert vars(lines[0])["request_id"] == "abc-123"
    assert get_current_request_id() == "abc-123"


def test_answers_are_not_cached_by_default(anonymous: Client) -> None:
    answer = anonymous.get("/api/v1/me")
    assert answer["Cache-Control"] == "no-store"
    assert {"Cookie", "Authorization"} <= {name.strip() for name in answer["Vary"].split(",")}
