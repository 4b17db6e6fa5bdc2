"""The outcome of a program's run: its calls or checks, and whether it passed."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.environments import ROOT

CLIENT_SECONDS = 600


@dataclass
class Outcome:
    """The run of one program: a client, a validator or a generator."""

    name: str
    version: str = ""
    skipped: str = ""
    kind: str = "kinds of calls work"
    """Text after the counts in the verdict."""
    calls: list[dict[str, object]] = field(default_factory=list)
    trouble: str = ""
    """The reason why the run as a whole failed."""

    def note(self, call: str, wrong: str = "") -> None:
        """Record and print a call or check made in this process; ``wrong`` says why it failed."""
        self.calls.append({"call": call, "ok": not wrong, "detail": wrong})
        print(f"  {'FAIL' if wrong else 'ok  '} {call}{': ' if wrong else ''}{wrong}", flush=True)

    @property
    def failures(self) -> int:
        return sum(not call["ok"] for call in self.calls)

    @property
    def passed(self) -> bool:
        return not (self.skipped or self.trouble or self.failures)

    @property
    def verdict(self) -> str:
        if self.skipped:
            return f"SKIPPED: {self.skipped}"
        counted = f"{len(self.calls) - self.failures} of {len(self.calls)} {self.kind}"
        return f"{counted}; {self.trouble}" if self.trouble else counted


def print_table(outcomes: list[Outcome]) -> None:
    print("\nprogram                     version    what it did")
    for outcome in outcomes:
        print(f"{outcome.name:<27} {outcome.version or '-':<10} {outcome.verdict}")


def exit_status(outcomes: list[Outcome]) -> int:
    """Return 0 when at least one program was run, and every program that was run passed; otherwise 1."""
    ran = [outcome for outcome in outcomes if not outcome.skipped]
    skipped = len(outcomes) - len(ran)
    failed = sum(not outcome.passed for outcome in ran)
    print(f"\n{len(ran) - failed} passed, {failed} failed, {skipped} skipped")
    if skipped:
        print("NOT every program was run: the reasons are above.", file=sys.stderr)
    return 1 if failed or not ran else 0


def drive(
    command: list[str], environment: Mapping[str, str], outcome: Outcome, seconds: float = CLIENT_SECONDS
) -> None:
    """Run a client's script and record the calls that it reports."""
    with tempfile.TemporaryFile("w+") as complaints:
        with subprocess.Popen(
            command, cwd=ROOT, env=dict(environment), stdout=subprocess.PIPE, stderr=complaints, text=True
        ) as process:
            _note_all(process, outcome, seconds)
        status = process.returncode
        complaints.seek(0)
        errors = complaints.read()
    if status and not outcome.failures:
        outcome.trouble = f"it ended with status {status}"
        print(errors[-1_500:], flush=True)
    elif not outcome.calls:
        outcome.trouble = "it reported no call"


def _note_all(process: subprocess.Popen[str], outcome: Outcome, seconds: float) -> None:
    limit = threading.Timer(seconds, process.kill)
    limit.start()
    for line in process.stdout or ():
        _note(line, outcome)
    limit.cancel()


def _note(line: str, outcome: Outcome) -> None:
    try:
        call = json.loads(line)
    except ValueError:
        return
    if isinstance(call, dict) and "call" in call:
        outcome.calls.append(call)
        detail = f": {call['detail']}" if call["detail"] else ""
        print(f"  {'ok  ' if call['ok'] else 'FAIL'} {call['call']}{detail}", flush=True)
