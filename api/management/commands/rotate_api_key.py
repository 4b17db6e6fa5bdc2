import re
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from api.auth.api_keys import NotActive, rotate_api_key
from api.domain.keys import explain_unknown_key
from api.models import APIKey

_UNITS = {"d": "days", "h": "hours"}
_MOMENT = "%Y-%m-%d %H:%M"


class Command(BaseCommand):
    requires_system_checks = []  # slow: the checks load every route
    help = "Replace an API key; the old key works for a while longer. The new key is printed once, on the last line."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("public_id", metavar="public-id", help="the public id of the old key, from list_api_keys")
        parser.add_argument("--overlap", default="7d", metavar="T", help="time in which both keys work, such as 12h")
        parser.add_argument(
            "--expires-days",
            type=int,
            metavar="D",
            help="days until the new key expires (default: the lifetime of the newest key for the same service)",
        )
        parser.add_argument("--created-by", default="", metavar="W", help="the person who asked for the key")

    def handle(self, *args: Any, **options: Any) -> None:
        days, public_id = options["expires_days"], options["public_id"]
        if days is not None and not 1 <= days <= 36_500:
            raise CommandError("--expires-days: must be a number from 1 to 36500")
        try:
            old_and_new = rotate_api_key(
                public_id,
                overlap=_parse_overlap(options["overlap"]),
                expires_in=timedelta(days=days) if days else None,
                created_by=options["created_by"][:150],
            )
        except NotActive as error:
            raise CommandError(f"API key {public_id} is {error}; make a new one with create_api_key") from error
        if old_and_new is None:
            raise CommandError(explain_unknown_key(public_id))
        self._report(*old_and_new)

    def _report(self, old: APIKey, new: APIKey) -> None:
        last_use = f"last used {old.last_used_at:{_MOMENT}} UTC" if old.last_used_at else "never used"
        until = f"valid until {new.expires_at:{_MOMENT}} UTC" if new.expires_at else "never expires"
        self.stdout.write(f"The old API key {old.public_id} ({last_use}) works until {old.expires_at:{_MOMENT}} UTC.")
        self.stdout.write(f"API key {new.public_id} for {new.name} replaces it; {until}.")
        self.stdout.write(
            "Save the new key now: it cannot be shown again. list_api_keys shows when the old key was last used."
        )
        self.stdout.write(new.text)


def _parse_overlap(text: str) -> timedelta:
    match = re.fullmatch(r"([0-9]{1,4})([dh])", text.strip())
    if match is None:
        raise CommandError(f"--overlap: {text[:40]!r} is not a time such as 7d or 12h")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})
