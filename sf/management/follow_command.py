"""The action ``follow`` of ``manage.py sf``: a process that keeps running."""

from __future__ import annotations

import signal
import sys
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from sf.management.run_report import RunReport, stop_on_sigterm
from sf.models import SyncRun
from sf.salesforce.client import SalesforceClient
from sf.sync.objects import EVERY_OBJECT
from sf.sync.usage import UsageCounter

SUMMARY = "follow change events: changes in Salesforce are cached within seconds; runs until it is stopped"
_PACKAGES = frozenset({"fastavro", "google", "grpc"})


def declare_follow(parser: ArgumentParser) -> None:
    names = [synced.name for synced in EVERY_OBJECT]
    parser.add_argument("objects", nargs="*", metavar="OBJECT", help=f"default: all of {', '.join(names)}")


def follow(command: BaseCommand, client: SalesforceClient, counter: UsageCounter, options: Mapping[str, Any]) -> None:
    """Follow until SIGTERM or Ctrl-C.

    Raises ``CommandError`` for an unknown object, or when an administrator must set something up.
    """
    names = options["objects"] or [synced.name for synced in EVERY_OBJECT]
    if unknown := set(names) - {synced.name for synced in EVERY_OBJECT}:
        known = ", ".join(synced.name for synced in EVERY_OBJECT)
        raise CommandError(f"{', '.join(sorted(unknown))}: not one of {known}")
    try:
        from sf.follow.catching_up import CatchUp  # noqa: PLC0415 - its packages are optional
        from sf.follow.follower import Follower, NotFollowable  # noqa: PLC0415
        from sf.salesforce.events.client import EventClient  # noqa: PLC0415
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _PACKAGES:
            raise
        raise CommandError(
            f"sf follow needs {error.name}: .venv/bin/python -m pip install -r requirements/follow.txt"
        ) from error
    signal.signal(signal.SIGTERM, stop_on_sigterm)
    lines = _Lines(command)
    follower = Follower(
        [synced for synced in EVERY_OBJECT if synced.name in names],
        client,
        lambda: EventClient(settings.SALESFORCE_PUBSUB_HOST, client, settings.SALESFORCE_PROXY),
        CatchUp(client, counter, lines.tell_run),
        lines.tell,
        lines.warn,
    )
    try:
        follower.run()
    except NotFollowable as error:
        raise CommandError(str(error)) from error
    except (KeyboardInterrupt, SystemExit):
        lines.tell("stopped; the next start continues from here")
        sys.exit(0)


class _Lines:
    """Writes lines and flushes them, so that they show at once, even in a pipe."""

    def __init__(self, command: BaseCommand) -> None:
        self._command = command

    def tell(self, line: str) -> None:
        self._command.stdout.write(line)
        self._command.stdout.flush()

    def warn(self, line: str) -> None:
        self._command.stderr.write(self._command.style.WARNING(line))

    def tell_run(self, run: SyncRun, seconds: float) -> None:
        RunReport(self._command).tell(run, seconds)
        self._command.stdout.flush()
