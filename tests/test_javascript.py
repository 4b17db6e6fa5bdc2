"""The JavaScript modules' tests pass in Node.js, and ``make lint`` reports a missing Node.js."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.check_javascript import PACKAGES
from tests.environments import ROOT

TESTS = sorted((ROOT / "tests" / "javascript").glob("*.test.js"))
NO_NODE = "no Node.js here: install nodejs (Debian and Ubuntu: apt-get install nodejs), 18 or later"


@pytest.mark.skipif(not shutil.which("node") and not os.environ.get("NPM_REQUIRED"), reason=NO_NODE)
def test_the_tests_of_the_javascript_modules_pass() -> None:
    done = subprocess.run(["node", "--test", *map(str, TESTS)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("required", "status"), [("", 0), ("1", 1)])
def test_a_check_without_node_says_in_one_line_that_nothing_was_checked(
    tmp_path: Path, required: str, status: int
) -> None:
    """With ``NPM_REQUIRED`` the check also fails."""
    done = subprocess.run(
        [sys.executable, "-m", "scripts.check_javascript"],
        cwd=ROOT,
        env={"PATH": str(tmp_path), "NPM_REQUIRED": required},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (status, "")
    assert done.stderr.startswith("THE JAVASCRIPT WAS NOT CHECKED: node is not installed here.")
    assert len(done.stderr.splitlines()) == 1


def test_packages_from_npm_are_locked_with_their_hashes() -> None:
    manifest, lock = (json.loads(file.read_text()) for file in PACKAGES)
    assert lock["packages"][""]["devDependencies"] == manifest["devDependencies"]
    assert [name for name, each in lock["packages"].items() if name and "integrity" not in each] == []
