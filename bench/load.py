"""A small load generator, whose keep-alive connections send one request at a time.

``python -m bench.load`` is a separate process, so that it does not slow down the benchmark. It reads a ``Plan`` as JSON
and writes the result as JSON (``LoadResult``).
"""

from __future__ import annotations

import json
import re
import selectors
import socket
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass, field

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_END_OF_CHUNKS = b"0\r\n\r\n"
_PATIENCE_SECONDS = 30


@dataclass(frozen=True)
class Plan:
    """The server, and for each connection a list of HTTP requests as text.

    A connection repeats its requests for ``seconds``; with 0 it sends each request once.
    """

    host: str
    port: int
    requests: list[list[str]]
    seconds: float = 0.0


@dataclass
class LoadResult:
    """The number of answers by status, the seconds of each answer (``took``), and the total seconds."""

    seconds: float = 0.0
    statuses: dict[str, int] = field(default_factory=dict)
    took: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return len(self.took) / self.seconds

    def percentile(self, percent: int) -> float:
        """Return milliseconds."""
        ordered = sorted(self.took)
        return ordered[min(len(ordered) * percent // 100, len(ordered) - 1)] * 1000


class Connection:
    """One connection and the answer that it is receiving."""

    def __init__(self, plan: Plan, requests: list[str]) -> None:
        self._address = (plan.host, plan.port)
        self._requests = [text.encode() for text in requests]
        self._sent = 0
        self._answer = bytearray()
        self._began = 0.0
        self.socket = self._connected()

    @property
    def done(self) -> bool:
        return self._sent >= len(self._requests)

    def ask(self) -> None:
        self._answer.clear()
        self._began = time.perf_counter()
        self.socket.sendall(self._requests[self._sent % len(self._requests)])
        self._sent += 1

    def receive(self) -> tuple[str, float] | None:
        """Return the status and the seconds once the answer is complete."""
        part = self.socket.recv(1 << 18)
        if not part:
            raise SystemExit(f"the server closed a connection: {bytes(self._answer[:300])!r}")
        self._answer += part
        if not self._whole():
            return None
        return self._answer[9:12].decode(), time.perf_counter() - self._began

    def _whole(self) -> bool:
        head = self._answer.find(b"\r\n\r\n")
        if head < 0:
            return False
        length = _LENGTH.search(self._answer, 0, head)
        if length is None:
            return self._answer.endswith(_END_OF_CHUNKS, head + 4)
        return len(self._answer) >= head + 4 + int(length.group(1))

    def _connected(self) -> socket.socket:
        made = socket.create_connection(self._address, timeout=_PATIENCE_SECONDS)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made


def run(plan: Plan) -> LoadResult:
    result, statuses = LoadResult(), Counter[str]()
    began = time.perf_counter()
    with selectors.DefaultSelector() as ready:
        for requests in plan.requests:
            connection = Connection(plan, requests)
            ready.register(connection.socket, selectors.EVENT_READ, connection)
            connection.ask()
        while ready.get_map():
            over = plan.seconds and time.perf_counter() - began > plan.seconds
            answered = ready.select(_PATIENCE_SECONDS)
            if not answered:
                raise TimeoutError(f"no answer for {_PATIENCE_SECONDS} s")
            for key, _ in answered:
                if answer := key.data.receive():
                    statuses[answer[0]] += 1
                    result.took.append(answer[1])
                    if over or (not plan.seconds and key.data.done):
                        ready.unregister(key.data.socket)
                        key.data.socket.close()
                    else:
                        key.data.ask()
    result.seconds, result.statuses = time.perf_counter() - began, dict(statuses)
    return result


if __name__ == "__main__":
    json.dump(asdict(run(Plan(**json.load(sys.stdin)))), sys.stdout)
