"""The copy kernel can copy a third system, given only a declaration and a reader.

The system is a folder with a CSV file of trails, and ``TrailSync`` is its reader.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import ClassVar

import pytest
from django.db import connection

from sf.ingest import runs
from sf.ingest.guard import ANY_DELETES
from sf.ingest.load import Column, Target
from sf.ingest.loading import LoadingSync, StagedRead
from sf.ingest.meaning import Meaning
from sf.ingest.progress import SilentProgress
from sf.ingest.sync import SyncOptions
from sf.models import RefusedRecord, SyncConfig, SyncRun

pytestmark = pytest.mark.django_db(transaction=True)

# -- the declaration and the reader -----------------------------------------------------------------------------------


class Trails:
    """The declaration of the trails."""

    name = "trails"
    fingerprint = "id, name, miles, changed"
    target = Target(
        table="trail",
        columns=(Column("id"), Column("name"), Column("miles", "numeric", (6, 1)), Column("changed", "timestamptz")),
        stamp="changed",
        marks_deleted=False,
    )


class FolderMeaning(Meaning):
    """Classify errors: a file that cannot be read fails the run, but other objects may be readable."""

    errors = (OSError,)

    def concerns_all(self, error: Exception) -> bool:
        return False


class TrailSync(LoadingSync[Trails]):
    """The reader, which reads the whole file in each run, a hundred lines at a time."""

    system: ClassVar[str] = "The folder"
    meaning = FolderMeaning()

    def __init__(self, file: Path, options: SyncOptions | None = None) -> None:
        super().__init__(Trails(), lambda: 0, SilentProgress(), options or SyncOptions(), lambda: None)
        self._file = file

    def _read_and_merge(self) -> None:
        began, rows = runs.load_database_now(), 0
        self._run.mode = SyncRun.Mode.FULL
        self._stage.create()
        lines = self._lines()
        while page := list(islice(lines, 100)):
            rows += self._stage.copy_rows(page)
        self._merge(StagedRead(rows=rows, began=began, is_full=True))

    def _lines(self) -> Iterator[tuple[str | None, ...]]:
        with self._file.open(newline="") as lines:
            rows = csv.reader(lines)
            next(rows)
            yield from (tuple(value or None for value in row) for row in rows)

    def _compute_watermark(self, read: StagedRead, greatest: datetime | None) -> datetime | None:
        return greatest

    def _make_confirmation(self) -> Callable[[], None]:
        return lambda: None

    def _note_usage(self) -> None:
        """Do nothing: a folder has no API calls to count."""


# -- the kernel copies the trails -------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    with connection.cursor() as cursor:
        cursor.execute(
            """CREATE TABLE trail (id text PRIMARY KEY, name text, miles numeric(6, 1), changed timestamptz,
               local_create_date timestamptz DEFAULT now(), local_update_date timestamptz DEFAULT now())"""
        )
    yield tmp_path
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE trail; DROP TABLE IF EXISTS trail_staged")


def write(folder: Path, rows: int, *, longer: int = 0, odd: str = "") -> Path:
    lines = ["id,name,miles,changed"]
    for number in range(rows):
        miles = number + (longer if number < 5 else 0)
        lines.append(f"t{number:03},Trail {number},{miles}.5,2026-01-{1 + number % 28:02}T00:00:00Z")
    file = folder / "trails.csv"
    file.write_text("\n".join([*lines, odd]).strip() + "\n")
    return file


def trails_in_copy() -> dict[str, tuple[str, float]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, name, miles FROM trail")
        return {row[0]: (row[1], float(row[2])) for row in cursor.fetchall()}


def test_a_second_copy_writes_only_the_new_and_changed_rows(folder: Path) -> None:
    first = TrailSync(write(folder, 300)).run()
    assert (first.state, first.rows_read, first.inserted) == ("done", 300, 300)
    again = TrailSync(write(folder, 310, longer=1)).run()
    assert (again.inserted, again.updated, again.unchanged) == (10, 5, 295)
    assert len(trails_in_copy()) == 310
    assert trails_in_copy()["t004"] == ("Trail 4", 5.5)


def test_missing_rows_are_removed_and_an_empty_file_is_taken_for_an_outage(folder: Path) -> None:
    TrailSync(write(folder, 300)).run()
    assert TrailSync(write(folder, 290)).run().soft_deleted == 10
    empty = TrailSync(write(folder, 0)).run()
    assert (empty.state, len(trails_in_copy())) == ("failed", 290)
    assert "The folder sent no records" in empty.message
    shrunk = TrailSync(write(folder, 100)).run()
    assert (shrunk.state, len(trails_in_copy())) == ("failed", 290), "the mass-delete guard must stop the run"
    allowed = TrailSync(write(folder, 100), SyncOptions(allow_deletes=ANY_DELETES)).run()
    assert (allowed.state, len(trails_in_copy())) == ("done", 100)


def test_a_row_with_an_invalid_value_is_set_aside_and_the_others_are_copied(folder: Path) -> None:
    run = TrailSync(write(folder, 20, odd="t999,Endless,∞,2026-01-01T00:00:00Z")).run()
    assert (run.state, run.set_aside, len(trails_in_copy())) == ("done", 1, 20)
    assert RefusedRecord.objects.get().record_id == "t999"


def test_a_missing_file_fails_the_run_but_does_not_stop_the_syncs_of_other_objects(folder: Path) -> None:
    sync = TrailSync(folder / "nothing.csv")
    run = sync.run()
    assert (run.state, sync.stops_the_rest) == ("failed", False)
    assert "nothing.csv" in run.message


def test_the_kill_switch_stops_a_third_system_too(folder: Path) -> None:
    SyncConfig.objects.update_or_create(id=SyncConfig.ONLY_ID, defaults={"sync_enabled": False})
    assert TrailSync(write(folder, 3)).run().state == "skipped"
    assert trails_in_copy() == {}
