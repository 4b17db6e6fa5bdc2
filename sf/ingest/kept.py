"""Keep a process running, next to the jobs of the leading worker."""

from __future__ import annotations

import logging
import subprocess
import time
from collections.abc import Callable
from typing import Any

logger = logging.getLogger(__name__)

AGAIN_SECONDS = 60.0
"""The pause before the first restart, in which an operator can read the error."""
LONGEST_AGAIN_SECONDS = 1_800.0
"""The longest pause between restarts: each pause is twice the previous one.

The pauses grow because each start may log in to Salesforce, which locks a user out after a few wrong passwords. Once
the process has run for at least this long, the next pause is ``AGAIN_SECONDS`` again.
"""
STOP_SECONDS = 10.0


class KeptProcess:
    """A process that is started when it is not running, and restarted some time after it has ended."""

    def __init__(self, words: list[str], start: Callable[[list[str]], subprocess.Popen[Any]]) -> None:
        self._words = words
        self._start = start
        self._process: subprocess.Popen[Any] | None = None
        self._not_before = self._began = 0.0
        self._again = AGAIN_SECONDS

    def tend(self) -> None:
        """Start the process if that is due, or note its end. Call this often."""
        if self._process is not None:
            status = self._process.poll()
            if status is None:
                return
            if time.monotonic() - self._began >= LONGEST_AGAIN_SECONDS:
                self._again = AGAIN_SECONDS
            logger.warning(
                "%s ended with status %s; it is started again in %g s", self._name, status, self._again,
                extra={"fields": {"job": self._name, "exit_status": status}},
            )  # fmt: skip
            self._process = None
            self._pause()
        if time.monotonic() >= self._not_before:
            self._begin()

    def stop(self) -> None:
        """End the process by SIGTERM, or by SIGKILL if it has not ended after ``STOP_SECONDS``."""
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
        self._began = time.monotonic()
        try:
            self._process = self._start(self._words)
        except OSError as error:
            logger.error("%s: cannot be started: %s", self._name, error)
            self._pause()
            return
        logger.info("%s: started; it will be kept running", self._name)

    def _pause(self) -> None:
        self._not_before = time.monotonic() + self._again
        self._again = min(2 * self._again, LONGEST_AGAIN_SECONDS)
