"""Check the pinned packages for known vulnerabilities, with ``pip-audit`` and PyPI's advisories.

Without a network, or with a mirror that has no advisories, the script says so and succeeds: a build must not fail only
because the advisories cannot be read.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PINNED = [ROOT / "requirements" / name for name in ("dev.txt", "docs.txt", "pins.txt")]

_NOBODY_ANSWERS = re.compile(r"\brequests\.exceptions\.|ConnectionError|ServiceError|timed out", re.IGNORECASE)


def main() -> None:
    options = ["--no-deps", "--disable-pip", "--format=json", "--progress-spinner=off"]
    pinned = [f"--requirement={path}" for path in PINNED]
    command = [sys.executable, "-m", "pip_audit", *pinned, *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    failed, text = judge_answer(done.stdout, done.stderr)
    print(f"pip-audit: {text}")
    sys.exit(1 if failed else 0)


def judge_answer(answer: str, errors: str) -> tuple[bool, str]:
    """Return whether the check failed, and the text to print.

    ``answer`` is pip-audit's JSON, or empty.
    """
    if not answer.strip():
        last = (errors.strip() or "no output").splitlines()[-1]
        return not _NOBODY_ANSWERS.search(errors), f"nothing was looked up: {last[:200]}"
    packages = json.loads(answer)["dependencies"]
    vulnerable = [package for package in packages if package.get("vulns")]
    if vulnerable:
        return True, "\n  ".join(
            ["known vulnerabilities:", *(line for each in vulnerable for line in _describe_package(each))]
        )
    unknown = [package["name"] for package in packages if "skip_reason" in package]
    if len(unknown) == len(packages):
        return False, "nothing was looked up: PyPI has no advisories here (a mirror?)"
    beside = f"; not known to PyPI: {', '.join(unknown)}" if unknown else ""
    return False, f"no known vulnerability; packages looked up: {len(packages) - len(unknown)}{beside}"


def _describe_package(package: dict[str, object]) -> Iterator[str]:
    vulnerabilities = package["vulns"]
    assert isinstance(vulnerabilities, list)
    for each in vulnerabilities:
        fixed = ", ".join(each["fix_versions"]) or "no version yet"
        yield f"{package['name']} {package['version']}: {each['id']}, fixed in {fixed}"


if __name__ == "__main__":
    main()
