"""The quick start as a newcomer types it: a new checkout, a ``.env`` with 13 variables, ``runserver``.

The environment has only ``PATH`` and the variables that lead to the simulator's Salesforce and Pardot.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from sfapi.embedded_postgres.install import find_installation
from tests.ports import free_ports
from tests.simulated import ROOT, Simulator

pytestmark = pytest.mark.slow

ENV = """\
SALESFORCE_CLIENT_ID={SALESFORCE_CLIENT_ID}
SALESFORCE_CLIENT_SECRET={SALESFORCE_CLIENT_SECRET}
SALESFORCE_USERNAME={SALESFORCE_USERNAME}
SALESFORCE_PASSWORD={SALESFORCE_PASSWORD}
SALESFORCE_SECURITY_TOKEN={SALESFORCE_SECURITY_TOKEN}
SSO_COOKIE_NAME="{SSO_COOKIE_NAME}"
SSO_SIGNATURE_PUBLIC_KEY="{SSO_SIGNATURE_PUBLIC_KEY}"
SSO_ENCRYPTION_PRIVATE_KEY="{SSO_ENCRYPTION_PRIVATE_KEY}"
SENTRY_DSN="" # not required and will cause a lot of noise in Sentry
# Accounts API (for user lookups — salesforce_contact_id, faculty_status, etc.)
ACCOUNTS_URL="{ACCOUNTS_URL}" # or http://localhost:2999 for local
ACCOUNTS_CLIENT_ID="{ACCOUNTS_CLIENT_ID}"
ACCOUNTS_CLIENT_SECRET="{ACCOUNTS_CLIENT_SECRET}"
# Local dev only — bypass SSO cookie validation and authenticate as this UUID
DEV_USER_UUID="00000000-0000-4000-8000-000000000001"
"""
SECONDS = 120
ELSEWHERE = (".?*", "__pycache__", "staticfiles", "site", "screenshots", "bench", "tests")
"""Files of this checkout that a new clone does not have, or that the quick start does not need."""


@pytest.fixture
def checkout(tmp_path: Path, simulator_process: Simulator) -> Iterator[Path]:
    simulator_process.reset()
    folder = tmp_path / "sfapi"
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*ELSEWHERE))
    (folder / ".env").write_text(ENV.format(**simulator_process.variables))
    yield folder
    shutil.rmtree(find_installation(folder / ".data").home, ignore_errors=True)


def surroundings(simulator: Simulator) -> dict[str, str]:
    variables = {
        name: simulator.variables[name] for name in ("SALESFORCE_HOST", "PARDOT_API_URL", "REQUESTS_CA_BUNDLE")
    }
    business_unit = simulator.variables["SALESFORCE_PARDOT_BUSINESS_UNIT"]
    return {**variables, "PATH": os.environ["PATH"], "SALESFORCE_PARDOT_BUSINESS_UNIT": business_unit}


def manage(checkout: Path, simulator: Simulator, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=checkout,
        env=surroundings(simulator),
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )


@contextmanager
def runserver(checkout: Path, simulator: Simulator) -> Iterator[str]:
    [port] = free_ports(1)
    process = subprocess.Popen(
        [sys.executable, "manage.py", "runserver", "--noreload", f"127.0.0.1:{port}"],
        cwd=checkout,
        env=surroundings(simulator),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(60)


def first_answer(url: str) -> requests.Response:
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            return requests.get(url, timeout=30)
        except requests.ConnectionError:
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.1)


@pytest.mark.timeout(600)  # PostgreSQL is set up and five commands run, which take longer on a busy machine
def test_the_server_answers_without_a_further_step_and_the_first_commands_work(
    checkout: Path, simulator_process: Simulator
) -> None:
    with runserver(checkout, simulator_process) as here:
        me = first_answer(f"{here}/api/v1/me")
        assert me.status_code == 200
        assert me.json()["uuid"] == "00000000-0000-4000-8000-000000000001"
        scopes = "--scopes=read:books,read:info,write:cases"
        created = manage(checkout, simulator_process, "create_api_key", "--name=my-key-name", scopes)
        assert created.returncode == 0, created.stderr
        for command in ("sync_books", "sync_all", "camp_sync", "migrate"):
            done = manage(checkout, simulator_process, *command.split())
            assert done.returncode == 0, (command, done.stdout, done.stderr)
        key = created.stdout.split()[-1]
        books = requests.get(f"{here}/api/v1/books", headers={"Authorization": f"Bearer {key}"}, timeout=30)
        assert books.json()["count"] > 0


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("command", "rest"),
    [
        ("list_api_keys", []),
        ("camp_demo_data", ["CommandError: nothing has been synced yet: run camp_sync first"]),
    ],
)
def test_a_command_may_come_before_the_server(
    checkout: Path, simulator_process: Simulator, command: str, rest: list[str]
) -> None:
    mode, migrated, *others = manage(checkout, simulator_process, command).stderr.splitlines()
    assert mode.startswith("Development mode, because DEBUG, SECRET_KEY and DATABASE_URL are not set: ")
    assert migrated.startswith("Development database: ")
    assert others == rest


@pytest.mark.parametrize(
    ("arguments", "variables"),
    [
        (["list_api_keys"], {"DEBUG": "off"}),
        (["list_api_keys"], {"ENVIRONMENT": "production"}),
        (["list_api_keys"], {"ENVIRONMENT_FILE": "environment"}),
        (["list_api_keys"], {"DATABASE_URL": "postgresql://u@h/d"}),
        (["list_api_keys"], {"DATABASE_URL": "", "DATABASE_URL_FILE": "/run/secrets/database_url"}),
        (["check", "--deploy"], {}),
        (["collectstatic", "--noinput"], {}),
    ],
)
def test_an_installation_that_is_meant_for_production_needs_a_secret_key(
    tmp_path: Path, arguments: list[str], variables: dict[str, str]
) -> None:
    if "ENVIRONMENT_FILE" in variables:
        (tmp_path / "environment").write_text("production\n")
        variables = {"ENVIRONMENT_FILE": str(tmp_path / "environment")}
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "SFAPI_ENV_FILE": "", **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    needed = "SECRET_KEY: not set; it is required. For development set DEBUG=on instead"
    assert done.stderr == f"Configuration error: {needed}\n"


def test_the_server_of_production_does_not_start_without_a_secret_key() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "gunicorn", "--check-config", "sfapi.wsgi:application"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "SFAPI_ENV_FILE": ""},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode != 0
    assert "SECRET_KEY: not set" in done.stderr
