"""What documents point at is there: pages, sections, tests, modules."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.simulated import ROOT

DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
PAGE = re.compile(r"`(docs/[a-z/-]+\.md)`")
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
LINK = re.compile(r"\]\((?!https?:)([^)#]+)?(?:#([a-z-]+))?\)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_pages_that_are_named_or_linked_are_there(document: Path) -> None:
    text = document.read_text()
    for named in PAGE.findall(text):
        assert (ROOT / named).is_file(), named
    for linked, section in LINK.findall(text):
        target = (document.parent / linked).resolve() if linked else document
        assert target.exists(), linked
        if section:
            titles = re.findall(r"^#+ (.+)$", target.read_text(), re.MULTILINE)
            assert section in {re.sub(r"[^a-z -]", "", title.lower()).replace(" ", "-") for title in titles}, section


def test_each_fault_has_the_test_that_is_named() -> None:
    named = TEST.findall((ROOT / "docs" / "reliability.md").read_text())
    assert named
    assert [f"{file}::{name}" for file, name in named if f"def {name}(" not in (ROOT / file).read_text()] == []


def test_the_page_about_pardot_names_every_room() -> None:
    text = (ROOT / "docs" / "pardot.md").read_text()
    rooms = {path.parent.name for path in (ROOT / "pardot").glob("*/*.py")} - {"migrations", "templatetags"}
    assert {room for room in rooms if f"`{room}/`" not in text} == set()


@pytest.mark.parametrize("app", ["sf", "api"])
def test_the_page_about_the_architecture_names_every_room(app: str) -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()
    rooms = {path.parent.name for path in (ROOT / app).glob("*/*.py")} - {"migrations"}
    assert {room for room in rooms if f"`{room}/`" not in text} == set()


def test_the_list_of_decisions_has_all_of_them() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = set(re.findall(r"\]\(([a-z-]+\.md)\)", (folder / "README.md").read_text()))
    assert listed == {path.name for path in folder.glob("*.md")} - {"README.md"}
