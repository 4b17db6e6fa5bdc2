"""Install third-party programs for tests, lint and benchmarks, in versions that the repository pins."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MIN_NODE = 18
INSTALL_SECONDS = 900
_NPM_CI = ("ci", "--ignore-scripts", "--no-audit", "--no-fund")
_NPM_PROBE = ("view", "typescript", "version", "--fetch-retries=0")
"""Look up one version first. Without a registry, ``npm ci`` would retry for minutes."""
_UNREACHABLE = ("ENOTFOUND", "ECONNREFUSED", "ECONNRESET", "EAI_AGAIN", "ETIMEDOUT", "EPROTO", "CERT")


class NotInstalled(Exception):
    """Raised with the reason why a program cannot be installed."""


_failed: dict[Path, NotInstalled] = {}
"""The folders that could not be filled, with the reasons. The next install into such a folder fails at once."""


def install_python(folder: Path, pinned: Path) -> None:
    """Make ``folder`` a virtual environment with exactly the packages of ``pinned``, unless it already is."""
    if _is_current(folder, pinned):
        return
    shutil.rmtree(folder, ignore_errors=True)
    run_installer([sys.executable, "-m", "venv", str(folder)])
    # The file pins every package, so pip need not resolve dependencies.
    quick = ["--quiet", "--disable-pip-version-check", "--no-deps"]
    run_installer([str(folder / "bin" / "python"), "-m", "pip", "install", *quick, "-r", str(pinned)])
    _stamp(folder, pinned)


def install_node(folder: Path, files: Sequence[Path]) -> None:
    """Install exactly the packages of ``files``, unless they are installed.

    The files are ``package.json`` and its lock file.
    """
    node = run_installer([find_program("node"), "--version"]).strip()
    if int(node.removeprefix("v").partition(".")[0]) < MIN_NODE:
        raise NotInstalled(f"node {node} is installed, but version {MIN_NODE} or later is needed")
    npm = find_program("npm")
    if folder in _failed:
        raise _failed[folder]
    if not _is_current(folder, *files):
        try:
            _fill(folder, npm, files)
        except NotInstalled as reason:
            _failed[folder] = reason
            raise


def _fill(folder: Path, npm: str, files: Sequence[Path]) -> None:
    run_installer([npm, *_NPM_PROBE])
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for file in files:
        shutil.copy(file, folder)
    run_installer([npm, *_NPM_CI, "--prefix", str(folder)])
    _stamp(folder, *files)


def find_program(name: str) -> str:
    """Return the path of ``node`` or ``npm``."""
    path = shutil.which(name)
    if not path:
        raise NotInstalled(
            f"{name} is not installed here. Install Node.js {MIN_NODE} or later with npm "
            "(Debian and Ubuntu: apt-get install nodejs npm)"
        )
    return path


def run_installer(command: list[str]) -> str:
    """Return the command's output; raises ``NotInstalled`` with the reason when it fails."""
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotInstalled(f"{Path(command[0]).name}: {error}") from error
    if done.returncode:
        raise NotInstalled(f"{' '.join(map(str, command[:3]))} …: {_reason(done.stderr or done.stdout)}")
    return done.stdout


def _reason(complaint: str) -> str:
    """Return the line with the reason.

    npm's first line has only a code, and npm's last lines name a log file.
    """
    lines = [line for line in complaint.strip().splitlines() if "complete log" not in line] or [""]
    errors = [line for line in lines if "error" in line.lower()] or lines
    reason = next((line for line in errors if "reason" in line), errors[-1])
    if any(code in complaint for code in _UNREACHABLE) or "No matching distribution" in complaint:
        reason += ". Check the network, or name a mirror (npm_config_registry, PIP_INDEX_URL)"
    return reason


def _digest(*pinned: Path) -> str:
    return hashlib.sha256(b"".join(file.read_bytes() for file in pinned) + sys.version.encode()).hexdigest()


def _is_current(folder: Path, *pinned: Path) -> bool:
    stamp = folder / "installed"
    return stamp.exists() and stamp.read_text() == _digest(*pinned)


def _stamp(folder: Path, *pinned: Path) -> None:
    (folder / "installed").write_text(_digest(*pinned))
