"""Run two data connectors as their users do, with configuration, catalog and commands.

`make conformance` and the benchmark use this module. `make conformance` runs this module in the virtual environment
of each connector. These environments lack SFAPI's packages, so the module imports only the standard library.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OBJECTS = ("Account", "Contact", "Opportunity", "Adoption__c", "Book__c")
START = "2000-01-01T00:00:00Z"


@dataclass(frozen=True)
class Connector:
    """A connector's program, with the files it needs in ``folder``."""

    program: Path
    folder: Path
    environment: Mapping[str, str]

    @property
    def config(self) -> Path:
        return self.folder / "config.json"

    @property
    def catalog(self) -> Path:
        return self.folder / "catalog.json"

    def configure(self, **more: Any) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        own = {
            "client_id": self.environment["SALESFORCE_CLIENT_ID"],
            "client_secret": self.environment["SALESFORCE_CLIENT_SECRET"],
            "refresh_token": self.environment["SALESFORCE_REFRESH_TOKEN"],
            "start_date": START,
        }
        self.config.write_text(json.dumps({**own, **more}))

    def run(self, *arguments: str) -> Iterator[dict[str, Any]]:
        """Yield the program's messages; raises ``RuntimeError`` with its errors when it fails."""
        complaints = self.folder / "complaints.txt"
        logged: list[str] = []
        with (
            complaints.open("w") as file,
            subprocess.Popen(
                [str(self.program), *arguments],
                env=dict(self.environment),
                stdout=subprocess.PIPE,
                stderr=file,
                text=True,
            ) as process,
        ):
            yield from _messages(process.stdout or (), logged)
        if process.returncode:
            complaint = complaints.read_text() + "".join(logged)
            raise RuntimeError(f"status {process.returncode}: {complaint[-600:]}")

    def read_arguments(self) -> list[str]:
        raise NotImplementedError

    def records(self) -> dict[str, int]:
        """Read the objects that ``discover`` has chosen, and return the number of records of each."""
        counts: dict[str, int] = {}
        for message in self.run(*self.read_arguments()):
            if message.get("type") == "RECORD":
                stream = message.get("stream") or message["record"]["stream"]
                counts[stream] = counts.get(stream, 0) + 1
        return counts


def _messages(lines: Iterable[str], logged: list[str]) -> Iterator[dict[str, Any]]:
    """Yield the lines that are JSON objects.

    Append log messages, and lines that are no JSON, to ``logged``.
    """
    for line in lines:
        try:
            message = json.loads(line)
        except ValueError:
            logged.append(line)
            continue
        if isinstance(message, dict):
            yield message
            if message.get("type") in ("LOG", "TRACE"):
                logged.append(line)


class Tap(Connector):
    """The Singer tap, tap-salesforce."""

    def discover(self) -> int:
        """Write the catalog with ``OBJECTS`` selected, and return the number of streams."""
        done = subprocess.run(
            [str(self.program), "--config", str(self.config), "--discover"],
            env=dict(self.environment), capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(done.stderr[-600:])
        catalog = json.loads(done.stdout)
        for stream in catalog["streams"]:
            if stream["stream"] in OBJECTS:
                _select(stream)
        self.catalog.write_text(json.dumps(catalog))
        return len(catalog["streams"])

    def read_arguments(self) -> list[str]:
        return ["--config", str(self.config), "--properties", str(self.catalog)]


def _select(stream: dict[str, Any]) -> None:
    for entry in stream["metadata"]:
        if entry["metadata"].get("inclusion") != "unsupported":
            entry["metadata"]["selected"] = True


class Airbyte(Connector):
    """Airbyte's source connector, which uses Bulk API 2.0 where it can."""

    def check(self) -> None:
        results = [
            message for message in self.run("check", "--config", str(self.config)) if "connectionStatus" in message
        ]
        if not results or results[-1]["connectionStatus"]["status"] != "SUCCEEDED":
            raise RuntimeError(str(results))

    def discover(self) -> int:
        catalogs = [message["catalog"] for message in self.run("discover", "--config", str(self.config))
                    if message.get("type") == "CATALOG"]  # fmt: skip
        streams = catalogs[-1]["streams"]
        chosen = [
            {"stream": stream, "sync_mode": "full_refresh", "destination_sync_mode": "overwrite"}
            for stream in streams
            if stream["name"] in OBJECTS
        ]
        self.catalog.write_text(json.dumps({"streams": chosen}))
        return len(streams)

    def read_arguments(self) -> list[str]:
        return ["read", "--config", str(self.config), "--catalog", str(self.catalog)]
