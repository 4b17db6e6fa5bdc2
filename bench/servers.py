"""Compare two servers for the application: gunicorn with SFAPI's configuration, and Granian.

Each server has 2 processes of 4 threads, and takes its turn in every round. Both do the same work: a page without the
database, reads with a key, and reads while clients create cases. Salesforce takes a second for each case.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path

import requests

from bench.callers import Callers
from bench.endpoints import PING, Load, filled
from bench.report import Result
from bench.service import CONNECTIONS, HOST, UNLIMITED, WORKERS, Service, answering, free_port
from bench.world import DATA, World

GRANIAN = "granian==2.8.9"
SECONDS = 2.0
WRITERS, WRITE_SECONDS = 4, 1.0
THREADS = CONNECTIONS // WORKERS
MOST = 2.0
PAGE = "/ping/"
SCHOOLS = "/api/v1/schools?name=college&limit=10"

Figures = dict[str, float]


def servers(schools: int, runs: int) -> Iterator[Result]:
    """Yield how much slow writes delay gunicorn's readers, then a comparison for each kind of work.

    A comparison is Granian's figure as a multiple of gunicorn's, the median of the rounds.
    """
    with filled(schools) as here, ExitStack() as stack:
        callers = Callers(here, schools, scopes="read:books,write:cases")
        running = {name: stack.enter_context(start(_environment(here))) for name, start in _SERVERS.items()}
        rounds: list[dict[str, Figures]] = []
        for turn in range(max(runs, 3) + 1):
            order = sorted(running, reverse=bool(turn % 2))
            rounds.append({name: _work(here, running[name], callers) for name in order})
    del rounds[0]  # the first round warms both servers up
    for name in (PAGE, "/schools"):
        waits = [each["gunicorn"][f"{name} while {WRITERS} write, p95"] for each in rounds]
        alone = [each["gunicorn"][f"{name} alone, p95"] for each in rounds]
        ratio = statistics.median(busy / quiet for busy, quiet in zip(waits, alone, strict=True))
        detail = f"p95 {statistics.median(alone):.0f} → {statistics.median(waits):.0f} ms"
        what = f"gunicorn, {name} while {WRITERS} clients wait for a slow Salesforce"
        yield Result(what, f"{ratio:.1f} ×", f"{MOST:g} × at most", ratio <= MOST, detail)
    for work in rounds[0]["gunicorn"]:
        own, other = (statistics.median(each[name][work] for each in rounds) for name in ("gunicorn", "granian"))
        ratio = statistics.median(each["granian"][work] / each["gunicorn"][work] for each in rounds)
        unit = "ms" if work.endswith("p95") else "MB" if work == "memory" else "/s"
        detail = f"gunicorn {own:,.0f} {unit}, Granian {other:,.0f} {unit}"
        yield Result(f"Granian compared with gunicorn, {work}", f"{ratio:.2f} ×", "none", True, detail)


def _work(here: World, server: tuple[Service, int], callers: Callers) -> Figures:
    running, pid = server
    reads: Mapping[str, Load] = {
        PAGE: PING,
        "/books": callers.service(["/api/v1/books"]),
        "/schools": callers.service([SCHOOLS]),
    }
    figures = {f"{name} a second": running.load(load, seconds=SECONDS).rate for name, load in reads.items()}
    for name, load in reads.items():
        figures[f"{name} alone, p95"] = running.load(load[:2], seconds=SECONDS).percentile(95)
    with _slow_writes(here, running.port, callers.key) as written:
        for name, load in reads.items():
            figures[f"{name} while {WRITERS} write, p95"] = running.load(load[:2], seconds=SECONDS).percentile(95)
    figures["slow writes answered a second"] = written() / (SECONDS * len(reads))
    figures["memory"] = _megabytes(pid)
    return figures


@contextmanager
def _slow_writes(here: World, port: int, key: str) -> Iterator[Callable[[], int]]:
    """Run clients that create a case, wait for the answer, and repeat; yield a counter of accepted cases."""
    fault = {"match": {"method": "PATCH"}, "times": None, "action": {"kind": "delay", "seconds": WRITE_SECONDS}}
    requests.post(f"{here.control}/faults", json=fault, timeout=30).raise_for_status()
    over, answered = threading.Event(), []

    def write() -> None:
        while not over.is_set():
            headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json", "Host": "localhost"}
            body = json.dumps({"subject": f"bench {uuid.uuid4()}", "description": "slow"})
            with closing(HTTPConnection(HOST, port, timeout=60)) as connection:
                connection.request("POST", "/api/v1/case", body, headers)
                if connection.getresponse().status in {200, 202}:
                    answered.append(1)

    writers = [threading.Thread(target=write) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    try:
        yield lambda: len(answered)
    finally:
        over.set()
        for writer in writers:
            writer.join()
        requests.post(f"{here.control}/reset", json={"faults": True}, timeout=30).raise_for_status()


@contextmanager
def _gunicorn(environment: Mapping[str, str]) -> Iterator[tuple[Service, int]]:
    port = free_port()
    command = ["-m", "gunicorn", "--config=python:sfapi.gunicorn", f"--bind={HOST}:{port}", "--log-level=error"]
    # Without --max-requests=0 gunicorn would replace workers, which closes their connections.
    own = [f"--workers={WORKERS}", f"--threads={THREADS}", "--max-requests=0"]
    with answering([*command, *own], environment, port) as process:
        yield Service(port), process.pid


@contextmanager
def _granian(environment: Mapping[str, str]) -> Iterator[tuple[Service, int]]:
    """Install Granian in its own folder, because only this benchmark needs Granian, and run it."""
    folder = DATA / "granian"
    if not (folder / "granian").is_dir():
        install = [sys.executable, "-m", "pip", "install", "--quiet", f"--target={folder}", GRANIAN]
        subprocess.run(install, check=True)
    port = free_port()
    command = ["-m", "granian", "--interface=wsgi", f"--host={HOST}", f"--port={port}", "--log-level=error"]
    threads = [f"--workers={WORKERS}", f"--blocking-threads={THREADS}", "sfapi.wsgi:application"]
    with answering([*command, *threads], {**environment, "PYTHONPATH": str(folder)}, port) as process:
        yield Service(port), process.pid


_SERVERS = {"gunicorn": _gunicorn, "granian": _granian}


def _environment(here: World) -> dict[str, str]:
    return {
        **{name: value for name, value in here.environment.items() if name != "SIMULATOR_URL"},
        "DEBUG": "off",
        "SECRET_KEY": "only-for-the-benchmark-" * 3,
        "SECURE_SSL_REDIRECT": "off",
        "LOGLEVEL": "critical",
        "WEB_THREADS": str(THREADS),
        "SALESFORCE_API_RATE_LIMIT": UNLIMITED,
        "SALESFORCE_SCHOOLS_RATE_LIMIT": UNLIMITED,
    }


def _megabytes(pid: int) -> float:
    """Return the memory of a process and its children; shared memory counts once."""
    children = subprocess.run(["pgrep", "--parent", str(pid)], capture_output=True, text=True, check=False)
    return sum(_proportional_megabytes(each) for each in (str(pid), *children.stdout.split()))


def _proportional_megabytes(pid: str) -> float:
    lines = Path("/proc", pid, "smaps_rollup").read_text().splitlines()
    [kilobytes] = [int(line.split()[1]) for line in lines if line.startswith("Pss:")]
    return kilobytes / 1024
