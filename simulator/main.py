"""Run the simulator, for ``python -m simulator`` and ``python manage.py simulator``."""

from __future__ import annotations

import argparse
import os
import resource
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

from simulator import accounts, variables
from simulator.control.site import site
from simulator.gateway import Gateway
from simulator.http import Router
from simulator.pardot import routes as pardot
from simulator.pardot.settings import BUSINESS_UNIT
from simulator.salesforce import routes as salesforce
from simulator.schema import ids
from simulator.server import Exchange, PortTaken, Server
from simulator.store import StoreBusyError
from simulator.tls import Certificates, certificates
from simulator.world import DEFAULT_CONTROL_PORT, DEFAULT_PORT, DEFAULT_PUBSUB_PORT, DEFAULT_SCHOOLS, Config, World

HOST = "127.0.0.1"
MIN_SCHOOLS, MAX_SCHOOLS = 50, 200_000
OPEN_FILES = 4096

Say = Callable[[str], None]
"""Writes one or more lines of output."""


class CannotStart(Exception):
    """The simulator does not start; the message says why."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--port", type=int, default=DEFAULT_PORT, help="HTTPS port, or 0 for a free port (default %(default)s)")
    add(
        "--control-port",
        type=int,
        default=DEFAULT_CONTROL_PORT,
        help="port of the control server, or 0 for a free port (default %(default)s)",
    )
    add(
        "--pubsub-port",
        type=int,
        help=f"port of the Pub/Sub API (default {DEFAULT_PUBSUB_PORT}, or a free port if --port is not the default)",
    )
    add(
        "--schools",
        type=int,
        default=DEFAULT_SCHOOLS,
        metavar="N",
        help=f"number of schools in the data, {MIN_SCHOOLS} to {MAX_SCHOOLS:,} (default %(default)s)",
    )
    add("--seed", type=int, default=1, help="a different seed makes different data (default %(default)s)")
    add(
        "--organization",
        type=int,
        metavar="N",
        help="number of the org; each number has its own organization id (default: the seed, but at least 1)",
    )
    add(
        "--instance",
        default=ids.INSTANCE,
        metavar="XX",
        help="characters 4 and 5 of every id; another value gives new ids to all records (default %(default)s)",
    )
    add("--business-unit", default=BUSINESS_UNIT, metavar="ID", help="Pardot's business unit (default %(default)s)")
    add(
        "--as-of",
        type=_day,
        metavar="DATE",
        help="the day on which the data ends (default: the day of the existing data, or today)",
    )
    add("--data-dir", type=Path, metavar="DIR", help="data folder (default: SFAPI_DATA_DIR, or .data)")
    add("--fresh", action="store_true", help="generate the data again, without your changes")
    add("--variables-file", type=Path, metavar="PATH", help="write the printed variables to this file too")


def _day(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class Simulator:
    """The running servers of one world."""

    def __init__(self, options: argparse.Namespace, say: Say) -> None:
        """Bind the HTTP ports, then open or generate the data.

        Raises ``CannotStart`` for a wrong option, an unusable data folder or a taken port.
        """
        try:
            ids.name_instance(options.instance)
        except ValueError as error:
            raise CannotStart(f"--instance: {error}") from error
        self._variables_file: Path | None = options.variables_file
        folder = _folder(options)
        self.certificates: Certificates = _certificates(folder)
        self._servers: list[Server] = []
        self._events: Any = None
        self._pubsub_port = _pubsub_port(options)
        try:
            self._https = self._listen(options.port, secure=True)
            self._control = self._listen(options.control_port, secure=False)
            config = Config(
                folder=folder,
                host=HOST,
                port=self._https.port,
                control_port=self._control.port,
                schools=options.schools,
                seed=options.seed,
                organization=options.organization or max(options.seed, 1),
                business_unit=options.business_unit,
                as_of=options.as_of,
            )
            self.world = _open(config, fresh=options.fresh, say=say)
        except (CannotStart, PortTaken) as error:
            self._close()
            raise CannotStart(str(error)) from error

    def _listen(self, port: int, *, secure: bool) -> Server:
        server = Server((HOST, port), self.certificates.context() if secure else None)
        self._servers.append(server)
        return server

    def _listen_too(self, exchange: Exchange) -> Server:
        """Open another HTTPS port, on which ``exchange`` answers."""
        server = Server((HOST, 0), self.certificates.context())
        server.start(exchange)
        return server

    def _close(self) -> None:
        for server in self._servers:
            server.server_close()

    def start(self) -> None:
        router = Router()
        for add_routes in (salesforce.add_routes, pardot.add_routes, accounts.add_routes):
            add_routes(router, self.world)
        self._https.start(Gateway(self.world, router).exchange)
        self.world.instance.open_listener = lambda: self._listen_too(Gateway(self.world, router).exchange)
        self._start_events()
        self._control.start(site(self.world, self.variables).exchange)
        if self._variables_file:
            _write_privately(self._variables_file, self.variables())

    def _start_events(self) -> None:
        """Start the Pub/Sub API if its packages are installed. Raises ``CannotStart`` for a taken port."""
        try:
            from simulator.pubsub.service import serve as serve_events  # noqa: PLC0415 - optional packages
        except ImportError:
            return
        try:
            self._events, port = serve_events(self.world, HOST, self._pubsub_port, self.certificates.server)
        except RuntimeError as error:  # grpc's error for a port that another program uses
            raise CannotStart(f"Port {self._pubsub_port} is taken by another program.") from error
        self.world.pubsub_port = port

    def stop(self) -> None:
        if self._events is not None:
            self._events.stop(grace=None)
        self.world.instance.go_home()
        for server in self._servers:
            server.stop()
        self.world.store.close()

    def variables(self) -> str:
        """Return the text of a file of variables. Variables for other ways to log in are comments."""
        return variables.as_text(self.world, self.certificates)

    def variables_to_set(self) -> list[str]:
        return variables.as_lines(variables.variables(self.world, self.certificates))


def _pubsub_port(options: argparse.Namespace) -> int:
    if options.pubsub_port is not None:
        return int(options.pubsub_port)
    return DEFAULT_PUBSUB_PORT if options.port == DEFAULT_PORT else 0


def _folder(options: argparse.Namespace) -> Path:
    parent = options.data_dir or Path(os.environ.get("SFAPI_DATA_DIR") or ".data")
    return Path(parent) / "simulator"


def _certificates(folder: Path) -> Certificates:
    try:
        return certificates(folder)
    except OSError as error:
        raise CannotStart(f"--data-dir: {folder} cannot be used: {error.strerror}.") from error


def _open(config: Config, *, fresh: bool, say: Say) -> World:
    if not MIN_SCHOOLS <= config.schools <= MAX_SCHOOLS:
        raise CannotStart(f"--schools: from {MIN_SCHOOLS} to {MAX_SCHOOLS:,}.")
    try:
        return World.open(config, fresh=fresh, progress=say)
    except StoreBusyError as error:
        raise CannotStart(str(error)) from error


def _write_privately(path: Path, text: str) -> None:
    """Write the whole file at once, so that a waiting reader never sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(text)
    draft.replace(path)


def _raise_file_limit() -> None:
    """Raise the soft limit of open files. Every connection and every large prepared answer needs a file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft < limit:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))


def serve(options: argparse.Namespace, say: Say) -> None:
    """Serve until SIGINT or SIGTERM. Raises ``CannotStart`` when the simulator cannot start."""
    stopping = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        _raise_file_limit()
        simulator = Simulator(options, say)
        simulator.start()
        say(_greeting(simulator))
        stopping.wait()
        simulator.stop()
        say("The simulator has stopped.")
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _greeting(simulator: Simulator) -> str:
    config = simulator.world.config
    return "\n".join(
        (
            f"Salesforce, Pardot and Accounts answer at {config.base_url} ({config.schools:,} schools).",
            f"Control page: {config.control_url}/",
            _events_line(simulator.world),
            f"Certificate authority: {simulator.certificates.authority}",
            "",
            "Variables to set:",
            "",
            *simulator.variables_to_set(),
            "",
            f"Variables for other ways to log in: {config.control_url}/variables",
            "Ready. Ctrl-C stops the simulator.",
        )
    )


def _events_line(world: World) -> str:
    if world.pubsub_port:
        return f"Pub/Sub API: localhost:{world.pubsub_port}"
    return "Pub/Sub API: not running (pip install -r requirements/follow.txt)"


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(arguments: Sequence[str] | None = None, *, program: str = "python -m simulator") -> int:
    """Parse ``arguments`` (by default those of the process), serve, and return the exit status."""
    parser = argparse.ArgumentParser(
        prog=program, description="Simulates Salesforce, Pardot and OpenStax Accounts over HTTPS."
    )
    add_arguments(parser)
    try:
        serve(parser.parse_args(arguments), _print)
    except CannotStart as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0
