"""The files of a store: the generated data, the working copy, and the lock."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import simulator
from simulator import data
from simulator.schema import ids
from simulator.store.database import Database, connect
from simulator.store.errors import StoreBusyError

Progress = Callable[[str], None]

_SOURCES = ("schema/*.py", "data/*.py", "pardot/**/*.py")
"""Files with the code that generates the data. After a change in them, the data is generated again."""


@dataclass(frozen=True)
class Recipe:
    """The inputs of the generated data."""

    schools: int
    seed: int
    as_of: datetime
    organization: int = 1
    """The number of the org. Each number has its own organization id."""


def lock(folder: Path) -> IO[str]:
    """Lock the folder until the returned file is closed. Raises ``StoreBusyError`` for a locked folder."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = (folder / "store.lock").open("w")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        handle.close()
        raise StoreBusyError(
            f"{folder} is in use by another simulator. Stop that simulator, or choose another data folder."
        ) from error
    return handle


def prepare(
    folder: Path,
    *,
    schools: int,
    seed: int,
    as_of: datetime | None,
    organization: int,
    fresh: bool,
    progress: Progress,
) -> tuple[Recipe, Database]:
    """Open the data in the folder.

    Generate it first if it is missing, was made with other options or code, or ``fresh`` is true.
    """
    pristine, live = folder / "pristine.sqlite3", folder / "live.sqlite3"
    recipe = None if fresh else _matching(pristine, schools, seed, as_of, organization)
    if recipe is None:
        today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        recipe = Recipe(schools, seed, as_of or today, organization)
        _remove(live)
        _make(pristine, recipe, progress)
    edited = live.exists()
    if not edited:
        shutil.copyfile(pristine, live)
    return recipe, Database(live, pristine, changed=edited)


def _matching(pristine: Path, schools: int, seed: int, as_of: datetime | None, organization: int) -> Recipe | None:
    if not pristine.exists():
        return None
    connection = connect(pristine)
    try:
        meta = dict(connection.execute("SELECT name, value FROM simulator_meta"))
    except sqlite3.DatabaseError:
        return None
    finally:
        connection.close()
    if meta.get("code") != _fingerprint() or meta.get("schools") != str(schools):
        return None
    if meta.get("organization") != str(organization) or meta.get("instance") != ids.instance():
        return None
    made_as_of = datetime.fromisoformat(meta["as_of"])
    if meta.get("seed") != str(seed) or as_of not in (None, made_as_of):
        return None
    return Recipe(schools, seed, made_as_of, organization)


def _make(pristine: Path, recipe: Recipe, progress: Progress) -> None:
    """Generate the data into a file with another name first, so that an unfinished file is never used."""
    unfinished = pristine.with_suffix(".unfinished")
    _remove(unfinished)
    connection = connect(unfinished)
    try:
        connection.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA page_size = 8192; PRAGMA cache_size = -32000;"
        )
        data.make(connection, recipe.schools, recipe.seed, recipe.as_of, progress, organization=recipe.organization)
        meta = {
            "schools": recipe.schools,
            "seed": recipe.seed,
            "as_of": recipe.as_of.isoformat(),
            "organization": recipe.organization,
            "instance": ids.instance(),
            "code": _fingerprint(),
        }
        rows = [(name, str(value)) for name, value in meta.items()]
        connection.executemany("INSERT INTO simulator_meta VALUES (?, ?)", rows)
    finally:
        connection.close()
    unfinished.replace(pristine)


def _remove(path: Path) -> None:
    for ending in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


def _fingerprint() -> str:
    root = Path(simulator.__file__).parent
    digest = hashlib.sha256()
    for pattern in _SOURCES:
        for path in sorted(root.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()
