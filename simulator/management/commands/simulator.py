"""``python manage.py simulator``: a thin wrapper round :mod:`simulator.main`."""

from __future__ import annotations

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from simulator import main


class Command(BaseCommand):
    help = "Simulates Salesforce, Pardot and OpenStax Accounts over HTTPS, and prints the variables to set."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        main.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            main.serve(argparse.Namespace(**options), self._say)
        except main.CannotStart as error:
            raise CommandError(str(error)) from error

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
