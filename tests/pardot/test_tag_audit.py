"""Every flag and figure of tags, on data sets small enough to compute by hand."""

from __future__ import annotations

import pytest

from pardot.models import (
    Form,
    Prospect,
    Tag,
    TaggedObject,
)
from tests.pardot.audit_factories import (
    READ,
    audit,
    counts,
    figures,
    flags,
    make,
    mark_read,
)

pytestmark = pytest.mark.django_db


def tag(name: str | None, *objects: str, count: int | None = 0) -> int:
    record = make(Tag, name=name, object_count=count)
    for number, kind in enumerate(objects):
        make(TaggedObject, tag_id=record, object_type=kind, object_id=500 + number)
    return record


@pytest.mark.parametrize(
    ("objects", "count", "expected", "usage"),
    [
        ((), 0, {"unused"}, 0),
        ((), None, {"unused"}, 0),
        ((), 1, {"low_usage"}, 1),
        (("Form",), 0, {"low_usage"}, 1),
        (("Form", "List"), 1, set(), 2),
        (("Form",), 7, set(), 7),
        (("Prospect",), 1, {"low_usage", "prospect_only"}, 1),
        (("Prospect", "prospect"), 2, {"prospect_only"}, 2),
        (("Prospect", "Form"), 2, set(), 2),
    ],
)
def test_the_flags_of_usage_follow_from_the_tagged_objects_and_the_count(
    objects: tuple[str, ...], count: int | None, expected: set[str], usage: int
) -> None:
    mark_read(*READ)
    tag("Topic: other", "Form", "List")
    record = tag("Topic: this", *objects, count=count)
    audit()
    assert flags(Tag, record) & {"unused", "low_usage", "prospect_only"} == expected
    assert Tag.objects.get(pk=record).usage == usage


PREFIX = {"duplicate_prefix", "no_naming_convention"}


@pytest.mark.parametrize("separator", ":-_|/")
def test_the_prefix_of_a_tag_ends_at_the_first_separator(separator: str) -> None:
    mark_read(*READ)
    names = [f"Region{separator}North-East", f"Region {separator} South: all", f"region{separator}", "Region"]
    north, south, bare, alone = (tag(name) for name in names)
    audit()
    assert [Tag.objects.get(pk=pk).prefix for pk in (north, south, bare, alone)] == ["Region", "Region", "region", ""]
    for pk in (north, south, bare):
        assert flags(Tag, pk) & PREFIX == set(), "the prefix is shared, with one separator; case and spaces are ignored"
    assert flags(Tag, alone) & PREFIX == {"no_naming_convention"}


@pytest.mark.parametrize("name", [None, "", "vip", ":x", "  - y", "Lonely: tag"])
def test_a_tag_without_a_shared_prefix_has_no_naming_convention(name: str | None) -> None:
    mark_read(*READ)
    for other in ("Topic: a", "Topic: b", ":z", "- w", "vipers: c", "vipers: d"):
        tag(other)
    record = tag(name)
    audit()
    assert "no_naming_convention" in flags(Tag, record)


def test_a_prefix_with_several_separators_is_a_duplicate() -> None:
    mark_read(*READ)
    alike = [tag(name) for name in ("Webinar: May", "webinar-June", "Term/1")]
    tag("Term/2-3")
    audit()
    assert ["duplicate_prefix" in flags(Tag, pk) for pk in alike] == [True, True, False]
    assert (counts("tags")["duplicate_prefix"], counts("tags")["no_naming_convention"]) == (2, 0)


def test_the_tag_figures_have_naming_patterns_and_coverage() -> None:
    mark_read(*READ, "prospects")
    form, other, missing = make(Form), make(Form), 99
    prospect = make(Prospect, is_deleted=False)
    make(Prospect, is_deleted=True)
    webinar, second, vip = tag("Webinar: May"), tag("webinar-June"), tag("vip")
    for pk, kind, record in (
        (webinar, "Form", form),
        (second, "form", form),
        (vip, "Form", missing),
        (vip, "Prospect", prospect),
        (vip, "Landing Page", 7),
        (vip, "File", 8),
    ):
        make(TaggedObject, tag_id=pk, object_type=kind, object_id=record)
    audit()
    tag_figures = figures("tags")
    assert tag_figures["naming_patterns"] == [{"prefix": "Webinar", "separators": ["-", ":"], "tags": 2, "usage": 2}]
    assert (tag_figures["with_prefix"], tag_figures["prefixes"], tag_figures["tagged_objects"]) == (2, 1, 6)
    coverage = {row["object_type"]: row for row in tag_figures["object_type_coverage"]}
    assert other != form
    assert [coverage["forms"][name] for name in ("total", "tagged", "tagged_pct", "assignments")] == [2, 1, 50.0, 3]
    assert [coverage["prospects"][name] for name in ("total", "tagged", "tagged_pct")] == [1, 1, 100.0]
    assert [coverage["landing_pages"][name] for name in ("total", "tagged", "tagged_pct")] == [0, 0, None]
    assert coverage["File"] == {
        "object_type": "File", "area": None, "total": None, "tagged": None, "tagged_pct": None, "assignments": 1,
    }  # fmt: skip
