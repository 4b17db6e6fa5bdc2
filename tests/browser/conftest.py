"""Browser windows on running services.

Without a browser the tests of this folder are skipped, and the run's summary says so. With ``BROWSER_REQUIRED`` the
run fails instead.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, expect

from tests.api.cookies import CookieMaker
from tests.browser.chromium import MISSING, chromium, chromium_path
from tests.browser.past import earlier_days
from tests.browser.profiles import Profiles
from tests.browser.sites import SUPER_USER, VISITOR, Site, serve
from tests.browser.visit import Visit
from tests.databases import copy_of, run_on
from tests.shared import make_once
from tests.simulated import Simulator, manage

HERE = Path(__file__).parent

# Playwright's default of 5 seconds is too short on a busy machine. A longer timeout does not slow tests that pass.
expect.set_options(timeout=30_000)

Open = Callable[..., Visit]
OPERATOR_PASSWORD = "a long pass phrase of the test"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    mine = [item for item in items if HERE in item.path.parents]
    if not mine or chromium_path():
        return
    if os.environ.get("BROWSER_REQUIRED"):
        raise pytest.UsageError(MISSING)
    for item in mine:
        item.add_marker(pytest.mark.skip(reason=MISSING))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    if number := sum(MISSING in str(report.longrepr) for report in skipped):
        terminalreporter.section("THE PAGES WERE NOT TESTED", red=True, bold=True)
        terminalreporter.line(f"{number} tests were skipped: {MISSING}.", red=True)


OURS = f"browser_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
"""The prefix of this process's databases. Parallel test processes need separate databases."""


@pytest.fixture(scope="package")
def prepared_database(migrated_database: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A template for the whole run: all tables, one Super User, and nothing synced."""

    def make(folder: Path) -> None:
        database = copy_of(migrated_database, "browser_prepared")
        run_on(database, "create_super_user", f"--uuid={SUPER_USER}", "--name=Ines Example")
        (folder / "url").write_text(database)

    return (make_once(tmp_path_factory, "prepared", make) / "url").read_text()


@pytest.fixture(scope="package")
def surveyed_database(
    prepared_database: str, simulator_process: Simulator, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """A template for the whole run, after a full survey of the simulator in its initial state."""

    def make(folder: Path) -> None:
        simulator_process.reset()
        database = copy_of(prepared_database, "browser_surveyed")
        run_on(database, "camp_sync", "--survey", **simulator_process.variables)
        (folder / "url").write_text(database)

    return (make_once(tmp_path_factory, "surveyed", make) / "url").read_text()


@pytest.fixture(scope="package")
def empty_site(prepared_database: str, deployed: dict[str, str]) -> Iterator[Site]:
    """A site on which nothing was ever synced."""
    with serve(copy_of(prepared_database, f"{OURS}_empty"), CookieMaker(), deployed) as site:
        yield site


@pytest.fixture(scope="package")
def camp_site(surveyed_database: str, deployed: dict[str, str], simulator_process: Simulator) -> Iterator[Site]:
    """A site after a full survey of the simulator's initial state.

    The simulator's pages may call the site's API.
    """
    simulator_process.reset()
    database = copy_of(surveyed_database, f"{OURS}_camp")
    with serve(database, CookieMaker(), deployed, CORS_ALLOWED_ORIGINS=simulator_process.control) as site:
        yield site


@pytest.fixture(scope="package")
def ops_site(prepared_database: str, deployed: dict[str, str], simulator_process: Simulator) -> Iterator[Site]:
    """A site connected to the simulator, with an operator, and a Super User who may refresh data."""
    simulator_process.reset()
    database = copy_of(prepared_database, f"{OURS}_ops")
    result = manage(
        "createsuperuser", "--noinput", "--username=maren", "--email=maren@camp.example",
        variables={}, database=database, more={"DJANGO_SUPERUSER_PASSWORD": OPERATOR_PASSWORD},
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    with psycopg.connect(database, autocommit=True) as other:
        other.execute("UPDATE api_superuser SET may_start_jobs = true")
    variables = {
        name: value for name, value in simulator_process.served_variables.items() if not name.startswith("SSO_")
    }
    with serve(database, CookieMaker(), deployed, NO_PROXY="localhost,127.0.0.1", **variables) as site:
        yield site


@pytest.fixture(scope="package")
def browser(empty_site: Site) -> Iterator[Browser]:
    """The browser, started after the first database is made.

    Making that database needs a query of Django, and Django refuses queries while Playwright's event loop runs.
    """
    with chromium() as started:
        yield started


@pytest.fixture(scope="package")
def profiles(browser: Browser) -> Profiles:
    return Profiles(browser)


@pytest.fixture
def open_window(profiles: Profiles, empty_site: Site) -> Iterator[Open]:
    """Open windows: ``open_window(who=SUPER_USER, color_scheme="dark", viewport=…)``.

    Cookies and local storage of earlier tests are cleared. With ``who=None`` no user is signed in. At its end the test
    fails if one of its windows has ``complaints``, such as console errors.
    """
    windows: list[Visit] = []

    def opened(site: Site = empty_site, *, who: str | None = SUPER_USER, **options: Any) -> Visit:
        page = profiles.open(**options)
        if who:
            cookie = site.cookies.cookie(uuid=who)
            page.context.add_cookies([{"name": "oxa", "value": cookie, "url": site.url}])
        windows.append(Visit.begin(page, site))
        return windows[-1]

    yield opened
    complaints = [complaint for visit in windows for complaint in visit.complaints]
    for visit in windows:
        profiles.close(visit.page)
    assert complaints == []


@pytest.fixture
def window(open_window: Open) -> Visit:
    """A Super User's window, as wide as on a desktop."""
    return open_window()


@pytest.fixture
def visitor(open_window: Open) -> Visit:
    """The window of a signed-in user who is not a Super User."""
    return open_window(who=VISITOR)


@pytest.fixture
def stranger(open_window: Open) -> Visit:
    """A window without a signed-in user."""
    return open_window(who=None)


@pytest.fixture
def camp(open_window: Open, camp_site: Site) -> Visit:
    """A Super User's window on a site with data."""
    return open_window(camp_site)


@pytest.fixture
def a_week(camp_site: Site) -> Iterator[None]:
    """Add seven earlier days, each with a score one point below the next day's."""
    with earlier_days(camp_site, 7):
        yield
