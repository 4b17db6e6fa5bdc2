"""Find free ports, for programs that need a port number."""

from __future__ import annotations

import random
import socket

RANGE = range(15_000, 32_000)
"""Linux may take higher ports at any time, for outgoing connections."""


def free_ports(number: int) -> list[int]:
    """Return this many ports on which no process listens."""
    ports: list[int] = []
    for port in random.sample(RANGE, len(RANGE)):
        if is_free(port):
            ports.append(port)
        if len(ports) == number:
            break
    return ports


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
