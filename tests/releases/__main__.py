"""``python -m tests.releases 0.2.0 HEAD``: record the database schema of a release.

The command migrates an empty database with the code of the given commit, in this virtual environment. It writes
the schema to ``tests/releases/0.2.0.json``, without the tables, columns and functions that the release after 0.2.0
drops. CONTRIBUTING.md says when to run the command.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.fresh_database import fresh_database
from tests.releases.checkout import check_out
from tests.releases.drops import documented_drops
from tests.releases.schema import FOLDER, as_json, describe, without
from tests.simulated import ROOT, environment


def main() -> None:
    options = _options()
    commit = subprocess.run(
        ["git", "rev-parse", "--verify", f"{options.commit}^{{commit}}"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout.strip()  # fmt: skip
    database = fresh_database(ROOT / ".data" / "releases", "sfapi_release")
    with tempfile.TemporaryDirectory() as folder:
        checkout = check_out(commit, Path(folder))
        migrate = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
        subprocess.run(migrate, cwd=checkout, env=environment({}, database), check=True)
        needed = without(describe(database), documented_drops(checkout))
    path = FOLDER / f"{options.release}.json"
    path.write_text(as_json(options.release, commit, needed))
    print(path.relative_to(ROOT))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.releases", description=__doc__)
    parser.add_argument("release", help="the release's number, such as 0.2.0")
    parser.add_argument("commit", help="the release's commit or tag")
    return parser.parse_args()


if __name__ == "__main__":
    main()
