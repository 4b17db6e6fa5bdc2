"""``make clients`` reports failures, and its pins agree with the docs. No client is generated here."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.clients import generators, validators
from tests.clients.generators import GENERATORS, NODE_FILES, REQUIREMENTS, StepFailed, documented
from tests.clients.request_log import ERROR_STATUSES, Request, successful_operations, troubles
from tests.clients.validators import VALIDATORS, Validator
from tests.environments import NotInstalled, install_node

DOCUMENT: dict[str, Any] = {
    "paths": {
        "/api/v1/books": {"get": {"operationId": "list_books"}},
        "/api/v1/case": {"post": {"operationId": "create_case"}},
        "/api/v1/case/{case_id}": {"get": {"operationId": "get_case"}, "parameters": []},
    }
}
EVERYTHING = [
    Request("GET", "/api/v1/books", 304),
    Request("POST", "/api/v1/case", 202),
    Request("GET", "/api/v1/case/7", 200),
    *(Request("GET", "/api/v1/books", status) for status in ERROR_STATUSES),
]


def test_a_client_that_calls_everything_and_meets_every_error_has_no_trouble() -> None:
    assert successful_operations(DOCUMENT, EVERYTHING) == {"list_books", "create_case", "get_case"}
    assert troubles(DOCUMENT, EVERYTHING) == []


@pytest.mark.parametrize(
    ("requests", "trouble"),
    [
        ([each for each in EVERYTHING if each.path != "/api/v1/case/7"], "the client never called get_case"),
        ([*EVERYTHING[:2], Request("GET", "/api/v1/case/7", 404), *EVERYTHING[3:]], "the client never called get_case"),
        (
            [*EVERYTHING[:2], Request("GET", "/api/v1/case/7/notes", 200), *EVERYTHING[3:]],
            "the client never called get_case",
        ),
        ([each for each in EVERYTHING if each.status != 403], "the client never got an error 403"),
        ([*EVERYTHING, Request("POST", "/api/v1/case", 500)], "POST /api/v1/case answered 500"),
        ([*EVERYTHING, Request("POST", "/api/v1/case", 415)], "POST /api/v1/case answered 415"),
    ],
)
def test_uncalled_operations_missing_errors_and_unexpected_errors_are_trouble(
    requests: list[Request], trouble: str
) -> None:
    assert [each.startswith(trouble) for each in troubles(DOCUMENT, requests)] == [True]


@pytest.mark.parametrize("generator", GENERATORS, ids=lambda generator: generator.package)
def test_the_docs_install_the_versions_that_are_tried(generator: Any) -> None:
    install = documented("sh", generator.package).splitlines()[0]
    if install.startswith("pip install "):
        pinned = (REQUIREMENTS / f"{generator.package}.txt").read_text().splitlines()
        assert set(install.split()[2:]) <= set(pinned)
        return
    pins = json.loads(NODE_FILES[0].read_text())["dependencies"]
    versions = dict(re.findall(r" (@?[^@ ]+)@([\d.]+)", install))
    assert generator.package in versions
    assert versions.items() <= pins.items()


def test_packages_from_npm_are_locked_with_their_hashes() -> None:
    manifest, lock = (json.loads(file.read_text()) for file in NODE_FILES)
    assert lock["packages"][""]["dependencies"] == manifest["dependencies"]
    assert [name for name, each in lock["packages"].items() if name and "integrity" not in each] == []


@pytest.mark.parametrize("validator", VALIDATORS[1:], ids=lambda validator: validator.package)
def test_a_validator_that_hangs_or_is_missing_is_a_failed_step(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, validator: Validator
) -> None:
    folder = tmp_path / "node_modules" / ".bin"
    folder.mkdir(parents=True)
    monkeypatch.setattr(generators, "NODE_FOLDER", tmp_path)
    monkeypatch.setattr(validators, "STEP_SECONDS", 0.2)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    with pytest.raises(StepFailed, match="No such file"):
        validator.findings("http://localhost/openapi.json")
    for name in ("redocly", "spectral"):
        (folder / name).write_text("#!/bin/sh\nexec sleep 30\n")
        (folder / name).chmod(0o755)
    with pytest.raises(StepFailed, match="timed out"):
        validator.findings("http://localhost/openapi.json")


@pytest.mark.parametrize("name", ["node", "npm"])
def test_a_machine_without_node_or_without_npm_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    """Only ``name`` is installed. Debian's package nodejs, for example, does not include npm."""
    program = tmp_path / name
    program.write_text("#!/bin/sh\necho v20.0.0\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotInstalled, match=r"is not installed here.*apt-get install nodejs npm"):
        install_node(tmp_path / "packages", NODE_FILES)
