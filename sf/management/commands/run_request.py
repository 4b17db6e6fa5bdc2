from __future__ import annotations

import signal
import subprocess
import sys
from argparse import ArgumentParser
from collections import deque
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from sf.ingest.lease import hold_lease
from sf.ingest.requested import lease_name, note_request_end
from sf.models import OperatorAction

_LINES = 20
"""The number of last lines of output that are kept."""


class Command(BaseCommand):
    requires_system_checks = []  # slow: the checks load every route
    help = (
        "Run a command that was requested on the operators' page or the dashboard, and record how it ended. "
        "The leading worker (manage.py work) starts run_request; without such a worker, a web process starts it. "
        "Do not call it by hand."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("id", type=int, help="number of the request")

    def handle(self, *args: Any, **options: Any) -> None:
        action = OperatorAction.objects.filter(pk=options["id"], ended=None).exclude(started=None).first()
        if action is None:
            raise CommandError(f"there is no request {options['id']} that was started and has not ended")
        with hold_lease(lease_name(action.pk)) as lease:
            if lease is None:
                raise CommandError(f"request {action.pk} is being run by another process")
            status, output = self._run(action.words)
            note_request_end(action.pk, status, output)
        if status:
            sys.exit(status if status > 0 else 128 - status)

    def _run(self, words: Sequence[str]) -> tuple[int, str]:
        """Run the command; SIGTERM is passed on. Return its exit status and the last lines of its output."""
        program = [settings.CRONTAB_PYTHON_EXECUTABLE, settings.CRONTAB_DJANGO_MANAGE_PATH, *words]
        process = subprocess.Popen(  # noqa: S603 - our own commands
            program, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace"
        )
        signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        lines: deque[str] = deque(maxlen=_LINES)
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            self.stdout.write(line, ending="")
        return process.wait(), "".join(lines)
