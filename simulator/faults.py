"""Faults on demand, by rules that say which calls go wrong, and how.

A rule in the form of the control API (only ``action.kind`` is required, and ``action.name`` for a ``refusal``)::

    {"match": {"system": "salesforce", "method": "GET", "path": "regex", "body": "regex"},
     "skip": 2, "times": 1, "action": {"kind": "status", "status": 503, "body": "…", "headers": {…}}}

``match.path`` and ``match.body`` may match a part of the text; the path includes the query string. A call gets the
fault of the first matching rule, except rules that are used up or that still skip calls. Kinds: see :data:`KINDS`.
"""

from __future__ import annotations

import itertools
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.http import Request
from simulator.salesforce.refusals import NAMED
from simulator.systems import SYSTEMS, System

KINDS: Mapping[str, str] = {
    "status": "answer with this status, body and headers",
    "error": "answer with this error (errorCode, message, status) in the system's own form",
    "refusal": "answer with the refusal of Salesforce that has this name (see simulator.salesforce.refusals)",
    "quota": "answer that the day's calls are used up",
    "concurrent": "answer that too many calls are open at once",
    "expire_session": "end the caller's session, then continue",
    "delay": "wait for the given seconds, then continue",
    "hang": "wait for the given seconds, then close the connection",
    "drop": "close the connection without processing the call",
    "drop_after": "process the call, then close the connection without an answer",
    "truncate": "announce the whole answer, send a fraction of it and close the connection",
    "truncate_rows": "send a well-formed page with only a fraction of the rows that it announces",
    "rows_twice": "send the first row of a page again in place of its last row",
    "missing_columns": "leave out a CSV page's empty columns (if none, the last), or each JSON record's last field",
    "garble": "send a fraction of the answer, then bytes that are not text, then the rest",
    "cut_gzip": "compress the answer, and send a fraction of it as if it were complete",
    "gzip_members": "compress the answer as two gzip members, one after the other",
    "crlf": "end the lines of a CSV page in CRLF",
    "bom": "put a byte order mark before the answer",
    "size_timeout": "time out when a query asks for more than the given rows, or is a COUNT() without a LIMIT",
    "jobs_used_up": "refuse to create a Bulk job, because the day's jobs are used up",
    "job_fails": "end the Bulk job that the call creates or polls (code: Failed or Aborted, message: the error)",
    "job_stuck": "never finish the Bulk job that the call creates or polls",
    "job_lost": "forget the Bulk job that the call creates, polls or reads",
}


@dataclass(frozen=True)
class Action:
    """The fault of a rule. ``kind`` decides which fields apply."""

    kind: str
    status: int | None = None
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    code: str = ""
    message: str = ""
    name: str = ""
    only: str = ""
    """A regular expression. In a call for several records, ``refusal`` refuses only matching records."""
    seconds: float = 60.0
    fraction: float = 0.5
    rows: int = 0
    """The most rows that a query may ask for at once (``size_timeout``)."""


@dataclass(frozen=True)
class Match:
    """The calls to which a rule applies. A field that is ``None`` matches every call."""

    system: System | None = None
    method: str | None = None
    path: re.Pattern[str] | None = None
    body: re.Pattern[str] | None = None

    def fits(self, system: System, request: Request, target: str) -> bool:
        if self.system not in (None, system) or self.method not in (None, request.method):
            return False
        if self.path and not self.path.search(target):
            return False
        return not self.body or bool(self.body.search(request.body.decode(errors="replace")))


@dataclass
class Rule:
    id: int
    spec: Mapping[str, Any]
    """The rule as it was given, for display."""
    match: Match
    action: Action
    skip: int
    """The number of matching calls still to pass before the first fault."""
    times: int | None
    """The number of faults still to come; ``None``: no limit."""
    used: int = 0

    def state(self) -> dict[str, Any]:
        return {"id": self.id, **self.spec, "used": self.used, "left": self.times}


class Faults:
    """The rules in the order in which they were added, used up or not. Safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._rules: list[Rule] = []

    def add(self, spec: Mapping[str, Any]) -> int:
        """Add a rule and return its number. Raises ``ValueError``, with the reason, for a wrong rule."""
        match, action = _read_match(spec.get("match") or {}), _read_action(spec.get("action") or {})
        times = spec.get("times", 1)
        rule = Rule(
            id=next(self._numbers),
            spec=dict(spec),
            match=match,
            action=action,
            skip=int(spec.get("skip") or 0),
            times=None if times is None else int(times),
        )
        with self._lock:
            self._rules.append(rule)
        return rule.id

    def take(self, system: System, request: Request, target: str) -> Action | None:
        """Return the fault of this call, or ``None``.

        Count the call for the rule that applies, and for the rules before it that skip the call.
        """
        with self._lock:
            for rule in self._rules:
                if rule.times == 0 or not rule.match.fits(system, request, target):
                    continue
                if rule.skip > 0:
                    rule.skip -= 1
                    continue
                rule.used += 1
                rule.times = None if rule.times is None else rule.times - 1
                return rule.action
        return None

    def clear(self) -> None:
        with self._lock:
            self._rules.clear()

    def remove(self, number: int) -> bool:
        """Remove the rule with this number; return whether there was one."""
        with self._lock:
            before = len(self._rules)
            self._rules = [rule for rule in self._rules if rule.id != number]
            return len(self._rules) < before

    def state(self) -> list[dict[str, Any]]:
        with self._lock:
            return [rule.state() for rule in self._rules]


def _read_match(spec: Mapping[str, Any]) -> Match:
    unknown = set(spec) - {"system", "method", "path", "body"}
    if unknown:
        raise ValueError(f"match: unknown {', '.join(sorted(unknown))}")
    if spec.get("system") not in (None, *SYSTEMS):
        raise ValueError(f"match.system: one of {', '.join(SYSTEMS)}")
    method = spec.get("method")
    return Match(
        system=spec.get("system"),
        method=method.upper() if method else None,
        path=_pattern("path", spec.get("path")),
        body=_pattern("body", spec.get("body")),
    )


def _pattern(name: str, text: str | None) -> re.Pattern[str] | None:
    try:
        return re.compile(text) if text else None
    except re.error as error:
        raise ValueError(f"match.{name}: not a regular expression: {error}") from error


def _read_action(spec: Mapping[str, Any]) -> Action:
    kind = spec.get("kind")
    if kind not in KINDS:
        raise ValueError(f"action.kind: one of {', '.join(KINDS)}")
    fields = {name: value for name, value in spec.items() if name != "errorCode"}
    if "errorCode" in spec:
        fields["code"] = str(spec["errorCode"])
    try:
        action = Action(**fields)
    except TypeError as error:
        raise ValueError(f"action: {error}") from error
    if kind == "refusal" and action.name not in NAMED:
        raise ValueError(f"action.name: one of {', '.join(NAMED)}")
    return action
