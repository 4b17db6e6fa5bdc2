"""A process that a worker keeps running beside its jobs while it leads."""

from __future__ import annotations

import logging
import subprocess
import time
from collections.abc import Callable
from typing import Any

logger = logging.getLogger(__name__)

AGAIN_SECONDS = 60.0
"""The pause after it has ended: what it says on stderr is for a person, who needs time."""
STOP_SECONDS = 10.0


class KeptProcess:
    """Started when it is not running, and again some time after it has ended."""

    def __init__(self, words: list[str], start: Callable[[list[str]], subprocess.Popen[Any]]) -> None:
        self._words = words
        self._start = start
        self._process: subprocess.Popen[Any] | None = None
        self._not_before = 0.0

    def tend(self) -> None:
        """Start it if it is due, or note its end. Call it often."""
        if self._process is not None:
            status = self._process.poll()
            if status is None:
                return
            logger.warning(
                "%s ended with status %s; it is started again in %g s", self._name, status, AGAIN_SECONDS,
                extra={"fields": {"job": self._name, "exit_status": status}},
            )  # fmt: skip
            self._process, self._not_before = None, time.monotonic() + AGAIN_SECONDS
        if time.monotonic() >= self._not_before:
            self._begin()

    def stop(self) -> None:
        """End it by SIGTERM, and by SIGKILL when that does not help in time."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    @property
    def _name(self) -> str:
        return " ".join(self._words)

    def _begin(self) -> None:
        self._not_before = time.monotonic() + AGAIN_SECONDS
        try:
            self._process = self._start(self._words)
        except OSError as error:
            logger.error("%s: cannot be started: %s", self._name, error)
            return
        logger.info("%s: started, to keep running", self._name)
