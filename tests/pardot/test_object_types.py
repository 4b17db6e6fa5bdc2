"""Pardot spells the types of tagged objects in several ways; all code reads them by one rule."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from pardot.audits.run import run_audits
from pardot.domain.object_types import area_of_object_type
from pardot.models import Form, Tag, TaggedObject
from tests.pardot.prospect_rows import mark_read, prospect


@pytest.mark.parametrize(
    ("object_type", "area"),
    [
        ("Landing Page", "landing_pages"),
        ("landing-page", "landing_pages"),
        ("LandingPages", "landing_pages"),
        ("Email", "list_emails"),
        ("list-email", "list_emails"),
        ("CustomRedirect", "custom_redirects"),
        ("Forms", "forms"),
        ("Prospects", "prospects"),
        ("Tag", "tags"),
        ("Something", None),
        ("", None),
        (None, None),
    ],
)
def test_each_spelling_of_an_object_type_means_its_area(object_type: str | None, area: str | None) -> None:
    assert area_of_object_type(object_type) == area


@pytest.mark.django_db
def test_plural_object_types_count_like_singular_ones(super_user: Client) -> None:
    Form.objects.create(id=1, name="In no campaign")
    who = prospect()
    Tag.objects.create(id=1, name="Camp: Remove", object_count=1)
    Tag.objects.create(id=2, name="Region: East", object_count=1)
    TaggedObject.objects.create(id=1, tag_id=1, object_type="Forms", object_id=1)
    TaggedObject.objects.create(id=2, tag_id=2, object_type="Prospects", object_id=who.pk)
    mark_read("forms", "tags", "tagged_objects", "prospects")
    run_audits()

    def get(path: str) -> Any:
        return super_user.get(f"/api/v1/pardot/{path}").json()

    coverage = {row["object_type"]: row for row in get("tags")["object_type_coverage"]}
    assert coverage["forms"]["tagged"] == coverage["prospects"]["tagged"] == 1
    flags = {row["name"]: row["flags"] for row in get("assets/tags")["records"]}
    assert "prospect_only" in flags["Region: East"]
    assert get("assets/forms?tagged=true")["count"] == 1
    shares = {issue["key"]: issue["tagged"] for issue in get("cleanup/status")["issues"]}
    assert shares["forms_no_campaign"] == 1
