"""schemathesis searches for answers that violate the OpenAPI document, and must find none.

It calls a running service: with an API key on the routes that accept keys, and with a Super User's cookie on all
other routes. Usually it calls every third route. ``make soak`` calls every route with the key and with the cookie.
``schemathesis.toml`` limits what schemathesis sends and expects.

To run longer: ``SCHEMATHESIS_EXAMPLES=500 make soak ARGS="-k schemathesis"``.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import requests

from api.auth.api_keys import create_api_key
from api.domain.scopes import Scope
from api.models import SuperUser
from pardot.models import DayNote, Exemption, Form, SavedView, Task, TeamMember
from tests.api import records
from tests.api.cookies import UUID, CookieMaker
from tests.api.served import gunicorn
from tests.api.world import expected, table
from tests.in_background import in_background
from tests.simulated import Simulator

CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
COMMAND = Path(sys.executable).with_name("schemathesis")
EXAMPLES = os.environ.get("SCHEMATHESIS_EXAMPLES", "1")
SECONDS = 900

pytestmark = [pytest.mark.timeout(SECONDS + 60), pytest.mark.slow]
SELECTIONS = pytest.mark.parametrize("everything", [False, pytest.param(True, marks=pytest.mark.soak, id="everything")])


@contextmanager
def unlimited(database: str) -> Iterator[None]:
    """Delete the counts of requests again and again, because rate limits would hide other answers."""
    ended = threading.Event()

    def forget() -> None:
        with psycopg.connect(database, autocommit=True) as connection:
            while not ended.wait(0.1):
                connection.execute("DELETE FROM api_ratecount")

    with in_background([forget], ended):
        yield


@pytest.fixture
def service_url(simulator: Simulator, cookies: CookieMaker, database: str, deployed: dict[str, str]) -> Iterator[str]:
    """The URL of a service with the simulator and one record of each kind."""
    school, book = records.school("Example College", city="Austin"), records.book()
    contact = records.contact(account=school)
    opportunity = records.opportunity(contact=contact, account=school, book=book)
    records.adoption(contact=contact, opportunity=opportunity, base_year=2025, savings="12.50")
    records.salesforce_campaign()
    SuperUser.objects.create(accounts_uuid=UUID)
    team_data()
    variables = {
        **simulator.served_variables,
        **deployed,
        "DEBUG": "off",
        "SALESFORCE_API_RATE_LIMIT": "1000000/sec",
        "SALESFORCE_SCHOOLS_RATE_LIMIT": "1000000/sec",
        "SSO_SIGNATURE_PUBLIC_KEY": cookies.public_pem,
        "SSO_ENCRYPTION_PRIVATE_KEY": cookies.encryption_key,
        # Addresses may contain every filter at full length. gunicorn's limit for addresses is not under test.
        "GUNICORN_CMD_ARGS": "--limit-request-line=0",
    }
    with unlimited(database), gunicorn(database, workers=1, **variables) as url:
        requests.get(
            f"{url}/api/v1/openapi.json", timeout=60
        )  # build the document now: schemathesis waits only ten seconds
        yield url


def team_data() -> None:
    """Make a form, and data that the team enters: a task, an exemption, a day note and a saved view."""
    form = Form.objects.create(id=1, name="Contact us")
    Task.objects.create(title="Look at it", assignee=TeamMember.objects.create(name="Ada", accounts_uuid=UUID))
    Exemption.objects.create(asset_type="forms", asset_id=form.id, issue="forms_errors", reason="A test form.")
    DayNote.objects.create(day="2026-01-31", text="A note")
    SavedView.objects.create(name="Tags", query="tab=tags", owner_uuid=UUID)


@SELECTIONS
def test_schemathesis_finds_nothing_with_a_key(service_url: str, tmp_path: Path, everything: bool) -> None:
    key = create_api_key(name="schemathesis", scopes=[*Scope]).text
    selection = () if everything else select_third(routes_for_keys())
    run(service_url, {"Authorization": f"Bearer {key}"}, tmp_path, *selection)


@SELECTIONS
def test_schemathesis_finds_nothing_with_a_cookie(
    service_url: str, cookies: CookieMaker, tmp_path: Path, everything: bool
) -> None:
    cookie = f"oxa={cookies.cookie()}"
    me = requests.get(f"{service_url}/api/v1/me", headers={"Cookie": cookie}, timeout=10)
    sent = {"Cookie": f"{cookie}; csrftoken={me.cookies['csrftoken']}", "X-CSRFToken": me.json()["csrf_token"]}
    selection = () if everything else select_third(set(routes()) - set(routes_for_keys()))
    run(service_url, sent, tmp_path, *selection)


def routes() -> dict[str, set[int]]:
    """Return the statuses that keys get on each route."""
    answers: dict[str, set[int]] = {}
    for line in table().values():
        answers.setdefault(line["route"], set()).update(expected(line)[scope] for scope in Scope)
    return answers


def routes_for_keys() -> list[str]:
    """Return the routes that do not refuse keys, since a refusal would test nothing."""
    return [route for route, statuses in routes().items() if statuses - {401, 403}]


def select_third(routes: Iterable[str]) -> list[str]:
    """Return the options that select every third route, because each route takes a second."""
    return [argument for route in sorted(routes)[::3] for argument in ("--include-path", route)]


def run(url: str, headers: Mapping[str, str], folder: Path, *selection: str) -> None:
    """Run schemathesis; on findings, fail with its last output.

    Examples to replay are saved in ``folder``.
    """
    sent = [argument for name, value in headers.items() for argument in ("--header", f"{name}: {value}")]
    done = subprocess.run(
        [
            COMMAND, f"--config-file={CONFIGURATION}", "run", f"{url}/api/v1/openapi.json", "--no-color", *sent,
            f"--max-examples={EXAMPLES}", *selection,
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )  # fmt: skip
    assert done.returncode == 0, f"{done.stdout[-20_000:]}\n{done.stderr[-2_000:]}"
