"""Run the simulator as a process, and read and change it through its control port."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import requests

ROOT = Path(__file__).resolve().parents[1]
READY_SECONDS = 60


@dataclass
class Simulator:
    """The control port of a running simulator."""

    control: str
    variables: Mapping[str, str] = field(repr=False)
    other_logins: Mapping[str, str] = field(repr=False, default_factory=dict)
    """Variables for ways to log in other than the one in ``variables``."""

    @property
    def served_variables(self) -> dict[str, str]:
        """Return ``variables`` without ``SIMULATOR_URL``, which only development may have."""
        return {name: value for name, value in self.variables.items() if name != "SIMULATOR_URL"}

    def get(self, path: str) -> Any:
        return self._checked(requests.get(self.control + path, timeout=30)).json()

    def post(self, path: str, body: Any = None) -> Any:
        return self._checked(requests.post(self.control + path, json=body or {}, timeout=30)).json()

    @staticmethod
    def _checked(answer: requests.Response) -> requests.Response:
        assert answer.ok, f"{answer.status_code}: {answer.text[:500]}"
        return answer

    # -- recorded calls ---------------------------------------------------------------------------------

    def calls(self) -> int:
        """Return the number of HTTP calls to Salesforce since the last reset, including logins."""
        return int(self.get("/state")["counters"]["salesforce"])

    def calls_to(self, fragment: str) -> int:
        by_path = self.get("/state")["counters"]["by_path"]
        return sum(count for path, count in by_path.items() if fragment in path)

    def query(self, soql: str, *, all_rows: bool = False) -> list[dict[str, Any]]:
        """Return records as dicts from SOQL path to stored value. The query is not counted as a call."""
        answer = self.post("/query", {"soql": soql, "all_rows": all_rows})
        return [dict(zip(answer["columns"], row, strict=True)) for row in answer["rows"]]

    def ids(self, sobject: str, where: str = "Id != null") -> list[str]:
        return [row["Id"] for row in self.query(f"SELECT Id FROM {sobject} WHERE {where}")]

    # -- changes ----------------------------------------------------------------------------------------

    def reset(self) -> None:
        self.post("/reset")

    def create(self, sobject: str, **values: Any) -> str:
        return str(self.post(f"/records/{sobject}", values)["id"])

    def edit(self, sobject: str, record: str, **values: Any) -> None:
        self._checked(requests.patch(f"{self.control}/records/{sobject}/{record}", json=values, timeout=30))

    def do(self, action: str, sobject: str, record: str) -> None:
        """Do ``delete``, ``undelete`` or ``purge`` to a record."""
        self.post(f"/records/{sobject}/{record}/{action}")

    def set_raw(self, sobject: str, record: str, *, touch: bool = True, **values: Any) -> None:
        """Set values without validation; without ``touch`` keep the time stamp, as when formula fields change."""
        self.post(f"/records/{sobject}/{record}/raw", {"values": values, "touch": touch})

    def merge(self, sobject: str, master: str, loser: str) -> None:
        self.post("/merge", {"sobject": sobject, "master": master, "losers": [loser]})

    def fail(self, kind: str, *, path: str = "", times: int | None = 1, skip: int = 0, **action: Any) -> None:
        self.post(
            "/faults",
            {"match": {"path": path}, "skip": skip, "times": times, "action": {"kind": kind, **action}},
        )


def start_simulator(folder: Path, *more: str, schools: int, seed: int = 7) -> tuple[subprocess.Popen[bytes], Simulator]:
    """Start a simulator on free ports; the caller stops the process with ``terminate``."""
    variables = folder / "simulator.env"
    log = (folder / "simulator.log").open("wb")
    with log:
        process = _simulator_process(folder, variables, log, schools, seed, more)
    deadline = time.monotonic() + READY_SECONDS
    while not variables.exists():
        assert process.poll() is None, (folder / "simulator.log").read_text()
        assert time.monotonic() < deadline, "the simulator did not start"
        time.sleep(0.05)
    # Each session of a client reads the file of certificates: ca.pem has one, bundle.pem more than a hundred.
    text = variables.read_text().replace("/bundle.pem", "/ca.pem")
    values, others = parse_variables(text), parse_variables(text.replace("\n# ", "\n"))
    return process, Simulator(values["SIMULATOR_URL"], values, {name: others[name] for name in others.keys() - values})


def _simulator_process(
    folder: Path, variables: Path, log: IO[bytes], schools: int, seed: int, more: Sequence[str] = ()
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [
            sys.executable, "-m", "simulator", "--port", "0", "--control-port", "0", f"--schools={schools}",
            f"--seed={seed}", f"--data-dir={folder}", f"--variables-file={variables}", *more,
        ],
        cwd=ROOT,
        stdout=log,
        stderr=subprocess.STDOUT,
    )  # fmt: skip


def parse_variables(text: str) -> dict[str, str]:
    lines = [line.partition("=") for line in text.splitlines() if not line.startswith("#") and "=" in line]
    return {name.strip(): "".join(shlex.split(value)) for name, _, value in lines}


def manage(
    *arguments: str, variables: Mapping[str, str], database: str, more: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run ``manage.py`` as a process, with the test database and the simulator."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment(variables, database, **(more or {})),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def environment(variables: Mapping[str, str], database: str, **more: str) -> dict[str, str]:
    own = {"SFAPI_ENV_FILE": "", "DEBUG": "on", "DATABASE_URL": database, "NO_PROXY": "localhost,127.0.0.1"}
    path = {"PATH": os.environ["PATH"]}
    return {**path, **variables, **own, **more}
