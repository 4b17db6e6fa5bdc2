"""Routes of Django Ninja and Django REST framework refuse unknown query parameters.

The parameters ``_`` and ``utm_*``, which other programs append to addresses, are ignored.
"""

from __future__ import annotations

import pytest
from django.test import Client

from tests.api import records
from tests.api.cookies import UUID


@pytest.fixture
def client(super_user: Client) -> Client:
    records.school("Example College")
    records.contact(accounts_uuid=UUID)
    return super_user


@pytest.mark.parametrize(
    ("path", "name", "nearest"),
    [
        ("schools?name=example&sate=Texas", "sate", "state"),
        ("schools?Name=example", "Name", "name"),
        ("adoptions?confirm=true", "confirm", "confirmed"),
        ("contact?expires=true", "expires", "expire"),
        ("records/accounts/?field=id", "field", "fields"),
        ("records/accounts/?include_delete=true", "include_delete", "include_deleted"),
        ("records/accounts/001Hs0000010000IAA/?formats=csv", "formats", "format"),
        ("pardot/campaigns?ofset=1", "ofset", None),
    ],
)
def test_the_error_names_the_nearest_known_parameter(client: Client, path: str, name: str, nearest: str | None) -> None:
    answer = client.get(f"/api/v1/{path}")
    body = answer.json()
    assert (answer.status_code, body["type"]) == (422, "parameter_unknown")
    assert [error["loc"] for error in body["errors"]] == [["query", name]]
    assert nearest is None or f"did you mean “{nearest}”" in body["message"]
    assert "?." not in body["message"]


@pytest.mark.parametrize("path", ["me", "books", "info", f"case/{UUID}", f"forms/submissions/{UUID}", "pardot/tags"])
def test_routes_refuse_an_unknown_parameter(client: Client, path: str) -> None:
    answer = client.get(f"/api/v1/{path}?qqq=1")
    assert (answer.status_code, answer.json()["type"]) == (422, "parameter_unknown")
    assert "“qqq”" in answer.json()["message"]


def test_an_unknown_parameter_beside_a_body_is_refused_too(client: Client) -> None:
    token = client.get("/api/v1/me").json()["csrf_token"]
    answer = client.put(
        "/api/v1/contact?dry_run=1", {"role": "x"}, content_type="application/json", headers={"X-CSRFToken": token}
    )
    assert answer.json()["type"] == "parameter_unknown"


@pytest.mark.parametrize("ignored", ["_=1767225600", "utm_source=news", "utm_campaign=a&utm_medium=b&_=1"])
@pytest.mark.parametrize("path", ["me", "books", "schools?name=example", "records/accounts/", "adoptions?expire=false"])
def test_parameters_that_other_programs_append_are_ignored(client: Client, path: str, ignored: str) -> None:
    joined = f"/api/v1/{path}{'&' if '?' in path else '?'}{ignored}"
    assert client.get(joined).status_code == client.get(f"/api/v1/{path}").status_code != 422


def test_credentials_are_checked_before_parameters(anonymous: Client) -> None:
    assert anonymous.get("/api/v1/books?qqq=1").status_code == 401
    assert anonymous.get("/api/v1/records/books/?qqq=1").status_code == 401


@pytest.mark.parametrize("charset", ["iso-8859-1", "utf-16", "rot13", "undefined"])
@pytest.mark.parametrize("path", ["schools?name=université", "records/accounts?name=Université"])
def test_the_charset_of_a_body_does_not_change_the_parameters(client: Client, path: str, charset: str) -> None:
    """Some programs send ``Content-Type`` with every request, even with a GET without a body."""
    records.school("Université")
    answer = client.get(f"/api/v1/{path}", headers={"Content-Type": f"text/plain; charset={charset}"})
    body = answer.json()
    assert [school["name"] for school in body.get("schools") or body["results"]] == ["Université"]
