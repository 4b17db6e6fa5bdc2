"""Which process holds a lease, and whether it is known to be gone."""

from __future__ import annotations

import os
import socket
import time
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_NAMESPACE = Path("/proc/self/ns/pid")
_IMPORTED = time.monotonic()


@dataclass(frozen=True)
class Place:
    """A process. ``place`` names its host, boot and process namespace; empty where the system does not tell."""

    place: str
    pid: int

    @property
    def is_gone(self) -> bool:
        """Whether the process has certainly ended. Of another machine's or container's nothing is known."""
        if not self.place or self.place != _here():
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            return False
        return False


def here() -> Place:
    """This process."""
    return Place(_here(), os.getpid())


@cache
def _here() -> str:
    try:
        boot, namespace = _BOOT.read_text().strip(), _NAMESPACE.readlink()
    except OSError:
        return ""
    return f"{socket.gethostname()} {boot} {namespace}"[:200]


def process_age() -> timedelta:
    """How long ago this process was started, interpreter and imports included where the system tells."""
    try:
        ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
        seconds = time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
    except (OSError, AttributeError):
        seconds = time.monotonic() - _IMPORTED
    return timedelta(seconds=seconds)
