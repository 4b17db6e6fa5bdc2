"""The process that holds a lease, and a check whether that process has certainly ended."""

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
    """Identifies a process.

    ``place`` names its host, boot and process namespace; empty where these are unknown.
    """

    place: str
    pid: int

    @property
    def is_gone(self) -> bool:
        """Return whether the process has certainly ended. Always false for another machine or container."""
        if not self.place or self.place != _identify_here():
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            return False
        return False


def get_place() -> Place:
    """Return the ``Place`` of this process."""
    return Place(_identify_here(), os.getpid())


@cache
def _identify_here() -> str:
    try:
        boot, namespace = _BOOT.read_text().strip(), _NAMESPACE.readlink()
    except OSError:
        return ""
    return f"{socket.gethostname()} {boot} {namespace}"[:200]


def compute_process_age() -> timedelta:
    """Return the time since this process started.

    Where the system does not report when a process started, return the time since this module was imported.
    """
    try:
        ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
        seconds = time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
    except (OSError, AttributeError):
        seconds = time.monotonic() - _IMPORTED
    return timedelta(seconds=seconds)
