"""Run a simulator in its own process."""

from __future__ import annotations

import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 120
STOP_SECONDS = 60


class RunningSimulator:
    """A simulator that starts on free ports and runs until :meth:`stop`.

    ``variables`` are the environment variables for SFAPI; ``session()`` trusts the simulator's certificate; ``control``
    calls the control server and returns its JSON.
    """

    def __init__(self, data_dir: Path, *arguments: str, schools: int = 50) -> None:
        variables_file = data_dir / "variables"
        variables_file.unlink(missing_ok=True)
        command = [sys.executable, "-m", "simulator", "--port", "0", "--control-port", "0"]
        command += ["--schools", str(schools), "--data-dir", str(data_dir)]
        command += ["--variables-file", str(variables_file), *arguments]
        self._log = data_dir / "simulator.log"
        data_dir.mkdir(parents=True, exist_ok=True)
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)
        self._wait_for(variables_file)
        self.variables = read_variables(variables_file.read_text())
        self.base_url = self.variables["SALESFORCE_HOST"]
        self.control_url = self.variables["SIMULATOR_URL"]
        self.bundle = self.variables["REQUESTS_CA_BUNDLE"]

    def _wait_for(self, file: Path) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not file.exists() or "Ready." not in self.output():
            if self.process.poll() is not None:
                raise RuntimeError(f"The simulator ended before it was ready:\n{self.output()}")
            if time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"The simulator did not start:\n{self.output()}")
            time.sleep(0.02)

    def output(self) -> str:
        return self._log.read_text()

    def session(self) -> requests.Session:
        """Return a session that trusts the simulator and uses no proxy."""
        session = requests.Session()
        session.trust_env = False
        session.verify = self.bundle
        return session

    def control(self, method: str, path: str, payload: Any = None) -> Any:
        response = requests.request(method, f"{self.control_url}{path}", json=payload, timeout=60)
        response.raise_for_status()
        return response.json()

    def control_text(self, path: str) -> str:
        response = requests.get(f"{self.control_url}{path}", timeout=60)
        response.raise_for_status()
        return response.text

    def fault(self, kind: str, *, times: int | None = 1, skip: int = 0, match: Any = None, **action: Any) -> None:
        rule = {"match": match or {}, "skip": skip, "times": times, "action": {"kind": kind, **action}}
        self.control("POST", "/faults", rule)

    def stop(self) -> int:
        """Terminate the simulator and return its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait(STOP_SECONDS)


def read_variables(text: str) -> dict[str, str]:
    """Read ``NAME=value`` lines as a shell would."""
    lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    pairs = (shlex.split(line)[0].partition("=") for line in lines)
    return {name: value for name, _, value in pairs}
