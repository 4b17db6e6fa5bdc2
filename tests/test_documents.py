"""Documents name every command, decision and app folder, and only existing pages, sections and tests."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.simulated import ROOT

DOCUMENTS = [
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / ".github").glob("*.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
PROGRAMS = [
    "accounts_client",
    "api",
    "bench",
    "outgoing",
    "pardot",
    "scripts",
    "sf",
    "sfapi",
    "simulator",
    "static",
    "templates",
    "tests",
]
CODE = [folder for folder in PROGRAMS if folder not in {"static", "templates", "tests"}]
PAGE = re.compile(r"(?<![\w/.])docs/[a-z/-]+\.md")
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
NOUN_CLAUSE = re.compile(r'^[ \t]*r?"""\s*(?:What|Whether|How|As|Of|Those|Who|Why|Which)\b', re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)?(?:#([^)]+))?\)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_pages_that_are_named_or_linked_exist(document: Path) -> None:
    text = document.read_text()
    assert missing_pages(text) == set()
    for linked, section in LINK.findall(text):
        target = (document.parent / linked).resolve() if linked else document
        assert target.exists(), linked
        if section:
            assert section in sections(target.read_text()), f"{linked}#{section}"


@pytest.mark.parametrize("folder", PROGRAMS)
def test_pages_named_in_programs_exist(folder: str) -> None:
    sources = [path for path in (ROOT / folder).rglob("*.*") if path.suffix in {".py", ".js", ".html", ".txt"}]
    assert sources
    assert {path: missing for path in sources if (missing := missing_pages(path.read_text()))} == {}


def missing_pages(text: str) -> set[str]:
    return {page for page in PAGE.findall(text) if not (ROOT / page).is_file()}


def sections(text: str) -> set[str]:
    """Return the addresses that GitHub gives the headings of a page."""
    titles = re.findall(r"^#+ (.+)$", re.sub(r"(?ms)^```.*?^```", "", text), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def test_the_page_of_commands_names_every_command() -> None:
    text = (ROOT / "docs" / "commands.md").read_text()
    commands = {path.stem for path in ROOT.glob("*/management/commands/*.py")} - {"__init__"}
    assert {"sync_all", "camp_sync"} < commands
    assert {command for command in commands if f"`{command}" not in text} == set()


def test_each_test_named_in_the_page_about_reliability_exists() -> None:
    named = TEST.findall((ROOT / "docs" / "reliability.md").read_text())
    assert named
    assert [f"{file}::{name}" for file, name in named if f"def {name}(" not in (ROOT / file).read_text()] == []


def test_the_page_about_pardot_names_every_folder() -> None:
    text = (ROOT / "docs" / "pardot.md").read_text()
    folders = {path.parent.name for path in (ROOT / "pardot").glob("*/*.py")} - {"migrations", "templatetags"}
    assert {name for name in folders if f"`{name}/`" not in text} == set()


@pytest.mark.parametrize("app", ["sf", "api"])
def test_the_page_about_the_architecture_names_every_folder(app: str) -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()
    folders = {path.parent.name for path in (ROOT / app).glob("*/*.py")} - {"migrations"}
    assert {name for name in folders if f"`{name}/`" not in text} == set()


def test_the_list_of_decisions_is_complete() -> None:
    folder = ROOT / "docs" / "decisions"
    linked_pages = set(re.findall(r"\]\(([a-z-]+\.md)\)", (folder / "README.md").read_text()))
    assert linked_pages == {path.name for path in folder.glob("*.md")} - {"README.md"}


@pytest.mark.parametrize("folder", CODE)
def test_no_docstring_begins_with_a_noun_clause(folder: str) -> None:
    files = sorted((ROOT / folder).rglob("*.py"))
    assert files
    assert [f"{path.relative_to(ROOT)}:{line}" for path in files for line in noun_clauses(path.read_text())] == []


def test_noun_clauses_are_found_in_every_docstring() -> None:
    of = '"""Of all."""'
    assert noun_clauses(f"{of}\n\nx = 1\n{of}\nclass A:\n    {of}\n    y: int = 2\n    {of}\n") == [1, 4, 6, 8]
    assert noun_clauses(f'"""Often."""\n\nx = {of}\n') == []


@pytest.mark.parametrize("folder", CODE)
def test_the_first_line_of_a_docstring_has_at_most_100_characters(folder: str) -> None:
    sources = [path for path in (ROOT / folder).rglob("*.py") if "migrations" not in path.parts]
    assert sources
    assert {path: lines for path in sources if (lines := long_first_lines(path.read_text()))} == {}


def test_long_first_lines_are_found_in_every_docstring() -> None:
    line = f'"""{"long " * 21}"""\n'
    assert long_first_lines(f"{line}class A:\n    {line}    a = 1\n    {line}") == [1, 3, 5]


def long_first_lines(code: str) -> list[int]:
    """Return the line numbers of docstrings (of attributes too) whose first line is too long."""
    texts = [
        statement
        for statement in ast.walk(ast.parse(code))
        if isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    ]
    return [text.lineno for text in texts if len(str(text.value.value).strip().splitlines()[0]) > 100]  # type: ignore[attr-defined]


def noun_clauses(code: str) -> list[int]:
    """Return the line numbers of docstrings (of attributes too) that begin with a word such as "What"."""
    return [code.count("\n", 0, match.start()) + 1 for match in NOUN_CLAUSE.finditer(code)]
