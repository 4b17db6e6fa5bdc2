"""Clients during host failures: writers record accepted writes, a watcher measures stale answers."""

from __future__ import annotations

import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

import requests

from tests.api.outgoing import CASE
from tests.api.test_outbox_processes import wait_for
from tests.in_background import in_background
from tests.simulated import Simulator

WRITERS = 4
SOME = 10
"""The number of accepted writes to wait for before and after each host failure."""
PAUSE = 0.1
ASK_SECONDS = 20


class Clients:
    """Programs that send each request to the next host in turn.

    A retried write keeps its ``Idempotency-Key``.
    """

    def __init__(self, urls: Sequence[str], key: str) -> None:
        self._urls = itertools.cycle(urls)
        self._headers = {"Authorization": f"Bearer {key}"}
        self._stop, self._lock = threading.Event(), threading.Lock()
        self.accepted: dict[str, str] = {}
        """The ids in the answers, by subject."""
        self.statuses: Counter[str] = Counter()
        self.unexpected: list[str] = []

    @contextmanager
    def at_work(self, watcher: Watcher) -> Iterator[None]:
        work: list[Callable[[], None]] = [partial(self._write, number) for number in range(WRITERS)]
        work += [self._read, partial(watcher.watch, self._stop, self.ask)]
        with in_background(work, self._stop):
            yield

    def wait_for_accepted(self) -> None:
        before = len(self.accepted)
        wait_for(lambda: bool(self.unexpected) or len(self.accepted) >= before + SOME)
        assert self.unexpected == []

    def ask(self, path: str) -> requests.Response | None:
        """Return the answer of the next host, or ``None`` for an error or no answer."""
        return self._request("GET", path)

    def _write(self, writer: int) -> None:
        for number in itertools.count():
            subject = f"case-{number}-of-{writer}"
            answer = None
            while answer is None and not self._stop.wait(PAUSE):
                answer = self._request("POST", "case", {**CASE, "subject": subject}, {"Idempotency-Key": subject})
            if answer is None:
                return
            self.accepted[subject] = answer.json()["id"]

    def _read(self) -> None:
        for path in itertools.cycle(["books", "schools?name=college", "info", "records/accounts?limit=5"]):
            self._request("GET", path)
            if self._stop.wait(PAUSE):
                return

    def _request(
        self, method: str, path: str, body: dict[str, str] | None = None, headers: dict[str, str] | None = None
    ) -> requests.Response | None:
        with self._lock:
            url = f"{next(self._urls)}/api/v1/{path}"
        try:
            answer = requests.request(
                method, url, json=body, headers={**self._headers, **(headers or {})}, timeout=ASK_SECONDS
            )
        except requests.RequestException as error:
            self._note(method, type(error).__name__)
            return None
        self._note(method, str(answer.status_code))
        if answer.ok:
            return answer
        says_when = answer.status_code == 403 or answer.headers.get("Retry-After")
        if answer.status_code not in {403, 409, 503} or not says_when:
            self.unexpected.append(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
        return None

    def _note(self, method: str, outcome: str) -> None:
        with self._lock:
            self.statuses[f"{method} {outcome}"] += 1


class Watcher:
    """Changes a school in Salesforce again and again, and records how old the API's answers get."""

    def __init__(self, simulator: Simulator, school: str) -> None:
        self._simulator, self._school = simulator, school
        self.changed: list[float] = []
        """The time of each change."""
        self.seen, self.stalest = 0, 0.0

    def watch(self, stop: threading.Event, ask: Callable[[str], requests.Response | None]) -> None:
        while not stop.wait(1.0):
            self._change()
            self.look(ask)

    def look(self, ask: Callable[[str], requests.Response | None]) -> None:
        """Ask for the school, and record the age of the answer if it is the oldest so far.

        The age is the time since the first change that the answer does not show. Without an answer, the newest change
        seen so far counts as shown.
        """
        began = time.monotonic()
        answer = ask(f"schools/{self._school}")
        shown = self.seen
        if answer is not None:
            word, _, number = answer.json()["name"].partition(" ")
            shown = int(number) if word == "Change" else 0  # 0: the name before the first change
        self.seen = max(self.seen, shown)
        if shown < len(self.changed):
            self.stalest = max(self.stalest, began - self.changed[shown])

    @property
    def has_seen_all(self) -> bool:
        return self.seen == len(self.changed)

    def _change(self) -> None:
        moment = time.monotonic()
        self._simulator.edit("Account", self._school, Name=f"Change {len(self.changed) + 1}")
        self.changed.append(moment)
