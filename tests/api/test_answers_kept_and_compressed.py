"""Conditional requests, cache headers, compression, and CSV for programs and for spreadsheets."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from api.domain.scopes import Scope
from tests.api import records
from tests.api.cookies import UUID

GZIP = {"Accept-Encoding": "gzip, br"}


@pytest.fixture
def reader(service: Callable[..., Client]) -> Client:
    return service(*Scope)


def not_modified(client: Client, path: str, etag: str) -> Any:
    return client.get(path, headers={"If-None-Match": etag})


@pytest.mark.parametrize(
    "path", ["schools/{id}", "records/accounts/{id}/", "records/accounts/", "records/accounts/?limit=1&format=csv"]
)
def test_a_repeated_read_is_304_until_something_changes(reader: Client, path: str) -> None:
    school = records.school("Example College")
    records.school("Other College")
    path = "/api/v1/" + path.format(id=school.id)
    first = reader.get(path)
    assert first["Cache-Control"] == "private, no-cache"
    for condition in (first["ETag"], f'"other", {first["ETag"]}', "*"):
        again = not_modified(reader, path, condition)
        assert (again.status_code, again.content) == (304, b""), condition
        assert again["ETag"] == first["ETag"]
        assert ("X-As-Of" in again, "Link" in again) == ("X-As-Of" in first, "Link" in first)
    school.__class__.objects.filter(pk=school.pk).update(city="Elsewhere")
    assert not_modified(reader, path, first["ETag"]).status_code == 200


@pytest.mark.parametrize("path", ["books", "schools?name=example", "records/accounts/?format=csv", "openapi.json"])
def test_a_304_does_not_call_the_answer_empty(reader: Client, path: str) -> None:
    """Some caches would take ``Content-Length: 0`` for the length of the answer that they keep."""
    records.school("Example College")
    etag = reader.get(f"/api/v1/{path}")["ETag"]
    for method in (reader.get, reader.head):
        again = method(f"/api/v1/{path}", headers={"If-None-Match": etag})
        assert (again.status_code, "Content-Length" in again) == (304, False)


def test_a_304_names_the_same_headers_in_vary_as_the_answer(reader: Client, settings: Any) -> None:
    """A cache replaces the ``Vary`` of a kept answer, and would then send a compressed answer to every client."""
    settings.CORS_ALLOWED_ORIGINS = ["https://openstax.org"]
    for number in range(30):
        records.school(f"Example College {number}")
    for path in ("schools?name=example", "records/accounts/", "openapi.json"):
        answer = reader.get(f"/api/v1/{path}", headers=GZIP)
        again = reader.get(f"/api/v1/{path}", headers={**GZIP, "If-None-Match": answer["ETag"]})
        assert again.status_code == 304
        assert set(again["Vary"].split(", ")) == set(answer["Vary"].split(", "))


def test_each_format_and_choice_of_columns_has_its_own_etag(reader: Client) -> None:
    records.school("Example College")
    queries = ["", "?format=csv", "?format=csv&dialect=excel", "?fields=name", "?limit=1"]
    tags = [reader.get(f"/api/v1/records/accounts/{query}")["ETag"] for query in queries]
    assert len(set(tags)) == len(queries) - 1, "with one record, a limit of one returns the same page"


def test_if_unmodified_since_is_ignored_and_a_wrong_if_match_is_412(reader: Client) -> None:
    school = records.school("Example College")
    for path in ("books", f"schools/{school.id}", "schools?name=example", "records/accounts/"):
        headers = {"If-Unmodified-Since": "Wed, 01 Jan 2020 00:00:00 GMT"}
        assert reader.get(f"/api/v1/{path}", headers=headers).status_code == 200
        answer = reader.get(f"/api/v1/{path}", headers={"If-Match": '"x"'})
        assert (answer.status_code, answer.json()["type"]) == (412, "precondition_failed")


def test_an_answer_to_expire_true_is_not_cached(user: Client) -> None:
    contact = records.contact(accounts_uuid=UUID)
    records.adoption(contact=contact)
    assert "max-age" in user.get("/api/v1/adoptions")["Cache-Control"]
    assert user.get("/api/v1/adoptions?expire=true")["Cache-Control"] == "no-store"
    assert user.get("/api/v1/contact?expire=true")["Cache-Control"] == "no-store"


def test_large_answers_are_compressed_for_clients_that_accept_gzip(reader: Client) -> None:
    for number in range(30):
        records.school(f"Example College {number}")
    for path in ("schools?name=example", "records/accounts/", "records/accounts/?format=csv", "openapi.json"):
        plain = reader.get(f"/api/v1/{path}")
        assert "Content-Encoding" not in plain
        packed = reader.get(f"/api/v1/{path}", headers=GZIP)
        assert packed["Content-Encoding"] == "gzip", path
        assert "Accept-Encoding" in packed["Vary"]
        assert len(packed.content) < len(plain.content) / 3
        assert "as_of" in plain.text or gzip.decompress(packed.content) == plain.content
        head = reader.head(f"/api/v1/{path}", headers=GZIP)
        assert (head["Content-Encoding"], head.content) == ("gzip", b"")
        if etag := packed.get("ETag"):
            assert not_modified(reader, f"/api/v1/{path}", etag).status_code == 304


def test_small_answers_and_answers_with_a_secret_are_not_compressed(user: Client, reader: Client) -> None:
    records.school("Example College")
    assert "Content-Encoding" not in reader.get("/api/v1/schools?name=example", headers=GZIP)
    for path in ("/api/v1/me", "/api/v1/docs/"):
        answer = user.get(path, headers=GZIP)
        assert answer.status_code == 200
        assert "Content-Encoding" not in answer, path


def test_the_format_parameter_overrides_the_accept_header_and_weights_are_respected(reader: Client) -> None:
    records.school("Example College")
    for query, accept, form in (
        ("?format=csv", "application/json", "text/csv"),
        ("?format=json", "text/html", "application/json"),
        ("?format=csv", "application/xml", "text/csv"),
        ("", "text/csv, application/json;q=0.5", "text/csv"),
        ("", "text/csv;q=0.1, application/json;q=0.5", "application/json"),
        ("", "*/*", "application/json"),
        ("", "application/json; charset=utf-8", "application/json"),
        ("", "TEXT/CSV; header=present", "text/csv"),
        ("", "text/*;q=0.5, application/xml", "text/csv"),
        ("", "text/html; a*=undefined''%41, text/html; a*=nonsense''x, text/csv", "text/csv"),
    ):
        answer = reader.get(f"/api/v1/records/accounts/{query}", headers={"Accept": accept})
        assert answer["Content-Type"].startswith(form), (query, accept)
    assert reader.get("/api/v1/records/accounts/", headers={"Accept": "text/csv;q=0"}).status_code == 406
    # Newer versions of Python can read this parameter, older ones cannot.
    assert reader.get("/api/v1/records/accounts/", headers={"Accept": "text/csv; a*=x; a*0=y, */*"}).status_code == 200


FORMULAS = ['=HYPERLINK("//e.vil","ok")', "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1"]


@pytest.mark.parametrize("name", [*FORMULAS, "Université", "a=b", "O'Brien", ""])
def test_a_spreadsheet_runs_no_formula_and_reads_accents(reader: Client, name: str) -> None:
    records.school(name, assignments_created=-5)
    path = "/api/v1/records/accounts/?format=csv"
    for_programs = reader.get(path)
    assert not for_programs.content.startswith(b"\xef\xbb\xbf")
    [row] = csv.DictReader(io.StringIO(for_programs.content.decode(), newline=""))
    assert row["name"] == name
    for_people = reader.get(f"{path}&dialect=excel")
    assert for_people.content.startswith(b"\xef\xbb\xbf")
    [row] = csv.DictReader(io.StringIO(for_people.content.decode("utf-8-sig"), newline=""))
    assert row["name"] == (f"'{name}" if name in FORMULAS else name)
    assert row["assignments_created"] == "-5", "a number is not escaped as a formula"


def test_csv_is_a_file_with_a_name(reader: Client) -> None:
    school = records.school("Example College")
    for path, stem in (("", "accounts"), (f"{school.id}/", f"accounts-{school.id}")):
        disposition = reader.get(f"/api/v1/records/accounts/{path}?format=csv")["Content-Disposition"]
        assert disposition.startswith(f'attachment; filename="{stem}-20')
        assert disposition.endswith('.csv"')
        assert "Content-Disposition" not in reader.get(f"/api/v1/records/accounts/{path}")


def test_the_html_page_links_to_the_file_for_spreadsheets(super_user: Client) -> None:
    records.school("Example College")
    page = super_user.get("/api/v1/records/accounts/?limit=1", headers={"Accept": "text/html"}).content.decode()
    assert re.search(r'href="[^"]*format=csv[^"]*&amp;dialect=excel"', page)
    file = super_user.get("/api/v1/records/accounts/?limit=1&format=csv&dialect=excel")
    assert file.content.startswith(b"\xef\xbb\xbf")


def test_the_openapi_document_lists_the_csv_dialects(reader: Client) -> None:
    document = json.loads(reader.get("/api/v1/openapi.json").content)
    parameters = document["paths"]["/api/v1/records/accounts"]["get"]["parameters"]
    [dialect] = [parameter for parameter in parameters if parameter["name"] == "dialect"]
    assert dialect["schema"]["enum"] == ["rfc4180", "excel"]
