"""Install other authors' Salesforce clients under ``.conformance/``, in pinned versions.

Each Python client has its own environment. The clients for Node share a folder.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.environments import ROOT, find_program, install_node, install_python, run_installer

FOLDER = ROOT / ".conformance"
REQUIREMENTS = ROOT / "requirements" / "conformance"
NODE_FILES = (Path(__file__).parent / "package.json", Path(__file__).parent / "package-lock.json")
NODE_FOLDER = FOLDER / "node"


@dataclass(frozen=True)
class Client:
    """Another author's Salesforce client: its package, and the script that uses it."""

    package: str
    script: str
    """A module in ``tests.conformance.clients``, or an ``.mjs`` file there."""
    driver: str = ""
    """Only for a package that is a mock of Salesforce, not a client: the module that lets SFAPI call the mock.
    The module starts the script as a server, and runs in SFAPI's environment."""

    @property
    def by_node(self) -> bool:
        return self.script.endswith(".mjs")

    @property
    def command(self) -> list[str]:
        if self.by_node:
            return [find_program("node"), str(Path(__file__).parent / "clients" / self.script)]
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
        """Install the environment unless it matches the pinned files; return the client's version."""
        if self.by_node:
            install_node(NODE_FOLDER, NODE_FILES)
            manifest = NODE_FOLDER / "node_modules" / self.package / "package.json"
            return str(json.loads(manifest.read_text())["version"])
        install_python(self.folder, REQUIREMENTS / f"{self.package}.txt")
        code = f"from importlib.metadata import version; print(version('{self.package}'))"
        return run_installer([str(self.python), "-c", code]).strip()
