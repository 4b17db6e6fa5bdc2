"""Every example of ``docs/consumers.md`` runs; those of generated clients run in ``tests/clients/``."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.auth.api_keys import create_api_key
from api.domain.scopes import Scope
from tests.api import records
from tests.api.cookies import CookieMaker
from tests.api.served import ROOT, gunicorn
from tests.simulated import Simulator

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = (ROOT / "docs/consumers.md").read_text()
EXAMPLES = re.findall(r"^```(.+?)\n(.+?)^```$", PAGE, re.MULTILINE | re.DOTALL)
AS_A_BROWSER = """
const { SFAPI_URL: api, COOKIE } = process.env;
const plain = globalThis.fetch;
let jar = COOKIE;
globalThis.fetch = async (url, { headers = {}, credentials, ...options } = {}) => {
  if (credentials !== "include") throw new Error("a browser would send no cookie");
  const answer = await plain(url, { ...options, headers: { ...headers, Cookie: jar } });
  jar = [jar, ...answer.headers.getSetCookie().map((line) => line.split(";")[0])].join("; ");
  return answer;
};
"""


@pytest.fixture
def service(simulator: Simulator, cookies: CookieMaker, database: str, deployed: dict[str, str]) -> Iterator[str]:
    records.school("Example College", city="Austin")
    records.book()
    variables = {
        **simulator.served_variables,
        **deployed,
        "DEBUG": "off",
        "SSO_SIGNATURE_PUBLIC_KEY": cookies.public_pem,
        "SSO_ENCRYPTION_PRIVATE_KEY": cookies.encryption_key,
        "SALESFORCE_API_RATE_LIMIT": "1000/sec",
    }
    with gunicorn(database, workers=1, **variables) as url:
        yield url


def test_the_page_names_every_scope() -> None:
    assert [scope for scope in Scope if f"`{scope}`" not in PAGE] == []


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed here")
def test_every_example_for_the_shell_runs(service: str, tmp_path: Path) -> None:
    key = create_api_key(name="consumer", scopes=[*Scope]).text
    assert "Example College" in run_examples({"sh"}, {"SFAPI_URL": service, "SFAPI_KEY": key}, tmp_path)


def test_every_example_in_python_runs(service: str, tmp_path: Path) -> None:
    key = create_api_key(name="consumer", scopes=[*Scope]).text
    assert "delivered" in run_examples({"python"}, {"SFAPI_URL": service, "SFAPI_KEY": key}, tmp_path)


@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed here")
def test_every_example_in_javascript_runs(
    service: str, simulator: Simulator, cookies: CookieMaker, tmp_path: Path
) -> None:
    someone = simulator.query("SELECT Accounts_UUID__c FROM Contact WHERE Accounts_UUID__c != null LIMIT 1")[0]
    cookie = f"oxa={cookies.cookie(uuid=someone['Accounts_UUID__c'])}"
    key = create_api_key(name="consumer", scopes=[*Scope]).text
    variables = {"SFAPI_URL": service, "SFAPI_KEY": key, "COOKIE": cookie}
    assert run_examples({"js", "js browser"}, variables, tmp_path).split() == ["1", "Ada"]


def run_examples(languages: set[str], variables: dict[str, str], folder: Path) -> str:
    """Return what the examples print."""
    chosen = [(language, code) for language, code in EXAMPLES if language in languages]
    assert {language for language, _ in chosen} == languages
    return "".join(run_example(language, code, variables, folder) for language, code in chosen)


def run_example(language: str, code: str, variables: dict[str, str], folder: Path) -> str:
    if language == "js browser":
        code = AS_A_BROWSER + code
    program = {"sh": ["sh", "-e"], "python": [sys.executable]}.get(language, ["node"])
    file = folder / ("example.mjs" if program == ["node"] else "example")
    file.write_text(code)
    done = subprocess.run(
        [*program, str(file)],
        env={**variables, "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, f"{code}\n{done.stdout}{done.stderr}"
    return done.stdout
