"""A replica answers a read only when it provably has the data; otherwise the primary answers."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import psycopg
import pytest
import requests

from tests.api.replicated import Replicated, Service, replicated
from tests.api.world import table
from tests.databases import run_on
from tests.in_background import in_background
from tests.pooled import pgbouncer
from tests.simulated import ROOT, Simulator, manage

pytestmark = pytest.mark.slow

ACCOUNTS = "/api/v1/records/accounts"
NOTES = "/api/v1/pardot/notes"
FIRST = "001Hs0000000001IAA"
IDS = {"{type}": "forms", "{sf_id}": "701Hs0000000001IAA", "{school_id}": FIRST, "s/{id}": f"s/{FIRST}"}
"""The values of path parameters. Parameters that are missing here are numbers."""
ERASED = "7c1d9f04-0000-4000-8000-0000000050d0"
LONG_LAG = 3600
SHORT_LAG = 2
MANY = 300
"""The number of accounts. A page of all of them takes the service some time."""


@pytest.fixture(scope="module")
def both(migrated_database: str, worker_id: str) -> Iterator[Replicated]:
    """A primary and its standby, with ``MANY`` accounts."""
    # The tests of this module may run in several processes at once.
    with replicated(ROOT / ".data" / "tests" / f"replica-{worker_id}", migrated_database) as both:
        both.primary.rows(
            "INSERT INTO sf_account "
            "(id, name, type, system_modstamp, is_deleted, local_create_date, local_update_date) "
            "SELECT '001Hs' || lpad(n::text, 10, '0') || 'IAA', 'Example ' || n, 'College', now(), false, now(), now() "
            f"FROM generate_series(1, {MANY}) n"
        )
        yield both


@pytest.fixture(scope="module")
def patient(both: Replicated) -> Iterator[Service]:
    """A service that may use a replica which lags up to an hour."""
    with both.served(lag=LONG_LAG) as service:
        yield service


@pytest.fixture(scope="module")
def strict(both: Replicated) -> Iterator[Service]:
    with both.served(lag=SHORT_LAG) as service:
        yield service


@pytest.fixture(autouse=True)
def in_step(both: Replicated) -> Iterator[None]:
    """Let the standby catch up before each test, and resume its replay afterward."""
    both.standby.catch_up()
    forget_limits(both)
    yield
    both.standby.resume()


@contextmanager
def paused(both: Replicated, *used_by: Service) -> Iterator[None]:
    """Wait until each service reports in ``/healthz/`` that it uses the standby, and pause the standby's replay."""
    for service in used_by:
        wait_for(service.is_replicated)
    both.standby.pause()
    yield
    both.standby.resume()


def forget_limits(both: Replicated) -> None:
    """Delete the counts of requests, because no setting changes the limit of ``/records/``."""
    both.primary.rows("DELETE FROM api_ratecount")


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "timed out"
        time.sleep(0.05)


def name_of_first(service: Service) -> str:
    return str(service.get(f"/api/v1/records/accounts/{FIRST}", fields="name").json()["name"])


def rename_first(both: Replicated, name: str) -> None:
    both.primary.rows(f"UPDATE sf_account SET name = '{name}', local_update_date = now() WHERE id = '{FIRST}'")


# -- who answers --------------------------------------------------------------------------------------------


def reads() -> list[str]:
    """Return the GET addresses of records, schools and the dashboard, without those about syncs."""
    lines = [line for line in table().values() if line["method"] == "GET"]
    paths = [f"{line['route']}?{line['query']}" for line in lines if line["route"].startswith(REPLICATED)]
    for name, value in IDS.items():
        paths = [path.replace(name, value) for path in paths]
    return [re.sub("{[a-z_]+}", "1", path) for path in paths if "/sync/" not in path]


REPLICATED = ("/api/v1/records/", "/api/v1/schools", "/api/v1/pardot/")


def test_the_replica_answers_all_reads_of_records_schools_and_dashboard(both: Replicated, patient: Service) -> None:
    usual = {path: patient.get(path).status_code for path in reads()}
    assert Counter(usual.values())[200] > 30
    assert set(usual.values()) == {200, 404}, usual
    with paused(both, patient), both.primary_cannot_read():
        assert {path: patient.get(path).status_code for path in reads()} == usual
        assert patient.get("/pardot/progress/").status_code == 200
        assert patient.get("/api/v1/pardot/sync/status").status_code == 503, "only the primary answers this"


def test_a_paused_replica_shows_its_lag_and_is_left_out_once_it_lags_too_far(
    both: Replicated, strict: Service, patient: Service
) -> None:
    rename_first(both, "Before")
    both.standby.catch_up()
    with paused(both, strict, patient):
        rename_first(both, "After")
        assert name_of_first(patient) == "Before"
        wait_for(lambda: name_of_first(strict) == "After")
        used, lag = strict.lag()
        assert (used, lag is not None and lag > SHORT_LAG) == (False, True)
        assert requests.get(f"{strict.url}/healthz/", timeout=60).json()["status"] != "ok"
        metrics = requests.get(f"{strict.url}/metrics", timeout=60).text
        assert "sfapi_replica_used 0" in metrics
        assert "sfapi_replica_lag_seconds" in metrics
        output = manage("sync_status", variables=both.variables, database=both.primary.url).stdout
        assert "read replica    " in output
    wait_for(strict.is_replicated)
    wait_for(lambda: name_of_first(patient) == "After")


OPERATORS_PAGE = """
import re; from django.test import Client, override_settings
from api.models import User
client = Client()
client.force_login(User.objects.create_superuser("operator"))
for allowed in (3600, 2):
    with override_settings(DATABASE_REPLICA_MAX_LAG_SECONDS=allowed):
        page = client.get("/admin/", headers={"host": "localhost"}).content.decode()
    print("section:", *re.sub("<[^>]*>", " ", page[page.index("Read replica<") : page.index("Who starts")]).split())
"""


def test_the_operators_page_shows_the_lag_and_whether_the_replica_answers(both: Replicated, strict: Service) -> None:
    with paused(both, strict):
        wait_for(lambda: not strict.is_replicated())
        done = manage("shell", "-c", OPERATORS_PAGE, variables=both.variables, database=both.primary.url)
    answers, left_out = re.findall("^section: Read replica (.*)$", done.stdout, re.MULTILINE)
    assert re.match(r"Answers \d+\.\d\d s behind", answers)
    assert re.match(r"Left out not used \(the primary answers\): it is \d+ s behind", left_out)


# -- copies -------------------------------------------------------------------------------------------------


def changed_since(service: Service, since: str) -> tuple[dict[str, str | None], str]:
    """Read all pages and return the cities by id, and ``as_of``."""
    cities: dict[str, str | None] = {}
    page = service.get(ACCOUNTS, fields="city", limit=100, **({"modified_since": since} if since else {})).json()
    while True:
        assert "results" in page, page
        cities |= {row["id"]: row["city"] for row in page["results"]}
        if page["next"] is None:
            return cities, page["as_of"]
        page = requests.get(page["next"], headers={"Cookie": service.cookie}, timeout=60).json()


def test_a_replica_that_has_not_reached_as_of_does_not_answer(
    both: Replicated, patient: Service, strict: Service
) -> None:
    with paused(both, patient, strict):
        rename_first(both, "Promised")
        wait_for(lambda: name_of_first(strict) == "Promised")  # the primary answers
        [(paused_at,)] = both.standby.rows("SELECT written_at FROM sf_replicamark")
        _, as_of = changed_since(strict, "")
        while as_of <= paused_at.isoformat():
            time.sleep(0.5)  # the records have a limit of 120 requests a minute
            _, as_of = changed_since(strict, as_of)
        both.primary.rows(f"UPDATE sf_account SET city = 'Later', local_update_date = now() WHERE id = '{FIRST}'")
        changed, again = changed_since(patient, as_of)
        assert changed == {FIRST: "Later"}
        assert again >= as_of


def test_rows_that_the_replica_replays_later_are_in_the_next_read_since_as_of(
    both: Replicated, patient: Service
) -> None:
    with paused(both, patient):
        [(horizon,)] = both.standby.rows("SELECT horizon::text FROM sf_replicamark")
        # The replica has all rows dated before ``horizon``. This row has a later date, and is committed only now.
        both.primary.rows(
            f"UPDATE sf_account SET city = 'Late', local_update_date = '{horizon}'::timestamptz + interval '1 ms' "
            f"WHERE id = '{FIRST}'"
        )
        seen, as_of = changed_since(patient, "")
        assert seen[FIRST] != "Late"
    both.standby.catch_up()
    changed, _ = changed_since(patient, as_of)
    assert changed[FIRST] == "Late"


def test_a_copy_made_with_as_of_over_a_lagging_replica_equals_the_primary(
    both: Replicated, patient: Service, strict: Service
) -> None:
    copy: dict[str, str | None] = {}
    since, ended = "", threading.Event()

    def write(number: int) -> None:
        """Write in transactions that stay open for a while, so that rows become visible long after their date."""
        with psycopg.connect(both.primary.url) as connection:
            for turn in range(10_000):
                if ended.is_set():
                    return
                connection.execute("SELECT now()")
                time.sleep(0.03 * (1 + (number + turn) % 5))
                connection.execute(
                    "UPDATE sf_account SET city = %s, local_update_date = now() WHERE id = %s",
                    [f"By {number} at {turn}", f"001Hs{(number + turn * 4) % MANY + 1:010}IAA"],
                )
                connection.commit()

    with in_background([partial(write, number) for number in range(4)], ended):
        for turn in range(12):
            both.standby.pause() if turn % 4 == 1 else both.standby.resume()
            changed, since = changed_since((patient, strict)[turn % 2], since)
            copy |= changed
            time.sleep(0.25)
    both.standby.resume()
    [(last,)] = both.primary.rows("SELECT max(local_update_date) FROM sf_account")
    while since <= last.isoformat():
        time.sleep(0.2)
        changed, since = changed_since(patient, since)
        copy |= changed
    assert copy == dict(both.primary.rows("SELECT id, city FROM sf_account"))


# -- writes -------------------------------------------------------------------------------------------------


def notes(service: Service) -> list[str]:
    return [note["text"] for note in service.get(NOTES, **{"from": "2026-01-01"}).json()["notes"]]


def test_a_write_on_the_dashboard_is_seen_by_every_later_read(both: Replicated, patient: Service) -> None:
    with paused(both, patient):
        assert patient.post(NOTES, {"day": "2026-02-01", "text": "Written"}).status_code == 201
        assert "Written" in notes(patient)
        both.primary.rows("UPDATE pardot_daynote SET text = 'Changed' WHERE text = 'Written'")
    both.standby.catch_up()
    wait_for(lambda: "Changed" in notes(patient))
    with paused(both, patient), both.primary_cannot_read():
        wait_for(lambda: "Changed" in notes(patient))  # the replica answers again


def test_after_a_sync_the_dashboard_shows_what_was_stored_before_its_end(
    both: Replicated, patient: Service, simulator: Simulator
) -> None:
    notes(patient)
    with paused(both, patient):
        both.primary.rows("INSERT INTO pardot_daynote (day, text, created_by, created_at) VALUES "
                          "('2026-03-01', 'Before the end', '', now())")  # fmt: skip
        assert "Before the end" not in notes(patient)
        run_on(both.primary.url, "sync_books", **simulator.variables)
        assert "Before the end" in notes(patient)


def test_a_saved_view_of_an_erased_person_is_not_shown_any_more(both: Replicated, patient: Service) -> None:
    def views() -> list[str]:
        return [view["name"] for view in patient.get("/api/v1/pardot/views").json()["views"]]

    both.primary.rows(
        "INSERT INTO pardot_savedview (name, query, owner_uuid, is_shared, created_by) "
        f"VALUES ('Of the erased', 'tab=tags', '{ERASED}', true, '')"
    )
    both.standby.catch_up()
    wait_for(lambda: views() == ["Of the erased"])
    with paused(both, patient):
        manage("erase_person", "--uuid", ERASED, "--yes", variables=both.variables, database=both.primary.url)
        assert views() == []


@contextmanager
def clock_set_back(both: Replicated) -> Iterator[None]:
    """Date the row of ``sf_replicamark`` as if the primary's clock had been ten minutes ahead until now."""
    both.primary.rows("UPDATE sf_replicamark SET written_at = clock_timestamp() + interval '10 min'")
    both.standby.catch_up()
    yield
    both.primary.rows("DELETE FROM sf_replicamark")


def test_a_write_is_seen_by_later_reads_also_after_the_primarys_clock_was_set_back(
    both: Replicated, patient: Service
) -> None:
    wait_for(patient.is_replicated)
    with clock_set_back(both):
        both.standby.pause()
        assert patient.post(NOTES, {"day": "2026-02-02", "text": "After the clock"}).status_code == 201
        assert "After the clock" in notes(patient)


def test_a_lagging_replica_is_left_out_also_after_the_primarys_clock_was_set_back(
    both: Replicated, strict: Service
) -> None:
    wait_for(strict.is_replicated)
    with clock_set_back(both):
        both.standby.pause()
        rename_first(both, "After the clock")
        time.sleep(SHORT_LAG + 1)
        assert name_of_first(strict) == "After the clock"
        assert strict.lag() == (False, None)


# -- faults and poolers ---------------------------------------------------------------------------------


class Load:
    """Clients that read continuously, and the statuses that they get."""

    def __init__(self, both: Replicated, service: Service) -> None:
        self._both, self._service = both, service
        self._ended = threading.Event()
        self.statuses: Counter[int] = Counter()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        paths = [f"{ACCOUNTS}?limit=300", "/api/v1/schools?type=College", f"{NOTES}?from=2026-01-01"]
        with in_background([partial(self._read, path) for path in paths], self._ended):
            yield

    def _read(self, path: str) -> None:
        while not self._ended.is_set():
            self.statuses[self._service.get(path).status_code] += 1
            time.sleep(0.02)

    def wait_for_more(self, number: int = 20) -> None:
        forget_limits(self._both)
        before = self.statuses.total()
        wait_for(lambda: self.statuses.total() >= before + number)


def conflicts(both: Replicated) -> int:
    """Return the number of statements that the standby has canceled to continue its replay.

    The standby may cancel this query too, so the query is repeated.
    """
    while True:
        try:
            [(number,)] = both.standby.rows(
                "SELECT confl_lock + confl_snapshot + confl_bufferpin FROM pg_stat_database_conflicts "
                "WHERE datname = current_database()"
            )
        except psycopg.errors.SerializationFailure:
            continue
        return int(number)


def disturb(both: Replicated) -> None:
    """Vacuum and lock a table on the primary. Replaying either one conflicts with reads on the standby."""
    with psycopg.connect(both.primary.url, autocommit=True) as connection:
        connection.execute("UPDATE sf_account SET state = 'Texas'")
        connection.execute("VACUUM sf_account")
        with connection.transaction():
            connection.execute("LOCK TABLE sf_account IN ACCESS EXCLUSIVE MODE")


def test_conflicts_with_the_replay_break_no_answer(both: Replicated, patient: Service) -> None:
    load, before = Load(both, patient), conflicts(both)
    with both.standby.canceling_conflicting_reads(), load.at_work():
        while load.statuses.total() < 20 or conflicts(both) < before + 3:
            disturb(both)
            load.wait_for_more(1)
    assert set(load.statuses) == {200}


def test_a_killed_replica_breaks_no_answer_and_is_used_again_when_it_is_back(
    both: Replicated, patient: Service
) -> None:
    load = Load(both, patient)
    with load.at_work():
        load.wait_for_more()
        both.standby.kill()
        load.wait_for_more()
        wait_for(lambda: not patient.is_replicated())
        both.standby.start()
        wait_for(patient.is_replicated)
        load.wait_for_more()
    assert set(load.statuses) == {200}


def test_a_replica_that_hangs_breaks_no_answer(both: Replicated, patient: Service) -> None:
    load = Load(both, patient)
    with load.at_work():
        load.wait_for_more()
        with both.standby.frozen():
            load.wait_for_more()
        wait_for(patient.is_replicated)
        load.wait_for_more()
    assert set(load.statuses) == {200}


def test_the_replica_answers_through_a_pooler(both: Replicated) -> None:
    rename_first(both, "Before")
    both.standby.catch_up()
    with pgbouncer(both.standby.url) as pooled, both.served(lag=LONG_LAG, replica=pooled) as service:
        with paused(both, service):
            rename_first(both, "After")
            assert name_of_first(service) == "Before"
            assert service.get("/api/v1/schools", type="College").status_code == 200
        wait_for(lambda: name_of_first(service) == "After")


def test_a_server_that_does_not_follow_the_primary_is_not_used(both: Replicated) -> None:
    def status_line(url: str) -> Any:
        variables = {"DATABASE_REPLICA_URL": url}
        lines = manage("sync_status", variables=variables, database=both.primary.url).stdout.splitlines()
        return next(line for line in lines if line.startswith("read replica"))

    assert "it follows no primary" in status_line(both.primary.url)
    assert "it cannot be read" in status_line(both.standby.url.replace("/postgres", "/template1"))
    assert "it cannot be read" in status_line("postgresql://sfapi@127.0.0.1:1/postgres")
