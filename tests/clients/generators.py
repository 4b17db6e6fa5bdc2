"""Install the client generators, and generate, check and run a client with each of them.

Commands and a first example come from ``docs/consumers.md``. The programs that use the clients are written by hand, in
``programs/``. Each program is copied beside its generated client, where a consumer would place it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.environments import ROOT, find_program, install_node, install_python

HERE = Path(__file__).parent
FOLDER = ROOT / ".clients"
REQUIREMENTS = ROOT / "requirements" / "clients"
CONSUMERS = ROOT / "docs" / "consumers.md"
NODE_FILES = (HERE / "package.json", HERE / "package-lock.json")
NODE_FOLDER = FOLDER / "node"
DOCUMENT = "/api/v1/openapi.json?part=public"
STEP_SECONDS = 300


class StepFailed(Exception):
    """Raised, with the output or the error, when a command fails or prints no usable result."""


@dataclass(frozen=True)
class Generator:
    """A generator: its package, and the program in ``programs/`` that uses its client."""

    package: str
    program: str
    language: str
    """The language's name in ``docs/consumers.md``."""

    @property
    def command(self) -> str:
        """Return the shell lines of ``docs/consumers.md`` after the first, which installs the generator."""
        return documented("sh", self.package).split("\n", 1)[1]

    @property
    def folder(self) -> Path:
        """The folder of the generated client."""
        return FOLDER / "generated" / self.package.replace("/", "-")

    def install(self) -> str:
        """Install the generator unless it is installed, and return its version."""
        raise NotImplementedError

    def generate(self, url: str) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        run_step(["sh", "-ec", self.command], self.folder, {**self.environment(), "SFAPI_URL": url})
        shutil.copy(HERE / "programs" / self.program, self.folder)
        (self.folder / f"example.{self.language[:2]}").write_text(documented(self.language, self.package))
        self.add_files()

    def add_files(self) -> None:
        """Add the other files that program and example need."""
        raise NotImplementedError

    def check(self) -> None:
        """Compile or type-check the client, the program and the example."""
        raise NotImplementedError

    def run_command(self, name: str) -> list[str]:
        """Return the command that runs the file with this name, given without its extension."""
        raise NotImplementedError

    def run_example(self, variables: Mapping[str, str]) -> str:
        """Run the example of ``docs/consumers.md`` and return its output."""
        return run_step(self.run_command("example"), self.folder, variables).strip()

    def environment(self) -> dict[str, str]:
        """Return the environment variables for the generator and its program."""
        raise NotImplementedError


class PythonGenerator(Generator):
    """A generator from PyPI, in its own virtual environment with mypy."""

    @property
    def _bin(self) -> Path:
        return FOLDER / self.package / "bin"

    def install(self) -> str:
        install_python(self._bin.parent, REQUIREMENTS / f"{self.package}.txt")
        code = f"from importlib.metadata import version; print(version('{self.package}'))"
        return run_step([str(self._bin / "python"), "-c", code], ROOT, self.environment()).strip()

    def add_files(self) -> None:
        # calls.py needs only the standard library, and prints each result as a line that tests/outcomes.py reads.
        shutil.copy(ROOT / "tests" / "conformance" / "clients" / "calls.py", self.folder)

    def check(self) -> None:
        run_step([str(self._bin / "mypy"), "--config-file=", "--strict", "."], self.folder, self.environment())

    def run_command(self, name: str) -> list[str]:
        return [str(self._bin / "python"), str(self.folder / f"{name}.py")]

    def environment(self) -> dict[str, str]:
        return {**make_base_environment(), "PATH": f"{self._bin}:{os.environ.get('PATH', '')}"}


class NodeGenerator(Generator):
    """A generator from npm; TypeScript compiles its client, and Node runs it."""

    @property
    def folder(self) -> Path:
        # Node looks for modules in the folders above a file.
        return NODE_FOLDER / "generated" / self.package.replace("/", "-")

    def install(self) -> str:
        install_node(NODE_FOLDER, NODE_FILES)
        return installed_version(self.package)

    def add_files(self) -> None:
        for file in (HERE / "programs" / "calls.ts", HERE / "tsconfig.json"):
            shutil.copy(file, self.folder)

    def check(self) -> None:
        run_step(["tsc", "-p", "."], self.folder, self.environment())

    def run_command(self, name: str) -> list[str]:
        return [find_program("node"), str(self.folder / "built" / f"{name}.js")]

    def environment(self) -> dict[str, str]:
        return node_environment()


GENERATORS: tuple[Generator, ...] = (
    PythonGenerator("openapi-python-client", "openapi_python_client.py", "python"),
    NodeGenerator("openapi-typescript", "openapi_typescript.ts", "ts"),
    NodeGenerator("@hey-api/openapi-ts", "hey_api.ts", "ts"),
)


def documented(language: str, package: str) -> str:
    """Return the code of ``docs/consumers.md`` in this language for the package."""
    text = CONSUMERS.read_text()
    match = re.search(rf"^```{language} {re.escape(package)}\n(.+?)^```$", text, re.MULTILINE | re.DOTALL)
    assert match, f"docs/consumers.md has nothing in {language} for {package}"
    return match[1]


def make_base_environment() -> dict[str, str]:
    return {
        "PATH": os.environ.get("PATH", ""),
        "LANG": "C.UTF-8",
        "HOME": str(FOLDER),
        "NO_PROXY": "localhost,127.0.0.1",
    }


def node_environment() -> dict[str, str]:
    """Return the variables for npm's programs, with the installed packages' commands on the PATH."""
    quiet = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "SCARF_ANALYTICS": "false"}
    path = f"{NODE_FOLDER / 'node_modules' / '.bin'}:{os.environ.get('PATH', '')}"
    return {**make_base_environment(), **quiet, "PATH": path}


def installed_version(package: str) -> str:
    """Return the version of a package from npm."""
    return str(json.loads((NODE_FOLDER / "node_modules" / package / "package.json").read_text())["version"])


def run_step(command: list[str], folder: Path, environment: Mapping[str, str]) -> str:
    """Return the command's output; raises ``StepFailed`` with its errors."""
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=dict(environment),
            capture_output=True,
            text=True,
            timeout=STEP_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise StepFailed(f"{Path(command[0]).name}: {error}") from error
    if done.returncode:
        raise StepFailed(f"{' '.join(command)}\n{(done.stdout + done.stderr)[-3_000:]}")
    return done.stdout
