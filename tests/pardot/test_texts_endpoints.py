"""``/api/v1/pardot/digest`` and ``progress``: as JSON, or as text on request."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.api.conftest import anonymous, cookies, super_user, user  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("name", "begins"), [("digest", "Camp digest, "), ("progress", "Progress report, ")])
def test_json_and_plain_text_say_the_same(super_user: Client, name: str, begins: str) -> None:  # noqa: F811
    as_json = super_user.get(f"/api/v1/pardot/{name}")
    as_text = super_user.get(f"/api/v1/pardot/{name}", headers={"Accept": "text/plain"})
    assert as_text["Content-Type"] == "text/plain; charset=utf-8"
    assert as_json.json() == {"text": as_text.content.decode()}
    assert as_json.json()["text"].startswith(begins)
    assert as_json["Vary"].startswith("Accept")
    assert "Accept" in as_text["Vary"]
