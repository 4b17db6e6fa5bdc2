"""The package audit of ``make lint`` fails for vulnerabilities and errors, but passes without a network."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scripts.audit_packages import judge_answer

FINE: dict[str, Any] = {"name": "one", "version": "1.0", "vulns": []}
UNKNOWN = {"name": "two", "skip_reason": "Dependency not found on PyPI"}
BAD = {
    "name": "three",
    "version": "2.0",
    "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.1"]}, {"id": "PYSEC-2", "fix_versions": []}],
}


@pytest.mark.parametrize(
    ("packages", "fails", "expected"),
    [
        ([FINE], False, "no known vulnerability; packages looked up: 1"),
        ([FINE, UNKNOWN], False, "no known vulnerability; packages looked up: 1; not known to PyPI: two"),
        ([UNKNOWN], False, "nothing was looked up: PyPI has no advisories here"),
        (
            [FINE, UNKNOWN, BAD],
            True,
            "three 2.0: PYSEC-1, fixed in 2.1\n  three 2.0: PYSEC-2, fixed in no version yet",
        ),
    ],
)
def test_known_vulnerabilities_fail_the_audit_but_unknown_packages_do_not(
    packages: list[dict[str, Any]], fails: bool, expected: str
) -> None:
    is_failure, message = judge_answer(json.dumps({"dependencies": packages}), "")
    assert is_failure is fails
    assert expected in message


@pytest.mark.parametrize(
    ("errors", "fails"),
    [
        ("Traceback …\nrequests.exceptions.ProxyError: Max retries exceeded", False),
        ("pip_audit._service.interface.ConnectionError: Could not connect to PyPI's vulnerability feed", False),
        ("usage: pip-audit …\npip-audit: error: unrecognized arguments: --no-deeps", True),
        ("", True),
    ],
)
def test_a_missing_network_does_not_fail_the_audit_but_any_other_error_does(errors: str, fails: bool) -> None:
    is_failure, message = judge_answer("", errors)
    assert is_failure is fails
    assert "nothing was looked up" in message
