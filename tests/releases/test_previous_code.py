"""The previous release's code works on the tables and rows of this release (``make soak``).

As in an upgrade, the current code migrates and fills the database, and web processes of both releases answer
from it while commands of both run. The older code runs in the current virtual environment, so the tests fail
when a package that the older code needs is no longer installed.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.test import Client

from api.auth.api_keys import create_api_key
from api.domain.scopes import Scope
from api.models import FormSubmission, OutboundCase, SuperUser
from pardot.models import CampaignMember, DayNote, Exemption, Form, Prospect, Task
from sf.models import Account, Adoption, Book, Contact, Opportunity
from tests.api.cookies import CookieMaker
from tests.api.live.locks import merging
from tests.api.served import AS_SHIPPED, gunicorn, gunicorn_of
from tests.api.world import SUPER_USER, World
from tests.conftest import Manage
from tests.pardot.test_locks_of_merges import waiting
from tests.releases.checkout import NoHistory, check_out
from tests.releases.schema import FOLDER, from_json
from tests.releases.visitors import (
    ADMIN_NAME,
    ADMIN_PASSWORD,
    PAGES,
    Load,
    operator,
    requests_of,
    routes_in,
    routes_of,
    service,
    super_user,
)
from tests.sf.cache import assert_equal
from tests.sf.processes import wait_for
from tests.simulated import Simulator, environment

pytestmark = [pytest.mark.soak, pytest.mark.timeout(900)]

OF_0_1 = ("sfapi.wsgi:application", "--threads=4")
"""The arguments of gunicorn for 0.1.0. Later releases have their own configuration."""
BOTH = (["sync_all", "--force"], ["sync_all"]) * 3
"""Commands that both releases run at the same time."""
LIMIT = "1000000/min"
COMMANDS = (
    ["sync_all"], ["sync_books"], ["camp_sync"], ["deliver_pending"], ["sync_all", "--force"], ["camp_sync", "--scout"],
    ["camp_sync", "--survey"], ["camp_digest"], ["cleanup_logs"], ["sync_status"], ["sf", "check"], ["list_api_keys"],
    ["create_api_key", "--name=older", "--scopes=read:books"],
)  # fmt: skip
NOTHING_THERE = {"/api/v1/pardot/compare?from=2026-01-01&to=2026-01-02": [403, 404]}
"""The only address that no visitor can read, with its statuses: there was no sync on its two days."""
RENAMED = "Zanzibar Polytechnic"

Older = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The files of the previous release."""
    [file] = FOLDER.glob("*.json")
    commit, _ = from_json(file.read_text())
    try:
        return check_out(commit, tmp_path / file.stem)
    except NoHistory as reason:
        pytest.skip(f"the previous release was NOT tested on the current tables: {reason}")


@pytest.fixture
def older(checkout: Path, simulator: Simulator, database: str) -> Older:
    """Run a command of the previous release: ``older("sync_all")``."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=checkout, env=environment(simulator.variables, database),
            capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip

    return run


@pytest.fixture
def filled(simulator: Simulator, run_manage: Manage) -> World:
    """Sync Salesforce and Pardot with this release, and make a record of each kind that visitors change."""
    names = {"FirstName": "Ines", "LastName": "Example"}
    contact = simulator.create("Contact", **names, Accounts_UUID__c=SUPER_USER, FV_Status__c="confirmed_faculty")
    [adoption, *_] = simulator.query("SELECT Opportunity__c FROM Adoption__c WHERE Opportunity__c != null")
    simulator.edit("Opportunity", adoption["Opportunity__c"], Contact__c=contact)
    simulator.create("Account", Name="Example College")
    named = ["--noinput", f"--username={ADMIN_NAME}", "--email=operator@example.org"]
    for command in (["sync_books"], ["sync_all"], ["camp_sync", "--survey"], ["createsuperuser", *named]):
        done = run_manage(*command, DJANGO_SUPERUSER_PASSWORD=ADMIN_PASSWORD)
        assert done.returncode == 0, done.stderr
    SuperUser.objects.create(accounts_uuid=SUPER_USER)
    return World({}, {**_of_salesforce(), **_of_ours()})


def _of_salesforce() -> dict[str, str]:
    models = {"schools": Account, "accounts": Account, "books": Book, "contacts": Contact, "adoptions": Adoption}
    ids = {name: model.objects.values_list("id", flat=True)[0] for name, model in models.items()}
    return {**ids, "opportunities": Opportunity.objects.values_list("id", flat=True)[0]}


def _of_ours() -> dict[str, str]:
    identity, form = f"user:{SUPER_USER}", Form.objects.all()[0]
    case = OutboundCase.objects.create(identity=identity, source="case", values={"Subject": "Of the present release"})
    submission = FormSubmission.objects.create(identity=identity, form_type="contact_us", data={}, case=case)
    exemption = Exemption.objects.create(asset_type="forms", asset_id=form.id, issue="forms_errors", reason="A test.")
    return {
        "case": str(case.id),
        "submissions": str(submission.id),
        "issues": "forms_errors",
        "assets": "forms",
        "campaigns": CampaignMember.objects.values_list("campaign_id", flat=True)[0],
        "tasks": str(Task.objects.create(title="Look at it").pk),
        "exemptions": str(exemption.pk),
        "notes": str(DayNote.objects.create(day="2026-01-31", text="A note").pk),
        "config": "list_stale_months",
        "engagement": str(Prospect.objects.all()[0].id),
    }


@pytest.fixture
def cookies() -> CookieMaker:
    return CookieMaker()


@pytest.fixture
def services(checkout: Path, simulator: Simulator, database: str, cookies: CookieMaker) -> Iterator[tuple[str, str]]:
    """The URLs of the services of the previous release and of this release, which run side by side."""
    variables = {
        **simulator.variables, "DEBUG": "on", "SALESFORCE_API_RATE_LIMIT": LIMIT, "NO_PROXY": "localhost,127.0.0.1",
        "SSO_SIGNATURE_PUBLIC_KEY": cookies.public_pem, "SSO_ENCRYPTION_PRIVATE_KEY": cookies.encryption_key,
        "METRICS_ALLOWED_NETWORKS": "127.0.0.0/8",
    }  # fmt: skip
    with ExitStack() as running:
        options = AS_SHIPPED if (checkout / "sfapi" / "gunicorn.py").exists() else OF_0_1
        # PYTHONPATH also forces a new process: a fork (tests/warm.py) would import the current code.
        alone = {**variables, "PYTHONPATH": str(checkout)}
        older = gunicorn_of(checkout, options, database, 2, alone)
        newer = gunicorn(database, workers=2, SALESFORCE_SCHOOLS_RATE_LIMIT=LIMIT, **variables)
        yield running.enter_context(older), running.enter_context(newer)


def test_the_previous_release_answers_and_syncs_on_the_tables_of_this_release(
    filled: World, services: tuple[str, str], older: Older, run_manage: Manage, simulator: Simulator,
    checkout: Path, cookies: CookieMaker,
) -> None:  # fmt: skip
    older_url, newer_url = services
    table = checkout / "tests" / "api" / "routes_and_callers.csv"
    assert routes_of(older_url) == routes_in(table), "the older code must answer"
    visits = requests_of(table, filled)
    key = service(create_api_key(name="load", scopes=list(Scope)).text)
    pages = [("GET", page, "") for page in PAGES]
    visitors = [(url, super_user(url, cookies), [*visits, *pages]) for url in (older_url, older_url, newer_url)]
    visitors += [(older_url, key, visits), (older_url, *operator(older_url))]
    load = Load()
    with load.of(visitors):
        for number, command in enumerate(COMMANDS):
            simulator.edit("Account", simulator.ids("Account")[number], Name=f"{RENAMED} {number}")
            done = older(*command)
            assert done.returncode == 0, (command, done.stdout, done.stderr)
            done = run_manage("sync_all")
            assert done.returncode == 0, done.stderr
    assert load.broken == []
    assert load.never_shown() == NOTHING_THERE
    assert older("sync_all", "--force").returncode == 0
    assert_equal(simulator)
    schools = Client().get(f"/api/v1/schools?name={RENAMED}").json()
    assert schools["count"] == len(COMMANDS), "the current search finds what both releases merged"


def test_syncs_of_salesforce_by_both_releases_at_once_do_not_disturb_each_other(
    simulator: Simulator, older: Older, run_manage: Manage
) -> None:
    """Neither release sees the other's runs, and in an upgrade an old crontab and a new worker may overlap."""
    schools = simulator.ids("Account")
    for number, command in enumerate(BOTH):
        simulator.edit("Account", schools[number], Name=f"{RENAMED} {number}")
        with ThreadPoolExecutor(2) as pool:
            futures = [pool.submit(run, *command) for run in (older, run_manage)]
        for each in futures:
            assert each.result().returncode == 0, each.result().stdout + each.result().stderr
    assert run_manage("sync_books").returncode == 0
    assert_equal(simulator)


def test_audits_of_this_release_and_a_merge_of_the_previous_release_do_not_deadlock(
    simulator: Simulator, older: Older, run_manage: Manage
) -> None:
    """A merge of 0.1.0 writes an entity's state, then locks campaigns. This release's audits write no such state."""
    assert run_manage("camp_sync").returncode == 0
    with ThreadPoolExecutor(2) as pool, merging("pardot_form"):
        ours = pool.submit(run_manage, "camp_sync", "--entities", "folders")
        wait_for(lambda: waiting() == 1)
        theirs = pool.submit(older, "camp_sync", "--entities", "sf_campaign_dates", "--full")
        wait_for(lambda: waiting() == 2)
    runs = [ours.result(), theirs.result()]
    assert [done.returncode for done in runs] == [0, 0], [done.stderr for done in runs]
