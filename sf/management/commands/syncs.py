import getpass
import re
from argparse import ArgumentParser
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sf.ingest.switch import LONGEST_REASON, switch_off, switch_on
from sf.models import SyncConfig

_UNITS = {"d": "days", "h": "hours", "m": "minutes"}


class Command(BaseCommand):
    requires_system_checks = []  # slow: the checks load every route
    help = "Switch all syncs off or on, like the page /admin/ops/switch/. Without an action, show whether they are on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", nargs="?", choices=["on", "off"])
        parser.add_argument(
            "--because",
            default="",
            metavar="WHY",
            help="why syncs are off; each sync that stops or is skipped shows it",
        )
        parser.add_argument(
            "--for", dest="pause", metavar="T", help="how long: 30m, 2h or 1d (default: until switched on)"
        )
        parser.add_argument("--by", default="", metavar="WHO", help="who switches (default: this system user)")

    def handle(self, *args: Any, **options: Any) -> None:
        action, reason = options["action"], " ".join(options["because"].split())
        if action != "off" and (reason or options["pause"]):
            raise CommandError("--because and --for need the action off")
        if action == "off" and not 1 <= len(reason) <= LONGEST_REASON:
            raise CommandError(f"--because: say why, in up to {LONGEST_REASON} characters; others will want to know")
        by = options["by"] or _find_user()
        if action == "off":
            switch_off(by=by, reason=reason, until=_parse_pause(options["pause"]))
        elif action == "on":
            switch_on(by=by)
        config = SyncConfig.load()
        state = "on" if config.syncs_are_on else f"off ({config.switch_details})"
        self.stdout.write(f"Syncs are {state}.")


def _parse_pause(pause: str | None) -> datetime | None:
    if pause is None:
        return None
    match = re.fullmatch(r"([0-9]{1,4})([dhm])", pause.strip())
    if match is None or not int(match[1]):
        raise CommandError(f"--for: {pause[:40]!r} is not a time such as 30m, 2h or 1d")
    return timezone.now() + timedelta(**{_UNITS[match[2]]: int(match[1])})


def _find_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return "manage.py"
