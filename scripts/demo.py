"""Run ``make demo``: a simulator, a synced cache and a server, from nothing.

Each ``manage.py`` command is printed before it runs. The variables that the commands need are passed in the
environment and stored in ``.data/demo.env`` for other shells. Ctrl-C ends everything; the data stays for the next
start.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from api.domain.scopes import Scope
from simulator.main import MAX_SCHOOLS, MIN_SCHOOLS

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / os.environ.get("SFAPI_DATA_DIR", ".data")
VARIABLES = DATA / "demo.env"
SIMULATOR_VARIABLES = DATA / "simulator.env"


def _number(name: str, default: int, least: int, most: int) -> int:
    """Return the number in an environment variable, or ``default`` if the variable is not set or empty.

    Ends the program with one line when the value is not a number in the range.
    """
    text = os.environ.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        sys.exit(f"make demo: {name}: a number from {least} to {most:,}, not {text!r}")
    return int(text)


PORT = _number("PORT", 8000, 1, 65_535)
SIMULATOR_PORT = _number("SIMULATOR_PORT", 7443, 1, 65_535)
CONTROL_PORT = _number("SIMULATOR_CONTROL_PORT", 7480, 1, 65_535)
PORTS = {"PORT": PORT, "SIMULATOR_PORT": SIMULATOR_PORT, "SIMULATOR_CONTROL_PORT": CONTROL_PORT}
SCHOOLS = _number("SCHOOLS", 200, MIN_SCHOOLS, MAX_SCHOOLS)

SUPER_USER_UUID = "00000000-0000-4000-8000-000000000001"
READY_SECONDS = 300
"""The simulator may have to create its data first."""


class DemoFailed(Exception):
    """The demo cannot start or continue; the message says why."""


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    # A shell makes programs in the background ignore SIGINT, and Python keeps that setting.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    DATA.mkdir(parents=True, exist_ok=True)
    try:
        _check_ports()
        with _simulator() as simulator:
            environment = _make_environment()
            _prepare(environment)
            with _server(environment) as server:
                _explain(environment)
                _wait_for_either(server, simulator)
    except DemoFailed as error:
        sys.exit(f"make demo: {error}")
    except KeyboardInterrupt:
        print("\nStopped. The data is kept; `make demo` continues with it, `make clean` removes it.")


# -- steps ----------------------------------------------------------------------------------------------------


def _prepare(environment: dict[str, str]) -> None:
    environment.setdefault("DJANGO_SUPERUSER_PASSWORD", secrets.token_urlsafe(12))
    steps = [sys.executable, "-m", "scripts.demo_steps"]
    if subprocess.run(steps, env=environment, cwd=ROOT, check=False).returncode:
        raise DemoFailed("the last printed command failed: see above")
    if not _is_key_active(environment):
        printed = run_manage(environment, "create_api_key", "--name=demo", f"--scopes={','.join(Scope)}")
        environment["SFAPI_DEMO_KEY"] = printed.splitlines()[-1]
    _write_variables(environment)


def _is_key_active(environment: dict[str, str]) -> bool:
    """Return whether the key of an earlier start is still in the database and active."""
    key = environment.get("SFAPI_DEMO_KEY", "")
    return bool(key) and any(
        line.split()[:2] == [key.split("_")[1], "active"]
        for line in run_manage(environment, "list_api_keys").splitlines()
    )


def run_manage(environment: dict[str, str], *arguments: str) -> str:
    """Run ``manage.py`` and return its output."""
    print(f"$ python manage.py {shlex.join(arguments)}", flush=True)
    done = subprocess.run(
        _build_command(list(arguments)), env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        raise DemoFailed(f"`manage.py {arguments[0]}` ended with status {done.returncode}: see above")
    return done.stdout


def _explain(environment: dict[str, str]) -> None:
    here = f"http://localhost:{PORT}"
    key = environment["SFAPI_DEMO_KEY"]
    print(f"""
SFAPI is running with made-up data from the simulator.

  Open     {here}/                the start page
           {here}/demo/sign-in/?next=/pardot/   the dashboard, signed in as a demo Super User
           {here}/api/v1/docs/    the API's documentation, where calls can be tried
           {here}/admin/          user "admin", password "{environment["DJANGO_SUPERUSER_PASSWORD"]}"
           http://localhost:{CONTROL_PORT}/         the simulator: change records, make Salesforce fail
           http://localhost:{CONTROL_PORT}/picker/?api={here}/api/v1   another site's school picker

  Try      curl -H "Authorization: Bearer {key}" {here}/api/v1/books
           curl "{here}/api/v1/schools?name=college&limit=3"
           .venv/bin/python manage.py camp_digest       (in another shell, see below)

  In another shell
           . {_shorten_path(VARIABLES)}       the variables of this demo
           .venv/bin/python manage.py sf check
           .venv/bin/python manage.py sync_status
           .venv/bin/python manage.py sync_all --force
           .venv/bin/python manage.py deliver_pending   what cron does every minute

Ctrl-C ends all of it.
""", flush=True)  # fmt: skip


def _shorten_path(path: Path) -> Path:
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path


# -- processes ------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _simulator() -> Iterator[subprocess.Popen[bytes]]:
    SIMULATOR_VARIABLES.unlink(missing_ok=True)
    arguments = [
        "simulator", f"--port={SIMULATOR_PORT}", f"--control-port={CONTROL_PORT}", f"--schools={SCHOOLS}",
        f"--data-dir={DATA}", f"--variables-file={SIMULATOR_VARIABLES}",
    ]  # fmt: skip
    print(f"$ python manage.py {shlex.join(arguments)}", flush=True)
    log = (DATA / "simulator.log").open("wb")
    with _process(arguments, make_base_environment(), stdout=log) as process:
        _wait_until(lambda: SIMULATOR_VARIABLES.exists() and is_answering(CONTROL_PORT), process, "the simulator")
        yield process


@contextlib.contextmanager
def _server(environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    arguments = ["runserver", "--noreload", f"localhost:{PORT}"]
    print(f"$ python manage.py {shlex.join(arguments)}", flush=True)
    with _process(arguments, environment, stdout=(DATA / "server.log").open("wb")) as process:
        _wait_until(lambda: is_answering(PORT, "/ping/"), process, "the server")
        yield process


@contextlib.contextmanager
def _process(arguments: list[str], environment: dict[str, str], stdout: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """Start a child in its own session: Ctrl-C reaches this process only, which then ends the child."""
    process = subprocess.Popen(
        _build_command(arguments), env=environment, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=stdout,
        stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def _build_command(arguments: list[str]) -> list[str]:
    return [sys.executable, str(ROOT / "manage.py"), *arguments]


def _wait_until(ready: Callable[[], bool], process: subprocess.Popen[bytes], name: str) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            log = DATA / ("simulator.log" if "simulator" in name else "server.log")
            raise DemoFailed(f"{name} did not start: {log.read_text()[-600:].strip()}")
        time.sleep(0.1)


def _wait_for_either(*processes: subprocess.Popen[bytes]) -> None:
    while all(process.poll() is None for process in processes):
        time.sleep(0.5)
    raise DemoFailed(f"a process ended by itself: see {DATA}/server.log and {DATA}/simulator.log")


def is_answering(port: int, path: str = "/state") -> bool:
    """Return whether this machine's port answers. The request bypasses any configured proxy."""
    directly = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with directly.open(f"http://localhost:{port}{path}", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _check_ports() -> None:
    taken = {name: port for name, port in PORTS.items() if not _is_free(port)}
    if taken:
        others = " ".join(f"{name}={port + 1}" for name, port in taken.items())
        ports = ", ".join(map(str, taken.values()))
        raise DemoFailed(f"taken by another program (or another demo): port {ports}. Choose others: make demo {others}")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


# -- variables ------------------------------------------------------------------------------------------------


_FOREIGN = (
    "SALESFORCE_", "DATABASE_", "PARDOT_", "ACCOUNTS_", "SSO_", "SENTRY_", "DEV_USER_UUID", "SLACK_", "DIGEST_",
    "EMAIL_", "PUBLIC_URL",
)  # fmt: skip


def make_base_environment() -> dict[str, str]:
    """Return this shell's environment without the variables of real systems; ``.env`` is not read.

    The demo must not touch these systems.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    return {**kept, "SFAPI_ENV_FILE": "", "DEBUG": "on", "SFAPI_DATA_DIR": str(DATA), "PYTHONUNBUFFERED": "1"}


def _make_environment() -> dict[str, str]:
    """Return the base environment with the simulator's variables and the secrets of an earlier start."""
    return {
        **make_base_environment(),
        **_read_last_secrets(),
        **_read_simulator_variables(),
        "SIMULATOR_URL": f"http://localhost:{CONTROL_PORT}",
        "DEMO_USER_UUID": SUPER_USER_UUID,
        **_trust_pages(),
    }


def _trust_pages() -> dict[str, str]:
    """Let the simulator's picker and a page on port 3000 call the API.

    The page on port 3000 may also write. Variables of this shell take precedence.
    """
    page = "http://localhost:3000"
    usual = {"CORS_ALLOWED_ORIGINS": f"http://localhost:{CONTROL_PORT},{page}", "CSRF_TRUSTED_ORIGINS": page}
    return {name: os.environ.get(name) or value for name, value in usual.items()}


def _read_simulator_variables() -> dict[str, str]:
    """Return the simulator's variables.

    User name and password are left out, so that the login uses client credentials. Salesforce ends logins with a
    password in 2027.
    """
    ending = {"SALESFORCE_USERNAME", "SALESFORCE_PASSWORD", "SALESFORCE_SECURITY_TOKEN"}
    return {name: value for name, value in _parse(SIMULATOR_VARIABLES).items() if name not in ending}


def _read_last_secrets() -> dict[str, str]:
    kept = _parse(VARIABLES) if VARIABLES.exists() else {}
    return {name: kept[name] for name in ("SFAPI_DEMO_KEY", "DJANGO_SUPERUSER_PASSWORD") if name in kept}


def _parse(path: Path) -> dict[str, str]:
    """Parse ``NAME=value`` and ``export NAME=value`` lines, shell-quoted."""
    values: dict[str, str] = {}
    for line in path.read_text().splitlines():
        name, separator, value = line.removeprefix("export ").partition("=")
        if separator and name.isidentifier():
            values[name] = "".join(shlex.split(value))
    return values


def _write_variables(environment: dict[str, str]) -> None:
    own = ("SFAPI_ENV_FILE", "DEBUG", "SFAPI_DATA_DIR", "SIMULATOR_URL", "DEMO_USER_UUID", "SFAPI_DEMO_KEY",
           "DJANGO_SUPERUSER_PASSWORD", *_trust_pages())  # fmt: skip
    names = [*own, *_read_simulator_variables()]
    lines = [f"export {name}={shlex.quote(environment[name])}" for name in names]
    VARIABLES.touch(mode=0o600)
    heading = f"# Written by make demo. To use it in a shell: . {_shorten_path(VARIABLES)}"
    VARIABLES.write_text("\n".join([heading, *lines, ""]))


if __name__ == "__main__":
    main()
