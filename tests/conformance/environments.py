"""An environment of its own for each public client, under ``.conformance/``, from pinned files of this repository."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".conformance"
REQUIREMENTS = ROOT / "requirements" / "conformance"
NODE_FILES = (Path(__file__).parent / "package.json", Path(__file__).parent / "package-lock.json")
NODE_FOLDER = FOLDER / "node"
MIN_NODE = 18
INSTALL_SECONDS = 900


class NotInstalled(Exception):
    """Why a client cannot be had here."""


@dataclass(frozen=True)
class Client:
    """A public client: its package, and the script that drives it."""

    package: str
    script: str
    """A module of ``tests.conformance.clients``, or a file there that ends in ``.mjs``."""
    driver: str = ""
    """A module that runs in our environment and starts the script itself; the script is no client then."""

    @property
    def by_node(self) -> bool:
        return self.script.endswith(".mjs")

    @property
    def command(self) -> list[str]:
        if self.by_node:
            return [_program("node"), str(Path(__file__).parent / "clients" / self.script)]
        if self.driver:
            return [sys.executable, "-m", self.driver]
        return [str(self.python), "-m", f"tests.conformance.clients.{self.script}"]

    @property
    def folder(self) -> Path:
        return NODE_FOLDER if self.by_node else FOLDER / self.package

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    def install(self) -> str:
        """Make the environment unless it is there as pinned; returns the client's version."""
        if self.by_node:
            _install_node()
            manifest = NODE_FOLDER / "node_modules" / self.package / "package.json"
            return str(json.loads(manifest.read_text())["version"])
        self._install_python()
        code = f"from importlib.metadata import version; print(version('{self.package}'))"
        return _run([str(self.python), "-c", code]).strip()

    def _install_python(self) -> None:
        pinned = REQUIREMENTS / f"{self.package}.txt"
        if _is_current(self.folder, pinned):
            return
        shutil.rmtree(self.folder, ignore_errors=True)
        _run([sys.executable, "-m", "venv", str(self.folder)])
        # The file has every package at its version: there is nothing to work out.
        quick = ["--quiet", "--disable-pip-version-check", "--no-deps"]
        _run([str(self.python), "-m", "pip", "install", *quick, "-r", str(pinned)])
        _stamp(self.folder, pinned)


def _install_node() -> None:
    node = _run([_program("node"), "--version"]).strip()
    if int(node.removeprefix("v").partition(".")[0]) < MIN_NODE:
        raise NotInstalled(f"node {node} is here, version {MIN_NODE} or later is needed")
    if _is_current(NODE_FOLDER, *NODE_FILES):
        return
    shutil.rmtree(NODE_FOLDER, ignore_errors=True)
    NODE_FOLDER.mkdir(parents=True)
    for file in NODE_FILES:
        shutil.copy(file, NODE_FOLDER)
    _run([_program("npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(NODE_FOLDER)])
    _stamp(NODE_FOLDER, *NODE_FILES)


def _program(name: str) -> str:
    found = shutil.which(name)
    if not found:
        raise NotInstalled(f"{name} is not installed here (version {MIN_NODE} or later of Node.js brings it)")
    return found


def _run(command: list[str]) -> str:
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotInstalled(f"{Path(command[0]).name}: {error}") from error
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines()
        reason = next((line for line in reversed(lines) if "error" in line.lower()), lines[-1] if lines else "")
        raise NotInstalled(f"{' '.join(map(str, command[:5]))} …: {reason}")
    return done.stdout


def _digest(*pinned: Path) -> str:
    return hashlib.sha256(b"".join(file.read_bytes() for file in pinned) + sys.version.encode()).hexdigest()


def _is_current(folder: Path, *pinned: Path) -> bool:
    stamp = folder / "installed"
    return stamp.exists() and stamp.read_text() == _digest(*pinned)


def _stamp(folder: Path, *pinned: Path) -> None:
    (folder / "installed").write_text(_digest(*pinned))
