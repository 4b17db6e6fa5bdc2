"""The OpenAPI document and its page, and answers that match the document."""

from __future__ import annotations

import json
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
    body: dict[str, Any] = Client().get(DOCUMENT).json()
    return body


def test_the_page_loads_nothing_from_other_sites(anonymous: Client) -> None:
    page = anonymous.get("/api/v1/docs/")
    assert page.status_code == 200
    links = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert links
    assert all(link.startswith("/") and not link.startswith("//") for link in links)
    assert anonymous.get("/api/v1/docs")["Location"] == "/api/v1/docs/"


def test_the_page_is_the_same_for_everyone_and_may_be_cached(anonymous: Client, super_user: Client) -> None:
    first, second = (client.get("/api/v1/docs/") for client in (anonymous, super_user))
    assert first.content == second.content
    assert first["Cache-Control"] == "public, max-age=300"
    assert "Cookie" not in first.get("Vary", "")
    assert anonymous.get("/api/v1/docs/", headers={"If-None-Match": first["ETag"]}).status_code == 304


def test_the_description_names_the_limits(document: dict[str, Any]) -> None:
    description = document["info"]["description"]
    for limit in (
        r"forms together: [\d,]+ requests a minute",
        r"without credentials: [\d,]+ requests a minute",
        "records: 120 requests a minute",
    ):
        assert re.search(limit, description), limit


def test_routes_declare_their_credentials_and_errors(document: dict[str, Any]) -> None:
    security = {
        f"{method.upper()} {path}": [next(iter(way), "nothing") for way in operation.get("security", [])]
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }
    both = ["SSOCookie", "APIKeyBearer"]
    expected = {
        "GET /api/v1/me": ["SSOCookie", "nothing"],
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
            assert "401" in statuses or not all(operation["security"] or [{}])


def test_every_route_with_a_body_declares_how_a_body_is_refused(document: dict[str, Any]) -> None:
    missing = {
        f"{method.upper()} {path}": {"400", "413", "415"} - set(operation["responses"])
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if "requestBody" in operation
    }
    assert len(missing) > 10
    assert {operation for operation, statuses in missing.items() if statuses} == set()


def test_the_document_is_valid_openapi(document: dict[str, Any]) -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []
    assert document["servers"]
    assert document["info"]["license"]["identifier"] == "MIT"
    declared = {tag["name"] for tag in document["tags"]}
    for operations in document["paths"].values():
        for operation in operations.values():
            assert "security" in operation
            assert set(operation["tags"]) <= declared


def every_operation(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [each for operations in document["paths"].values() for each in operations.items()]


def test_an_operation_names_its_scope(document: dict[str, Any]) -> None:
    paths = document["paths"]
    for path, scope in (("books", "read:books"), ("info", "read:info"), ("records/books", "read:records")):
        operation = paths[f"/api/v1/{path}"]["get"]
        assert {"APIKeyBearer": [scope]} in operation["security"]
        assert f"`{scope}`" in operation["description"]
    assert "without credentials" in paths["/api/v1/schools"]["get"]["description"]


def test_all_operations_except_reads_by_get_name_the_csrf_token(document: dict[str, Any]) -> None:
    for method, operation in every_operation(document):
        names = {parameter["name"] for parameter in operation["parameters"]}
        assert ("X-CSRFToken" in names) == (method != "get")


def test_the_document_has_the_bounds_of_idempotency_keys(document: dict[str, Any]) -> None:
    parameters = document["paths"]["/api/v1/case"]["post"]["parameters"]
    [key] = [parameter["schema"] for parameter in parameters if parameter["name"] == "Idempotency-Key"]
    assert (key["minLength"], key["maxLength"], key["pattern"]) == (1, 255, "^[!-~]+$")


def test_answers_name_their_headers_and_have_examples(document: dict[str, Any]) -> None:
    shared = document["components"]["responses"]
    for _method, operation in every_operation(document):
        for status, declared in operation["responses"].items():
            response = shared[declared["$ref"].rpartition("/")[2]] if "$ref" in declared else declared
            assert "X-Request-ID" in response["headers"]
            if "content" in response:
                content = response["content"]["application/json"]
                assert content.get("example") or content.get("examples"), (operation["operationId"], status)
            assert ("Retry-After" in response["headers"]) == (status in {"409", "429", "503"})
    made = document["paths"]["/api/v1/case"]["post"]["responses"]
    assert {"Location"} <= set(made["200"]["headers"]) & set(made["202"]["headers"])
    assert {"ETag", "Link", "X-As-Of"} <= set(
        document["paths"]["/api/v1/records/books"]["get"]["responses"]["200"]["headers"]
    )


def types_of(document: dict[str, Any], method: str, path: str, status: str) -> set[str]:
    """Return the error types in the examples of an answer that several routes share."""
    name = document["paths"][f"/api/v1/{path}"][method]["responses"][status]["$ref"].rpartition("/")[2]
    return set(document["components"]["responses"][name]["content"]["application/json"]["examples"])


def test_a_change_documents_the_error_change_uncertain_and_a_read_does_not(document: dict[str, Any]) -> None:
    assert "change_uncertain" in types_of(document, "put", "contact", "503")
    assert "change_uncertain" not in types_of(document, "get", "books", "503")


def test_a_sync_that_cannot_start_is_documented_at_the_routes_that_start_one(document: dict[str, Any]) -> None:
    for path in ("refresh", "accept-deletions", "survey"):
        assert types_of(document, "post", f"pardot/sync/{path}", "409") == {"sync_not_started"}
        assert "forbidden" in types_of(document, "post", f"pardot/sync/{path}", "403")
    assert "forbidden" not in types_of(document, "get", "pardot/sync/survey", "403")


def test_each_change_of_settings_documents_that_the_value_has_changed(document: dict[str, Any]) -> None:
    for method, path in (("put", "admin/config/{key}"), ("delete", "admin/config/{key}"), ("put", "admin/team")):
        assert types_of(document, method, f"pardot/{path}", "409") == {"value_changed"}


def test_no_default_is_null_or_empty(document: dict[str, Any]) -> None:
    def defaults(node: Any) -> list[Any]:
        if isinstance(node, dict):
            own = [node["default"]] if "default" in node else []
            return own + [
                each for name, part in node.items() if not name.startswith("example") for each in defaults(part)
            ]
        return [each for part in node for each in defaults(part)] if isinstance(node, list) else []

    values = defaults(document)
    assert None not in values
    assert "" not in values
    assert not [
        name
        for name, each in document["components"]["schemas"]["TaskChange"]["properties"].items()
        if "default" in each
    ]


def test_the_public_part_has_nothing_of_the_dashboard(anonymous: Client) -> None:
    answer = anonymous.get(f"{DOCUMENT}?part=public")
    part = answer.json()
    assert [error.message for error in OpenAPIV31SpecValidator(part).iter_errors()] == []
    assert "/api/v1/books" in part["paths"]
    assert "/api/v1/records/books" in part["paths"]
    assert not [path for path in part["paths"] if "pardot" in path]
    assert "TaskOut" not in part["components"]["schemas"]
    assert answer["ETag"] != anonymous.get(DOCUMENT)["ETag"]
    wrong = anonymous.get(f"{DOCUMENT}?part=publik")
    assert (wrong.status_code, wrong.json()["errors"][0]["loc"]) == (422, ["query", "part"])


def test_every_property_and_parameter_of_the_public_part_is_described(anonymous: Client) -> None:
    part = anonymous.get(f"{DOCUMENT}?part=public").json()
    described = {
        f"{schema}.{name}": declared.get("description")
        for schema, body in part["components"]["schemas"].items()
        for name, declared in body.get("properties", {}).items()
    }
    described |= {
        f"{operation['operationId']} {parameter['name']}": parameter.get("description")
        for _method, operation in every_operation(part)
        for parameter in operation["parameters"]
    }
    assert {"SchoolItem.city", "SchoolDetail.city", "search_schools city"} <= described.keys()
    assert [name for name, text in described.items() if not (text or "").strip()] == []


VERBS = {
    "get": {"get", "list", "search", "compare", "estimate"},
    "put": {"update", "subscribe"},
    "patch": {"update"},
    "delete": {"delete", "reset", "unsubscribe"},
}
"""The first words of operation ids by method. A POST may begin with any verb."""


def test_operation_ids_begin_with_the_verb_of_their_method(document: dict[str, Any]) -> None:
    operations = [(method, operation["operationId"]) for method, operation in every_operation(document)]
    assert {"list_books", "update_contact"} <= {name for _method, name in operations}
    others = [
        name for method, name in operations if name.partition("_")[0] not in VERBS.get(method, {name.partition("_")[0]})
    ]
    assert others == []


def test_no_text_of_the_document_begins_like_a_fragment(document: dict[str, Any]) -> None:
    texts = re.findall(r'"(?:summary|description)": "((?:What|How|As|Of|Those|Who)\b[^"]*)', json.dumps(document))
    assert texts == []


def test_the_document_has_the_bounds_of_the_parameter_limit(document: dict[str, Any]) -> None:
    [limit] = [
        parameter["schema"]
        for parameter in document["paths"]["/api/v1/records/accounts"]["get"]["parameters"]
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
    """These routes do not validate their answers, so this test compares the names and types of their fields."""
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


def test_the_document_contains_no_secret(document: dict[str, Any], settings: Any) -> None:
    assert settings.SECRET_KEY not in str(document)
    assert not APIKey.objects.exists()
