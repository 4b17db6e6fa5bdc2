"""The OpenAPI document and its page; and that answers are what the document says."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from openapi_spec_validator import OpenAPIV31SpecValidator

from api.models import APIKey
from api.v1.adoptions import AdoptionItem, AdoptionList
from api.v1.books import BookItem, BookList
from api.v1.contact import ContactDetail
from api.v1.me import Me
from api.v1.schools import SchoolDetail, SchoolItem, SchoolList
from tests.api import records

DOCUMENT = "/api/v1/openapi.json"


@pytest.fixture
def document(db: None) -> dict[str, Any]:
    found: dict[str, Any] = Client().get(DOCUMENT).json()
    return found


def test_the_page_loads_nothing_from_elsewhere(anonymous: Client) -> None:
    page = anonymous.get("/api/v1/docs/")
    assert page.status_code == 200
    links = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert links
    assert all(link.startswith("/") and not link.startswith("//") for link in links)
    assert anonymous.get("/api/v1/docs")["Location"] == "/api/v1/docs/"


def test_the_limits_are_told(document: dict[str, Any]) -> None:
    told = document["info"]["description"]
    for limit in (
        r"[\d,]+ requests a minute of a user",
        "120 requests a minute over records",
        r"[\d,]+ requests a minute of an address",
    ):
        assert re.search(limit, told), limit


def test_every_route_says_who_may_and_what_can_go_wrong(document: dict[str, Any]) -> None:
    security = {
        f"{method.upper()} {path}": [next(iter(way)) for way in operation.get("security", [])]
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }
    both = ["SSOCookie", "APIKeyBearer"]
    expected = {
        "GET /api/v1/me": [],
        "GET /api/v1/contact": ["SSOCookie"],
        "PUT /api/v1/contact": ["SSOCookie"],
        "GET /api/v1/adoptions": ["SSOCookie"],
        "GET /api/v1/books": both,
        "GET /api/v1/schools": [],
        "GET /api/v1/schools/{school_id}": both,
        "POST /api/v1/case": both,
        "GET /api/v1/case/{case_id}": both,
        "POST /api/v1/forms/submit": both,
        "GET /api/v1/forms/submissions/{submission_id}": both,
    }
    assert expected.items() <= security.items()
    for operations in document["paths"].values():
        for operation in operations.values():
            statuses = set(operation["responses"])
            assert {"500", "503"} <= statuses
            assert "401" in statuses or not operation["security"]


def test_the_document_is_valid_openapi(document: dict[str, Any]) -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []
    assert document["servers"]
    assert document["info"]["license"]["identifier"] == "MIT"
    declared = {tag["name"] for tag in document["tags"]}
    for operations in document["paths"].values():
        for operation in operations.values():
            assert "security" in operation
            assert set(operation["tags"]) <= declared


def test_the_document_bounds_what_the_records_bound(document: dict[str, Any]) -> None:
    [limit] = [
        parameter["schema"]
        for parameter in document["paths"]["/api/v1/records/accounts/"]["get"]["parameters"]
        if parameter["name"] == "limit"
    ]
    assert (limit["minimum"], limit["maximum"]) == (1, 5000)


def test_the_document_may_be_cached_and_is_not_sent_twice(anonymous: Client) -> None:
    first = anonymous.get("/api/v1/openapi.json")
    assert first.headers["Cache-Control"] == "public, max-age=300"
    again = anonymous.get("/api/v1/openapi.json", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_document_names_the_cookie_and_the_error_shape(document: dict[str, Any]) -> None:
    assert document["components"]["securitySchemes"]["SSOCookie"]["name"] == "oxa"
    assert set(document["components"]["schemas"]["ErrorBody"]["properties"]) >= {"code", "message"}


def test_answers_are_as_documented(super_user: Client) -> None:
    """They are not validated on their way out, so this does it: every name, and every kind of value."""
    school, book = records.school("Example College", assignable_maturity_score=3), records.book()
    contact = records.contact(account=school)
    opportunity = records.opportunity(contact=contact, account=school, book=book)
    records.adoption(contact=contact, opportunity=opportunity, base_year=2025, savings="12.5", students=3)

    def body(path: str) -> Any:
        answer = super_user.get(f"/api/v1/{path}")
        assert answer.status_code == 200, answer.json()
        return answer.json()

    assert_fits(Me, body("me"), without={"debug"})
    assert_fits(ContactDetail, body("contact"))
    assert_fits(AdoptionList, body("adoptions"))
    assert_fits(AdoptionItem, body("adoptions")["adoptions"][0])
    assert_fits(BookList, body("books"))
    assert_fits(BookItem, body("books")["books"][0])
    assert_fits(SchoolList, body("schools?name=example"))
    assert_fits(SchoolItem, body("schools?name=example")["schools"][0])
    assert_fits(SchoolDetail, body(f"schools/{school.id}"))


def assert_fits(schema: Any, body: dict[str, Any], without: frozenset[str] | set[str] = frozenset()) -> None:
    dumped = schema.model_validate(body).model_dump(mode="json", exclude=without)
    assert {name: type(value) for name, value in body.items()} == {name: type(value) for name, value in dumped.items()}


def test_the_document_holds_no_secret(document: dict[str, Any], settings: Any) -> None:
    assert settings.SECRET_KEY not in str(document)
    assert not APIKey.objects.exists()
