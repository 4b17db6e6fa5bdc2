"""Write, find and compare SFAPI's lines in this user's crontab.

A line is the plain command: ``0 5 * * * /srv/env/python /srv/sfapi/manage.py sync_all # sfapi in /srv/sfapi``
Earlier releases wrote django-crontab's lines, which name a job by a hash. These lines still run until ``manage.py
crontab add`` replaces them.
"""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django_crontab.app_settings import Settings

from outgoing.text import to_one_line

ADD = "run manage.py crontab add"
_OWN_NAME = "sfapi in "
_OWN_JOB = re.compile(rf"\s*[^#\s].*manage\.py\b.*\s# {_OWN_NAME}(?P<folder>.*)")
_OWN_MARKER = re.compile(rf"# {_OWN_NAME}(?P<folder>.*): the hours below are in this zone")
_ZONE = re.compile(r"""\s*CRON_TZ\s*=\s*(?P<quote>["']?)(?P<zone>.*?)(?P=quote)\s*""")
_NO_CRONTAB = re.compile("no crontab for|No such file or directory")
"""The messages for a missing crontab: of cron, cronie and others, and of BusyBox."""
_UNWRITABLE = re.compile(r"[\\\x00-\x1f\x7f]")


class CrontabError(Exception):
    """The crontab cannot be read or written, or cannot contain a path. The message says why."""


@dataclass(frozen=True)
class OwnLine:
    """A line that SFAPI wrote, for this folder or another one.

    ``zone``: the time zone of its hours; empty if the crontab names none.
    """

    text: str
    folder: str
    zone: str


@dataclass(frozen=True)
class Job:
    """A job as ``manage.py crontab show`` lists it.

    If its line is wrong or missing, ``text`` begins with the fault.
    """

    text: str
    is_right: bool = False


class UserCrontab:
    """The current user's crontab, in memory. ``write`` saves it."""

    def __init__(self) -> None:
        self._names = Settings(settings)
        listing = self._run_crontab("-l")
        # A missing crontab is not an error. A crontab that cannot be read must not be replaced by an empty one.
        if listing.returncode and listing.stderr.strip() and not _NO_CRONTAB.search(listing.stderr):
            raise CrontabError(f"{self._names.CRONTAB_EXECUTABLE}: {to_one_line(listing.stderr)}")
        self.lines = listing.stdout.removesuffix("\n").split("\n") if listing.returncode == 0 and listing.stdout else []

    def write(self) -> None:
        result = self._run_crontab("-", table="".join(f"{line}\n" for line in self.lines))
        if result.returncode:
            raise CrontabError(f"{self._names.CRONTAB_EXECUTABLE}: {to_one_line(result.stderr)}")

    @property
    def folder(self) -> str:
        """Return the folder of this checkout, escaped as in the crontab."""
        return _escape_for_cron(str(self._names.CRONTAB_COMMENT).removeprefix(_OWN_NAME))

    def load_own_lines(self) -> list[OwnLine]:
        own_lines, zone = [], ""
        for line in self.lines:
            if applies := _ZONE.fullmatch(line):
                zone = applies["zone"]
            elif match := _OWN_JOB.fullmatch(line):
                own_lines.append(OwnLine(line.strip(), match["folder"], zone))
        return own_lines

    def add(self) -> None:
        """Append the time zone and all jobs. The time zone applies to every line below it."""
        marker = f"# {_OWN_NAME}{self.folder}: the hours below are in this zone"
        self.lines += [marker, f"CRON_TZ={settings.TIME_ZONE}", *self.build_planned_lines()]

    def remove(self, *, only_here: bool = False) -> None:
        """Remove SFAPI's jobs of all folders; with ``only_here``, only the jobs of this folder.

        A ``CRON_TZ`` line directly below a removed marker is removed too. A ``CRON_TZ`` line without a marker, which an
        operator may have deleted, is removed if it applies only to removed jobs.
        """
        kept, applies_to_own, applies_to_others = [], False, False
        for line, above in zip(reversed(self.lines), reversed(["", *self.lines][:-1]), strict=True):
            if self._is_own(line, only_here=only_here):
                applies_to_own = True
                continue
            if not line.startswith("CRON_TZ="):
                applies_to_others = applies_to_others or not re.fullmatch(r"\s*(#.*)?", line)
                kept.append(line)
                continue
            is_marked = _OWN_MARKER.fullmatch(above) and self._is_own(above, only_here=only_here)
            if not is_marked and (applies_to_others or not applies_to_own):
                kept.append(line)
            applies_to_own = applies_to_others = False
        self.lines = kept[::-1]

    def _is_own(self, line: str, *, only_here: bool) -> bool:
        match = _OWN_JOB.fullmatch(line) or _OWN_MARKER.fullmatch(line)
        return match is not None and not (only_here and match["folder"] != self.folder)

    def build_planned_lines(self) -> dict[str, str]:
        """Return the line that ``add`` writes for each job, mapped to the job's description."""
        return {self._format_line(job): _describe(job) for job in self._names.CRONJOBS}

    def report(self, *, only_here: bool = False) -> Iterator[Job]:
        """Yield SFAPI's jobs in this crontab, each with its fault if it has one, and the missing jobs."""
        planned = self.build_planned_lines()
        missing = dict(planned)
        for line in self.load_own_lines():
            known = missing.pop(line.text, None)
            if known and line.zone not in {"", settings.TIME_ZONE}:
                yield Job(f"outdated, its hours are in {line.zone}, {ADD}: {line.text}")
            elif known:
                yield Job(known, is_right=True)
            elif line.text in planned:
                yield Job(f"duplicate, {ADD}: {line.text}")
            elif line.folder == self.folder:
                yield Job(f"outdated, {ADD}: {line.text}")
            elif not only_here:
                yield Job(f"of another folder, {ADD}: {line.text}")
        for description in missing.values():
            yield Job(f"missing, {ADD}: {description}")

    def _format_line(self, job: Sequence[Any]) -> str:
        when, _, arguments = job
        words = [self._names.PYTHON_EXECUTABLE, self._names.DJANGO_MANAGE_PATH, *arguments]
        for word in words:
            if _UNWRITABLE.search(word):
                message = "no crontab can hold a path with a backslash or a control character: move SFAPI, or run"
                raise CrontabError(f"{word!r}: {message} its commands by another scheduler")
        command = " ".join(shlex.quote(word) for word in words)
        parts = (self._names.COMMAND_PREFIX, command, self._names.COMMAND_SUFFIX)
        return f"{when} {_escape_for_cron(' '.join(filter(None, parts)))} # {_OWN_NAME}{self.folder}"

    def _run_crontab(self, argument: str, table: str | None = None) -> subprocess.CompletedProcess[str]:
        program = self._names.CRONTAB_EXECUTABLE
        try:
            return subprocess.run(  # noqa: S603 - the program that the settings name
                [program, argument],
                input=table,
                capture_output=True,
                encoding="utf-8",
                errors="surrogateescape",  # lines of others stay as they are, byte by byte
                check=False,
            )
        except OSError as error:
            raise CrontabError(f"{program}: {error.strerror}: is cron installed?") from error


def _escape_for_cron(text: str) -> str:
    """Escape percent signs, which cron takes for line breaks, unless an operator has escaped them."""
    return re.sub(r"(?<!\\)%", r"\\%", text)


def _describe(job: Sequence[Any]) -> str:
    when, _, arguments = job
    return f"{when:<12} {' '.join(arguments)}"
