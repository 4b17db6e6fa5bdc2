"""The files that ``make pins`` writes match their sources."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.simulated import ROOT

FOLDER = ROOT / "requirements"
WRITTEN = sorted(path.with_suffix(".txt") for path in FOLDER.glob("*.in"))
PIN = re.compile(r"^([\w.-]+)(?:\[[\w,]+\])?==(\S+)", re.MULTILINE)


def pins(path: Path) -> dict[str, str]:
    return {re.sub(r"[._-]+", "-", name).lower(): version for name, version in PIN.findall(path.read_text())}


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.name)
def test_every_package_has_hashes(path: Path) -> None:
    packages = re.split(r"(?m)^(?=[\w.-]+(?:\[[\w,]+\])?==)", path.read_text())[1:]
    assert packages
    assert [package for package in packages if "--hash=sha256:" not in package] == []


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.name)
def test_each_written_file_has_the_versions_that_its_source_requires(path: Path) -> None:
    required = pins(path.with_suffix(".in"))
    assert required
    assert required.items() <= pins(path).items()


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.name)
def test_all_requirement_files_fit_into_one_environment(path: Path) -> None:
    """``make`` installs all files into the same environment."""
    everything, here = pins(FOLDER / "dev.txt"), pins(path)
    assert {name: here[name] for name in here.keys() & everything.keys() if here[name] != everything[name]} == {}


def test_dev_includes_test_and_test_includes_production() -> None:
    production, test, dev = (pins(FOLDER / f"{name}.txt") for name in ("production", "test", "dev"))
    assert production.items() <= test.items() <= dev.items()
