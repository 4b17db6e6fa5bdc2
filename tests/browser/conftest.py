"""Windows on running services. Without a browser these tests are skipped, and the end of the run says so."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from playwright.sync_api import Browser
from pytest_django import DjangoDbBlocker

from tests.api.cookies import CookieMaker
from tests.browser.chromium import MISSING, chromium, chromium_path
from tests.browser.sites import SUPER_USER, VISITOR, Site, copy_of, empty_database, serve
from tests.browser.visit import Visit
from tests.simulated import Simulator, manage

HERE = Path(__file__).parent

Open = Callable[..., Visit]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    mine = [item for item in items if HERE in item.path.parents]
    if not mine or chromium_path():
        return
    if os.environ.get("BROWSER_REQUIRED"):
        raise pytest.UsageError(MISSING)
    config.stash[SKIPPED] = len(mine)
    for item in mine:
        item.add_marker(pytest.mark.skip(reason=MISSING))


SKIPPED = pytest.StashKey[int]()


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if number := config.stash.get(SKIPPED, 0):
        terminalreporter.section("THE PAGES WERE NOT TESTED", red=True, bold=True)
        terminalreporter.line(f"{number} tests were skipped: {MISSING}.", red=True)


OURS = f"browser_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
"""What the names of the databases of this process begin with: two processes of a run have their own."""


@pytest.fixture(scope="session")
def database_server(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> str:
    """The URL of a database on the server that the tests use."""
    with django_db_blocker.unblock():
        connection.ensure_connection()
        found = connection.settings_dict
        connection.close()
    host, port = found["HOST"] or os.environ.get("PGHOST", "localhost"), found["PORT"] or "5432"
    return f"postgresql://{quote(found['USER'])}:{quote(found['PASSWORD'], safe='')}@{host}:{port}/{found['NAME']}"


@pytest.fixture(scope="package")
def prepared_database(database_server: str) -> str:
    """All tables, one Super User, nothing synced; to be copied."""
    return empty_database(database_server, f"{OURS}_prepared")


@pytest.fixture(scope="package")
def empty_site(prepared_database: str, deployed: dict[str, str]) -> Iterator[Site]:
    """Nothing was ever synced."""
    with serve(copy_of(prepared_database, f"{OURS}_empty"), CookieMaker(), deployed) as site:
        yield site


@pytest.fixture(scope="package")
def camp_site(prepared_database: str, deployed: dict[str, str], simulator_process: Simulator) -> Iterator[Site]:
    """After a full survey of the simulator as it was made. Pages of the simulator may ask it."""
    simulator_process.reset()
    database = copy_of(prepared_database, f"{OURS}_camp")
    done = manage("camp_sync", "--survey", variables=simulator_process.variables, database=database)
    assert done.returncode == 0, done.stderr
    with serve(database, CookieMaker(), deployed, CORS_ALLOWED_ORIGINS=simulator_process.control) as site:
        yield site


@pytest.fixture(scope="package")
def browser(empty_site: Site) -> Iterator[Browser]:
    """Started after the databases: Playwright's event loop keeps Django from asking them in this process."""
    with chromium() as started:
        yield started


@pytest.fixture
def open_window(browser: Browser, empty_site: Site) -> Iterator[Open]:
    """``open_window(who=SUPER_USER, color_scheme="dark", viewport=…)``: a fresh profile, signed in or not.

    The test fails when a window has complaints at its end.
    """
    windows: list[Visit] = []

    def opened(site: Site = empty_site, *, who: str | None = SUPER_USER, **options: Any) -> Visit:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})
        if who:
            cookie = site.cookies.cookie(uuid=who)
            context.add_cookies([{"name": "oxa", "value": cookie, "url": site.url}])
        windows.append(Visit.begin(context, site))
        return windows[-1]

    yield opened
    complaints = [complaint for visit in windows for complaint in visit.complaints]
    for visit in windows:
        visit.page.context.close()
    assert complaints == []


@pytest.fixture
def window(open_window: Open) -> Visit:
    """A Super User's, on a desktop."""
    return open_window()


@pytest.fixture
def visitor(open_window: Open) -> Visit:
    """Signed in, no Super User."""
    return open_window(who=VISITOR)


@pytest.fixture
def stranger(open_window: Open) -> Visit:
    """Nobody is signed in."""
    return open_window(who=None)
