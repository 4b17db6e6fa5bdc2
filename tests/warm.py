"""Start Python processes from a process that has already imported Django and other libraries.

Imports are most of a start's cost, and tests start hundreds of commands and services. ``quick_starts`` makes
``subprocess`` start Python programs as forks of the warm process, which has loaded the libraries but not the project.
The fork gets the environment, folder, arguments and files of the call, and runs the program from its first line. The
fork is a child of the tests like any other: it can be signaled, killed and waited for.

When a command of ``manage.py`` is repeated in the same environment, it is forked from another process, which has
loaded the project too (``Loaded``). The first run of each command still tests a complete start.

Forks are used only on Linux, and only where this Python's private ``Popen._execute_child`` has the known parameters.
Elsewhere, and for every call that ``_can_be_forked`` rejects, ``subprocess`` works as usual.
"""

from __future__ import annotations

import ctypes
import fcntl
import gc
import importlib
import inspect
import io
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.measured import VARIABLE as MEASURED
from tests.measured import measure_this_process

ROOT = Path(__file__).resolve().parents[1]
LIBRARIES = (
    "cryptography.x509", "django.contrib.admin", "django.contrib.staticfiles.finders", "django.core.handlers.wsgi",
    "django.core.management.commands.migrate", "django.db.backends.postgresql.base", "django.template.loader",
    "django.urls", "dotenv", "gunicorn.app.wsgiapp", "gunicorn.workers.gthread", "jwt", "pydantic.dataclasses",
    "pydantic.deprecated.class_validators", "pydantic.types", "requests", "rest_framework.compat", "sentry_sdk",
    "simple_salesforce", "sqlparse", "tqdm", "whitenoise.middleware", "yaml",
)  # fmt: skip
"""Modules that most processes of the project import, and that need no settings."""

_SET_CHILD_SUBREAPER = 36  # from prctl(2)
_LARGEST_ORDER = 1 << 20
_MOST_FILES = 50
_ABOVE_ALL_FILES = 400
_MOST_LOADED = 8
_PARAMETERS = (
    "args", "executable", "preexec_fn", "close_fds", "pass_fds", "cwd", "env", "startupinfo", "creationflags", "shell",
    "p2cread", "p2cwrite", "c2pread", "c2pwrite", "errread", "errwrite", "restore_signals", "gid", "gids", "uid",
    "umask", "start_new_session", "process_group",
)  # fmt: skip
"""The parameters of ``Popen._execute_child`` in Python 3.11 to 3.14."""
_PIPES = _PARAMETERS[10:16]
_USUAL = {"executable": None, "preexec_fn": None, "shell": False, "gid": None, "gids": None, "uid": None, "umask": -1,
          "process_group": -1}  # fmt: skip


@contextmanager
def quick_starts() -> Iterator[None]:
    """Start Python programs as forks of the warm process, as long as the context lasts."""
    usual = getattr(subprocess.Popen, "_execute_child", None)
    if sys.platform != "linux" or usual is None or not _is_known(usual):
        yield
        return
    warm = Warm()

    def start(popen: Any, *arguments: Any) -> None:
        options = dict(zip(_PARAMETERS, arguments, strict=True))
        if _can_be_forked(options):
            warm.start(popen, options)
        else:
            usual(popen, *arguments)

    subprocess.Popen._execute_child = start  # type: ignore[attr-defined]
    try:
        yield
    finally:
        subprocess.Popen._execute_child = usual  # type: ignore[attr-defined]
        warm.end()


def _is_known(execute_child: Callable[..., None]) -> bool:
    """Return whether ``Warm.start`` can replace this Python's private method."""
    return tuple(inspect.signature(execute_child).parameters) == ("self", *_PARAMETERS) and hasattr(
        subprocess.Popen, "_close_pipe_fds"
    )


def _can_be_forked(options: Mapping[str, Any]) -> bool:
    """Return whether the call runs a script or module with this Python and only options that a fork can take over.

    The call must pass an environment. Of the variables that configure Python or its libraries, the environment may
    contain only ``PYTHONUNBUFFERED``.
    """
    args, environment = options["args"], options["env"]
    if isinstance(args, (str, bytes, os.PathLike)) or environment is None or len(args) < 2:
        return False
    about_python = [name for name in environment if name.startswith(("PYTHON", "LC_", "LANG", "LD_"))]
    return (
        args[0] == sys.executable
        and (args[1] == "-m" or os.fspath(args[1]).endswith(".py"))
        and not set(about_python) - {"PYTHONUNBUFFERED"}
        and all(options[name] == value for name, value in _USUAL.items())
    )


class Warm:
    """The warm process as the tests see it; it is started on first use."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._channel: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, popen: Any, options: Mapping[str, Any]) -> None:
        """Do what ``Popen._execute_child`` does: start the process and set ``pid``."""
        ends = (options["p2cread"], options["c2pwrite"], options["errwrite"])
        standard = [own if end == -1 else end for own, end in enumerate(ends)]
        order = {
            "arguments": [os.fspath(each) for each in options["args"][1:]],
            "folder": os.fspath(options["cwd"] or Path.cwd()),
            "environment": dict(options["env"]),
            "own_session": bool(options["start_new_session"]),
            "files": [0, 1, 2, *options["pass_fds"]],
        }
        with self._lock:
            popen.pid = self._ask(order, [*standard, *options["pass_fds"]])
        popen._child_created = True
        popen._close_pipe_fds(*(options[name] for name in _PIPES))

    def _ask(self, order: Mapping[str, Any], files: Sequence[int]) -> int:
        channel = self._channel or self._begin()
        _adopt_orphans(True)
        try:
            socket.send_fds(channel, [json.dumps(order).encode()], files)
            return int(channel.recv(100))
        finally:
            _adopt_orphans(False)

    def _begin(self) -> socket.socket:
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-c", f"from tests.warm import serve; serve({theirs.fileno()})"],
                cwd=ROOT,
                env={"PATH": os.environ["PATH"]},
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
            )
        return self._channel

    def end(self) -> None:
        if self._channel and self._process:
            self._channel.close()
            self._process.wait(60)


def _adopt_orphans(adopt: bool) -> None:
    """Set whether orphaned descendants become children of this process or of init."""
    if ctypes.CDLL(None, use_errno=True).prctl(_SET_CHILD_SUBREAPER, int(adopt), 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")


# -- in the warm process --------------------------------------------------------------------------------------------


def serve(number: int) -> None:
    """Load the libraries, then fork for each order until the tests have ended. In a fork, run the program."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the tests
    for name in LIBRARIES:
        importlib.import_module(name)
    gc.freeze()
    channel = socket.socket(fileno=number)
    _fork_for_orders(channel, Loaded(channel))


def _fork_for_orders(channel: socket.socket, loaded: Loaded | None = None) -> None:
    while True:
        message, files, _, _ = socket.recv_fds(channel, _LARGEST_ORDER, _MOST_FILES)
        if not message:
            return
        pid = (loaded and loaded.fork(message, files)) or _fork_for_the_tests()
        if not pid:
            channel.detach()
            if loaded:
                loaded.forget()
            _become(json.loads(message), files)
            return
        channel.send(str(pid).encode())
        for file in files:
            os.close(file)


class Loaded:
    """Processes that have loaded the project too, each for one command in one environment.

    The first run of a command loads the project itself. The second run starts a loaded process. The second and all
    later runs are forked from the loaded process.
    """

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._channels: dict[str, socket.socket | None] = {}
        """Channels by kind of order, least recently used first; None for a kind that has run once."""

    def fork(self, message: bytes, files: Sequence[int]) -> int:
        """Fork from the loaded process for this order and return the new pid; 0 without a loaded process."""
        order = json.loads(message)
        kind = _kind(order)
        if not kind or kind not in self._channels:
            self._channels |= {kind: None} if kind else {}
            return 0
        channel = self._channels.pop(kind) or self._load(order)
        self._channels[kind] = channel
        try:
            socket.send_fds(channel, [message], files)
            return int(channel.recv(100) or 0)
        except OSError:  # the process failed to load the project, and has ended
            return 0

    def forget(self) -> None:
        """Detach the channels in a fork: closing them later would close other files with the same numbers."""
        for channel in filter(None, [self._channel, *self._channels.values()]):
            channel.detach()
        self._channels.clear()

    def _load(self, order: Mapping[str, Any]) -> socket.socket:
        self._make_room()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        if os.fork():
            theirs.close()
            return ours
        self.forget()
        number = os.dup2(theirs.detach(), _ABOVE_ALL_FILES)
        ours.detach()
        os.closerange(3, _ABOVE_ALL_FILES)
        try:
            _load_project(order)
        except BaseException:  # noqa: BLE001 - the command itself will report the error
            os._exit(1)
        _fork_for_orders(socket.socket(fileno=number))
        sys.exit()

    def _make_room(self) -> None:
        loaded = [kind for kind, channel in self._channels.items() if channel]
        for kind in loaded[: 1 - _MOST_LOADED]:
            channel = self._channels.pop(kind)
            if channel:
                channel.close()


def _kind(order: Mapping[str, Any]) -> str:
    """Return the kind of loaded process that can run this order; "" when none can.

    The settings depend on the environment and the command's name. A server loads the settings itself. So does a
    command with a settings file or module, with Sentry or coverage, or without ``DATABASE_URL``.
    """
    program, *arguments = order["arguments"]
    environment = order["environment"]
    simple = (
        Path(order["folder"], program) == ROOT / "manage.py"
        and arguments
        and arguments[0] not in {"runserver", "simulator"}
        and environment.get("SFAPI_ENV_FILE") == ""
        and "DATABASE_URL" in environment
        and not {"DJANGO_SETTINGS_MODULE", "SENTRY_DSN", MEASURED} & set(environment)
    )
    return json.dumps([arguments[0], environment], sort_keys=True) if simple else ""


def _load_project(order: Mapping[str, Any]) -> None:
    """Load what ``manage.py`` loads before a command begins."""
    os.chdir(order["folder"])
    _take_environment(order["environment"] | {"DJANGO_SETTINGS_MODULE": "sfapi.settings.base"})
    sys.path[0], sys.argv = order["folder"], list(order["arguments"])
    import django
    from django.conf import settings

    django.setup()
    importlib.import_module(settings.ROOT_URLCONF)
    gc.freeze()


def _fork_for_the_tests() -> int:
    """Fork twice, so that the tests adopt the new process. Return its pid; 0 in the new process."""
    reader, writer = os.pipe()
    between = os.fork()
    if not between:
        parent, pid = os.getpid(), os.fork()
        if not pid:
            while os.getppid() == parent:
                time.sleep(0.001)
            return 0
        os.write(writer, str(pid).encode())
        os._exit(0)
    os.close(writer)
    os.waitpid(between, 0)
    with os.fdopen(reader) as pipe:
        return int(pipe.read())


def _become(order: Mapping[str, Any], files: Sequence[int]) -> None:
    """Run the program as a new Python would. Its exceptions are left to Python."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if order["own_session"]:
        os.setsid()
    _take_files(order["files"], files)
    os.chdir(order["folder"])
    _take_environment(order["environment"])
    _open_standard_streams()
    measure_this_process()
    for name in ("tests", "tests.measured", "tests.warm"):
        sys.modules.pop(name, None)
    _run(*order["arguments"])


def _take_environment(environment: dict[str, str]) -> None:
    """Replace the environment. Keep ``LC_CTYPE``, set by Python, and ``TZ``, set by Django's settings."""
    coerced, by_settings = ({name: os.environ[name]} if name in os.environ else {} for name in ("LC_CTYPE", "TZ"))
    os.environ.clear()
    os.environ.update(coerced | environment | by_settings)


def _take_files(numbers: Sequence[int], files: Sequence[int]) -> None:
    """Give each file its requested number, and close all others."""
    aside = [fcntl.fcntl(file, fcntl.F_DUPFD, _ABOVE_ALL_FILES) for file in files]
    os.closerange(3, _ABOVE_ALL_FILES)
    for number, file in zip(numbers, aside, strict=True):
        os.dup2(file, number)
    os.closerange(_ABOVE_ALL_FILES, _ABOVE_ALL_FILES + 2 * len(aside))


def _open_standard_streams() -> None:
    unbuffered = bool(os.environ.get("PYTHONUNBUFFERED"))
    streams = ((0, "stdin", "surrogateescape"), (1, "stdout", "surrogateescape"), (2, "stderr", "backslashreplace"))
    for number, name, errors in streams:
        mode = "wb" if number else "rb"
        raw: Any = open(number, mode, buffering=0 if unbuffered and number else -1, closefd=False)  # noqa: SIM115
        by_line = not unbuffered and (number == 2 or raw.isatty())
        stream = io.TextIOWrapper(raw, "utf-8", errors, line_buffering=by_line, write_through=unbuffered)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def _run(program: str, *arguments: str) -> None:
    importlib.invalidate_caches()
    if program == "-m":
        sys.path[0], sys.argv = str(Path.cwd()), list(arguments)
        runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)
    else:
        script = Path(program)
        sys.path[0], sys.argv = str(script.resolve().parent), [program, *arguments]
        runpy.run_path(program, run_name="__main__")
