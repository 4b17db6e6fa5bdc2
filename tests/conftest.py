"""Fixtures for every test: the simulator as a process, and a database that other processes see too."""

from __future__ import annotations

import gc
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker

from api.observe import audit
from sf.connection import clients as sf_connection
from sf.live import picklists
from sf.salesforce.login import SessionKeeper
from tests.databases import address, name_of, new_database, run_on
from tests.measured import measured_starts
from tests.quick import mark_quick_tests
from tests.shared import make_once
from tests.simulated import Simulator, manage, start_simulator
from tests.slow import mark_slow_tests
from tests.warm import quick_starts

SCHOOLS = 60
USUAL_SECONDS = 180
"""The time limit of a test in ``pytest.ini``."""

# The duration of an example depends more on the machine than on the code.
hypothesis.settings.register_profile("tests", deadline=None)
hypothesis.settings.load_profile("tests")


@pytest.fixture(autouse=True, scope="session")
def quick_processes() -> Iterator[None]:
    """Start commands and services from a process that has loaded the libraries already."""
    with quick_starts(), measured_starts():
        yield


@pytest.fixture(autouse=True, scope="session")
def quick_emptying() -> Iterator[None]:
    """Empty the database quickly after tests that commit."""
    from tests.emptying import empty_tables_with_rows

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty_tables_with_rows)
        yield


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    mark_slow_tests(items)  # before pytest deselects by marker
    mark_quick_tests(items)
    yield
    items.sort(key=_seconds_allowed, reverse=True)  # a long test at the end would leave the other processes idle


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Keep the garbage collector away from collected tests, which live until the end."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def _seconds_allowed(item: pytest.Item) -> float:
    """Return the test's time limit if it is longer than usual, else 0."""
    marker = item.get_closest_marker("timeout")
    return float(marker.args[0]) if marker and marker.args[0] > USUAL_SECONDS else 0


class NotedRequests(list[audit.Entry]):
    """Replaces the audit log's writer, because the writer's thread would write between tests.

    The list has ``None`` for a request in which an unknown caller asked for an address that does not exist.
    """

    waiting = 0

    def __init__(self) -> None:
        super().__init__()
        self.all: list[audit.Noted] = []

    def put(self, noted: audit.Noted) -> None:
        self.all.append(noted)
        if noted.entry or noted.is_guess:
            self.append(noted.entry)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def noted_requests(monkeypatch: pytest.MonkeyPatch) -> NotedRequests:
    """Collect what this process would write into the audit log."""
    noted = NotedRequests()
    monkeypatch.setattr(audit, "writer", noted)
    return noted


@pytest.fixture(autouse=True)
def no_hidden_bug(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail the test when a best-effort step hides an exception, which may be a bug."""
    yield
    hidden = [each for each in caplog.get_records("call") if each.name == "sf.sync.best_effort" and each.exc_info]
    assert not hidden, hidden[0].getMessage()


@pytest.fixture(scope="session")
def simulator_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    process, simulator = start_simulator(tmp_path_factory.mktemp("simulator"), schools=SCHOOLS)
    yield simulator
    process.terminate()
    process.wait(60)


@pytest.fixture
def simulator(simulator_process: Simulator, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Simulator:
    """The simulator in its initial state, with the settings that connect to it."""
    simulator_process.reset()
    point_settings_at(simulator_process, settings, monkeypatch)
    return simulator_process


def point_settings_at(simulator: Simulator, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    variables = simulator.variables
    settings.SALESFORCE_LOGIN = {name: variables.get(name, "") for name in settings.SALESFORCE_LOGIN}
    for name in ("SALESFORCE_HOST", "SALESFORCE_CASE_EXTERNAL_ID_FIELD", "SALESFORCE_PARDOT_BUSINESS_UNIT",
                 "PARDOT_API_URL", "PARDOT_ADOPTION_JSON_FIELD", "ACCOUNTS_URL", "ACCOUNTS_CLIENT_ID",
                 "ACCOUNTS_CLIENT_SECRET",
                 "SSO_COOKIE_NAME"):  # fmt: skip
        setattr(settings, name, variables[name])
    settings.SALESFORCE_PUBSUB_HOST = variables.get("SALESFORCE_PUBSUB_HOST", "localhost:1")
    for name in ("SSO_SIGNATURE_PUBLIC_KEY", "SSO_ENCRYPTION_PRIVATE_KEY"):
        setattr(settings, name, variables[name].replace("\\n", "\n"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", variables["REQUESTS_CA_BUNDLE"])
    monkeypatch.setenv("NO_PROXY", "localhost,127.0.0.1")
    monkeypatch.setattr(sf_connection, "_keeper", SessionKeeper())
    monkeypatch.setattr(picklists, "_kept", {})


@pytest.fixture(scope="session")
def migrated_database(
    django_db_modify_db_settings_parallel_suffix: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> str:
    """The URL of a newly migrated database: the template for the whole run."""
    del django_db_modify_db_settings_parallel_suffix
    with django_db_blocker.unblock():
        server = address()
        connection.close()

    def make(folder: Path) -> None:
        url = new_database(server, "test_migrated")
        run_on(url, "migrate", "--verbosity=0")
        (folder / "url").write_text(url)

    return (make_once(tmp_path_factory, "migrated", make) / "url").read_text()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(migrated_database: str) -> None:
    """Create the test database as a copy: migrations would take seconds in each test process."""
    settings.DATABASES["default"]["TEST"]["TEMPLATE"] = name_of(migrated_database)


@pytest.fixture
def database(transactional_db: None) -> str:
    """The URL of the test database, for processes that the tests start."""
    return address()


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Variables of a deployment with collected static files.

    The pages need the manifest of these files.
    """
    variables = {"DJANGO_SETTINGS_MODULE": "tests.deployed_settings"}

    def make(folder: Path) -> None:
        folders = {"COLLECTED_STATIC": str(folder / "static"), "SFAPI_DATA_DIR": str(folder), "DEBUG": "off"}
        run_on(
            "postgresql://nobody@localhost/none", "collectstatic", "--noinput", SECRET_KEY="x", **folders, **variables
        )

    folder = make_once(tmp_path_factory, "deployed", make)
    return {**variables, "COLLECTED_STATIC": str(folder / "static")}


Manage = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run_manage(simulator: Simulator, database: str) -> Manage:
    """Run a command as a real process: ``run_manage("sync_all", "--force", DEBUG="off")``."""

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return manage(*arguments, variables=simulator.variables, database=database, more=environment)

    return run
