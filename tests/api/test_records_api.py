"""``/records/``: contents and formats of the answers, errors, the rate limit, the OpenAPI document."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from api.domain.scopes import Scope
from api.records.resources import RESOURCES
from sf.models.record import CachedRecord
from tests.api import records
from tests.api.cookies import UUID
from tests.api.records_reader import ACCOUNTS, page, read_all, reader, refusal

__all__ = ["reader"]


# -- what is in an answer -----------------------------------------------------------------------------------


def test_the_answers_contain_every_column_that_is_not_generated(reader: Client) -> None:
    school, book = records.school(assignable_maturity_score=3), records.book()
    contact = records.contact(account=school)
    opportunity = records.opportunity(contact=contact, account=school, book=book, amount="12.50", probability=12.5)
    records.adoption(contact=contact, opportunity=opportunity, savings="99.9", confirmation_date="2026-02-03")
    for resource in RESOURCES:
        path = f"/api/v1/records/{resource.name}/"
        row = page(reader, path)["results"][0]
        assert list(row) == [field.column for field in resource.model._meta.concrete_fields if not field.generated]
        validated = resource.row_schema.model_validate(row).model_dump(mode="json")
        assert {name: type(value) for name, value in row.items()} == {
            name: type(value) for name, value in validated.items()
        }
        assert reader.get(f"{path}{row['id']}/").json() == row
    assert page(reader, "/api/v1/records/opportunities/")["results"][0]["account_id"] == school.id


def test_a_record_is_found_by_the_first_15_characters_of_its_id(reader: Client) -> None:
    school = records.school("Example College")
    assert reader.get(f"{ACCOUNTS}{school.id[:15]}/").json()["name"] == "Example College"
    missing = records.salesforce_id("001")
    assert reader.get(f"{ACCOUNTS}{missing}/").status_code == 404
    assert refusal(reader, f"{ACCOUNTS}1/")["errors"][0]["loc"] == ["path", "id"]


def test_columns_can_be_selected_with_fields_and_the_id_is_always_included(reader: Client) -> None:
    school = records.school("Example College", city="Austin")
    expected = {"id": school.id, "name": "Example College", "city": "Austin"}
    assert page(reader, fields="city,name")["results"] == [expected]
    assert reader.get(f"{ACCOUNTS}{school.id}/", {"fields": "city,name"}).json() == expected
    assert refusal(reader, fields="name,sity")["errors"][0]["loc"] == ["query", "fields", 1]


def test_deleted_records_are_returned_only_on_request(reader: Client) -> None:
    kept, gone = records.school(), records.school(is_deleted=True)
    assert [row["id"] for row in read_all(reader)] == [kept.id]
    assert [row["id"] for row in read_all(reader, include_deleted="true")] == [kept.id, gone.id]
    assert reader.get(f"{ACCOUNTS}{gone.id}/").status_code == 404
    assert reader.get(f"{ACCOUNTS}{gone.id}/", {"include_deleted": "true"}).json()["is_deleted"] is True


def test_records_are_filtered_by_columns(reader: Client) -> None:
    texan = records.school("Texan", state="Texas", assignments_created=7)
    other = records.school("Other", state=None)
    assert [row["id"] for row in read_all(reader, state="Texas")] == [texan.id]
    assert [row["id"] for row in read_all(reader, state="")] == [other.id]
    assert [row["id"] for row in read_all(reader, assignments_created="7")] == [texan.id]
    assert [row["id"] for row in read_all(reader, id=other.id[:15])] == [other.id]
    opportunity = records.opportunity(account=texan, is_won=True, close_date="2026-01-31")
    records.opportunity(account=other, is_won=False)
    path = "/api/v1/records/opportunities/"
    for query in ({"account_id": texan.id}, {"is_won": "true"}, {"close_date": "2026-01-31"}):
        assert [row["id"] for row in page(reader, path, **query)["results"]] == [opportunity.id]
    contact = records.contact()
    for uuid in (UUID, UUID.upper()):
        [row] = page(reader, "/api/v1/records/contacts/", accounts_uuid=uuid)["results"]
        assert (row["id"], row["accounts_uuid"]) == (contact.id, UUID)


@pytest.mark.parametrize("yes", ["true", "1", "yes", "on", "True"])
def test_records_accept_the_same_spellings_of_booleans_as_other_routes(reader: Client, user: Client, yes: str) -> None:
    kept, gone = records.school("Kept"), records.school("Gone", is_deleted=True)
    assert [row["id"] for row in read_all(reader, include_deleted=yes)] == [kept.id, gone.id]
    assert [row["id"] for row in read_all(reader, include_deleted="off")] == [kept.id]
    assert user.get("/api/v1/adoptions", {"confirmed": yes}).status_code == 404, (
        "the value is accepted, but the user has no adoptions"
    )


@pytest.mark.parametrize(
    ("query", "at"),
    [
        ({"stat": "Texas"}, "stat"),
        ({"limit": "0"}, "limit"),
        ({"limit": "5001"}, "limit"),
        ({"limit": "1e3"}, "limit"),
        ({"include_deleted": "maybe"}, "include_deleted"),
        ({"include_deleted": ""}, "include_deleted"),
        ({"modified_since": "2026-01-31"}, "modified_since"),
        ({"modified_since": "2026-01-31T12:00:00"}, "modified_since"),
        ({"modified_since": "2026-02-31T12:00:00Z"}, "modified_since"),
        ({"modified_since": "0001-01-01T00:00:00+14:00"}, "modified_since"),
        ({"modified_since": "9999-12-31T23:59:59-14:00"}, "modified_since"),
        ({"cursor": "x"}, "cursor"),
        ({"cursor": "WzEsMiwzXQ"}, "cursor"),
        ({"cursor": "é"}, "cursor"),
        ({"state": "a\0b"}, "state"),
        ({"assignments_created": "seven"}, "assignments_created"),
        ({"last_activity_date": "2026-02-30"}, "last_activity_date"),
        ({"id": "001"}, "id"),
        ({"format": "xml"}, "format"),
        ({"state": ["Texas", "Ohio"]}, "state"),
    ],
)
def test_invalid_parameters_are_refused(reader: Client, query: dict[str, Any], at: str) -> None:
    body = refusal(reader, **query)
    assert body["errors"][0]["loc"][:2] == ["query", at]
    assert at in body["message"]


def test_a_refusal_is_in_the_words_of_the_other_routes(reader: Client) -> None:
    assert refusal(reader, limit="5001")["message"] == "The request is not valid: limit: Must be 5000 or less."
    (field,) = refusal(reader, fields="id,nothing")["errors"]
    assert field["message"].startswith("Must be '")


@pytest.mark.parametrize(
    "moment",
    ["2026-01-31t12:00:00z", "2026-01-31T12:00:00.123456789+02:00", "2026-01-31T12:00:00+19:20",
     "0001-01-01T00:00:00Z", "2026-01-31T12:00:00-23:59"],
)  # fmt: skip
def test_times_with_an_offset_are_understood(reader: Client, moment: str) -> None:
    records.school()
    assert len(page(reader, modified_since=moment)["results"]) == 1


def test_a_plus_sign_that_was_not_escaped_is_understood(reader: Client) -> None:
    assert reader.get(f"{ACCOUNTS}?modified_since=2026-01-31T12:00:00+02:00").status_code == 200


# -- formats ------------------------------------------------------------------------------------------------


def test_csv_is_returned_for_an_accept_header_or_a_format(reader: Client) -> None:
    school = records.school('Comma, "quote"\nand line', city="Zürich", assignments_created=0, is_deleted=False)
    records.school(None)
    by_accept = reader.get(ACCOUNTS, {"limit": 1}, headers={"Accept": "text/csv"})
    by_format = reader.get(ACCOUNTS, {"limit": "1", "format": "csv"})
    assert by_accept["Content-Type"] == by_format["Content-Type"] == "text/csv; charset=utf-8"
    as_json = page(reader)["results"]
    [row] = csv.DictReader(io.StringIO(by_accept.text, newline=""))
    assert row["name"] == school.name
    assert {name: "" if value is None else value if isinstance(value, str) else str(value).lower()
            for name, value in as_json[0].items()} == row  # fmt: skip
    link = by_format["Link"].removeprefix("<").partition(">")[0]
    assert "format=csv" in link
    assert len(reader.get(link.removeprefix("http://testserver")).text.splitlines()) == 2
    assert by_format["X-As-Of"].endswith("Z")
    assert reader.get(f"{ACCOUNTS}{school.id}/", {"format": "csv", "fields": "city"}).text.split() == [
        "id,city",
        f"{school.id},Zürich",
    ]


def test_an_unknown_format_in_the_accept_header_is_406(reader: Client) -> None:
    answer = reader.get(ACCOUNTS, headers={"Accept": "application/xml"})
    assert (answer.status_code, answer.json()["code"]) == (406, 406)


@pytest.mark.parametrize(
    ("accept", "given"),
    [
        ("application/json;q=0, */*", "text/csv"),
        ("*/*;q=0.8, application/json;q=0.1, text/html;q=0", "text/csv"),
        ("text/*;q=0, */*", "application/json"),
        ("text/csv, application/json", "text/csv"),
        ("text/csv;q=0.5, application/json;q=0.9", "application/json"),
        ("*/*", "application/json"),
    ],
)
def test_the_most_precise_entry_of_an_accept_header_decides(reader: Client, accept: str, given: str) -> None:
    answer = reader.get(ACCOUNTS, headers={"Accept": accept})
    assert (answer.status_code, answer["Content-Type"].partition(";")[0]) == (200, given)


@pytest.mark.parametrize("accept", ["application/json;q=0", "*/*;q=0, application/xml", ""])
def test_formats_that_the_accept_header_excludes_are_406(reader: Client, accept: str) -> None:
    assert reader.get(ACCOUNTS, headers={"Accept": accept}).status_code == 406


def test_super_users_see_a_page_in_a_browser(super_user: Client) -> None:
    school = records.school("<b>Example & College</b>")
    records.school()
    accept = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    answer = super_user.get(ACCOUNTS, {"limit": 1}, headers=accept)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert school.id in answer.text
    assert "&lt;b&gt;Example" in answer.text
    assert "cursor=" in answer.text
    for inline in ("<script", "<style", "style=", "onclick", "//www.django-rest"):
        assert inline not in answer.text
    assert super_user.get(f"{ACCOUNTS}{school.id}/", headers=accept).status_code == 200
    assert urlsplit(answer.context["response"].data["next"]).path == ACCOUNTS


# -- errors and limits --------------------------------------------------------------------------------------


def test_errors_have_the_same_shape_as_on_other_routes(
    anonymous: Client, user: Client, service: Callable[..., Client], reader: Client
) -> None:
    browser = {"Accept": "text/html"}
    for client, method, path, status in (
        (anonymous, "get", ACCOUNTS, 401),
        (user, "get", ACCOUNTS, 403),
        (service(Scope.READ_BOOKS), "get", ACCOUNTS, 403),
        (reader, "get", "/api/v1/records/nothing/", 404),
        (reader, "get", f"{ACCOUNTS}{records.salesforce_id('001')}/", 404),
        (reader, "post", ACCOUNTS, 405),
        (reader, "get", f"{ACCOUNTS}?limit=x", 422),
    ):
        answer = getattr(client, method)(path, headers=browser)
        assert answer.status_code == status, path
        assert answer["Content-Type"] == "application/json"
        assert answer.json()["code"] == status
        assert len(answer.json()["message"]) > 10
        assert answer["X-Request-ID"]
    assert reader.put(ACCOUNTS)["Allow"] == "GET, HEAD, OPTIONS"
    assert "read:records" in service(Scope.READ_BOOKS).get(ACCOUNTS).json()["message"]


def test_a_caller_may_send_120_requests_a_minute(reader: Client, service: Callable[..., Client]) -> None:
    answers = [reader.get(ACCOUNTS, {"limit": 1}) for _ in range(125)]
    assert [answer.status_code for answer in answers] == [200] * 120 + [429] * 5
    assert answers[0]["RateLimit-Policy"] == '"records";q=120;w=60'
    assert int(answers[-1]["Retry-After"]) >= 1
    assert "120 requests a minute" in answers[-1].json()["message"]
    assert service(Scope.READ_RECORDS).get(ACCOUNTS).status_code == 200


# -- the document -------------------------------------------------------------------------------------------


def test_the_openapi_document_describes_the_records(anonymous: Client) -> None:
    document = anonymous.get("/api/v1/openapi.json").json()
    for resource in RESOURCES:
        listing = document["paths"][f"/api/v1/records/{resource.name}"]["get"]
        names = {parameter["name"] for parameter in listing["parameters"]}
        assert {"modified_since", "include_deleted", "fields", "format", "limit", "cursor", "id"} <= names
        assert f"/api/v1/records/{resource.name}/{{id}}" in document["paths"]
        row = document["components"]["schemas"][resource.schema_name]
        assert set(row["properties"]) == set(resource.columns)
    references = {part.split('"')[0] for part in str(document).replace("'", '"').split("#/components/schemas/")[1:]}
    assert references <= set(document["components"]["schemas"])


def test_a_slash_at_the_end_makes_no_difference(reader: Client) -> None:
    school = records.school("Example College")
    for path in ("/api/v1/records/accounts", f"/api/v1/records/accounts/{school.id}"):
        plain, slashed = reader.get(f"{path}?fields=name"), reader.get(f"{path}/?fields=name")
        assert (plain.status_code, slashed.status_code) == (200, 200)
        assert plain.json() | {"as_of": ""} == slashed.json() | {"as_of": ""}


def test_every_copied_field_of_a_model_is_in_its_row_schema() -> None:
    """Columns, filters and schema are derived from the model's fields; no other list of fields exists."""
    for resource in RESOURCES:
        assert issubclass(resource.model, CachedRecord)
        for field in resource.model.list_copied_fields():
            assert field.column in resource.row_schema.model_fields
