"""Check out the code of a release from this repository's history."""

from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path

from tests.simulated import ROOT


class NoHistory(Exception):
    """Raised when the commit is not in this clone."""


def check_out(commit: str, folder: Path) -> Path:
    """Write the files of the commit into the folder, and return the folder."""
    done = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        raise NoHistory(f"commit {commit[:12]} is not in this clone (git fetch --unshallow)")
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder
