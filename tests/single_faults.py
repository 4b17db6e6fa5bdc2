"""List faults and the calls at which they begin, and run a command with one fault.

This is for ``test_any_single_fault.py``.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.core.management import CommandError

from sf.connection import clients as sf_connection
from sf.salesforce.login import SessionKeeper
from sf.salesforce.refusals import Group, classify
from simulator.faults import KINDS
from simulator.salesforce.refusals import NAMED, NamedRefusal
from tests.simulated import Simulator

HTML = "<html><body>Please sign in to the network</body></html>"
ERRORS = ("UNKNOWN_EXCEPTION", "QUERY_TIMEOUT", "UNABLE_TO_LOCK_ROW", "INVALID_SESSION_ID", "INVALID_QUERY_LOCATOR",
          "LIMIT_EXCEEDED", "SERVER_UNAVAILABLE")  # fmt: skip
PARDOT_ERRORS = ("66", "183", "184", "210", "211", "214")


def _of_a_record(refusal: NamedRefusal) -> bool:
    """Return whether a refusal is about a record's values.

    Such refusals are left out: after one, SFAPI correctly does not send a case again.
    """
    known = classify(refusal.code, refusal.message)
    return known is not None and known.group is Group.RECORD


VARIANTS: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "status": [
        {"status": 503},
        {"status": 500, "body": HTML},
        {"status": 504, "body": HTML},
        {"status": 404, "body": HTML},
        {"status": 200, "body": HTML},
        {"status": 200, "body": "null"},
    ],
    "error": [{"code": code} for code in (*ERRORS, *PARDOT_ERRORS)],
    "refusal": [{"name": name} for name, refusal in NAMED.items() if not _of_a_record(refusal)],
    "delay": [{"seconds": 0.05}],
    "hang": [{"seconds": 0.05}],
    "truncate": [{"fraction": 0.0}, {"fraction": 0.6}],
    "truncate_rows": [{"fraction": 0.0}, {"fraction": 0.5}],
    "garble": [{"fraction": 0.0}, {"fraction": 0.5}],
    "cut_gzip": [{"fraction": 0.5}, {"fraction": 0.95}],
    "size_timeout": [{"rows": 0}, {"rows": 200}, {"rows": 500, "code": "214"}],
    "job_fails": [{}, {"message": "InvalidBatch : Failed to process query: FEATURE"}, {"code": "Aborted"}],
}
"""Parameters of each kind of fault. A kind that is missing here is tried without parameters."""

FAULTS: list[dict[str, Any]] = [{"kind": kind, **more} for kind in KINDS for more in VARIANTS.get(kind, [{}])]


@dataclass(frozen=True)
class Example:
    """A fault, the call that gets it first (counted from 0), and how often the fault happens."""

    fault: Mapping[str, Any]
    call: int
    times: int | None

    def __str__(self) -> str:
        often = "from then on" if self.times is None else f"{self.times} times"
        return f"{dict(self.fault)} at call {self.call + 1}, {often}"


@dataclass
class Victim:
    """A command whose calls can go wrong."""

    simulator: Simulator
    command: Callable[[], Any]

    def calls(self) -> int:
        """Return the number of calls that the command makes without faults."""
        self.simulator.post("/counters/reset")
        self.run()
        counters = self.simulator.get("/state")["counters"]
        return int(counters["salesforce"]) + int(counters["pardot"])

    def run(self) -> None:
        """Run the command as a new process would, without a session."""
        sf_connection._keeper = SessionKeeper()
        self.command()

    def run_with(self, example: Example) -> None:
        """Run the command with a fault; it may fail only with ``CommandError``."""
        self.simulator.fail(**example.fault, times=example.times, skip=example.call)
        with suppress(CommandError):
            self.run()
        self.simulator.post("/reset", {"faults": True})


def spread(calls: int, kind: str, seed: int, at_most: int | None = None) -> Iterator[Example]:
    """Yield examples of each fault of a kind, in which the fault happens once, three times or always.

    ``at_most`` is the number of calls drawn at random for each fault. Each of these calls gets one example. If
    ``at_most`` is None, every call gets three examples: once, three times and always.
    """
    chance = random.Random(f"{seed} {kind}")
    ways: list[int | None] = [1, 3, None]
    for fault in FAULTS:
        if fault["kind"] == kind and at_most is None:
            yield from (Example(fault, call, times) for call in range(calls) for times in ways)
        elif fault["kind"] == kind and at_most is not None:
            drawn = chance.sample(range(calls), min(at_most, calls))
            yield from (Example(fault, call, times) for call, times in zip(drawn, itertools.cycle(ways), strict=False))


def sampled(calls: int, seed: int, parts: int) -> list[Example]:
    """Divide the kinds of faults into ``parts`` groups; return one of each kind in the seed's group.

    A seed always gives the same examples. ``parts`` consecutive seeds cover every kind.
    """
    chance = random.Random(seed)
    kinds = list(KINDS)[seed % parts :: parts]
    chance.shuffle(kinds)
    return [
        Example(chance.choice([fault for fault in FAULTS if fault["kind"] == kind]), chance.randrange(calls), times)
        for kind, times in zip(kinds, chance.choices([1, 1, 3, None], k=len(kinds)), strict=True)
    ]
