from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from api.auth.api_keys import create_api_key
from api.domain.rates import parse_rate
from api.domain.scopes import Scope, UnknownScope, parse_scopes


class Command(BaseCommand):
    requires_system_checks = []  # slow: the checks load every route
    help = "Create an API key for a service. The key is printed once, alone on the last line."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--name", required=True, help="the service that will use the key")
        parser.add_argument("--scopes", required=True, help=f"comma-separated list of {', '.join(Scope)}")
        parser.add_argument("--expires-days", type=int, metavar="D", help="the key expires after this number of days")
        parser.add_argument(
            "--rate",
            default="",
            metavar="R",
            help="rate limit of this key instead of SALESFORCE_API_RATE_LIMIT, such as 100/min",
        )
        parser.add_argument("--created-by", default="", metavar="W", help="the person who asked for the key")

    def handle(self, *args: Any, **options: Any) -> None:
        days, name = options["expires_days"], options["name"].strip()
        if not name or len(name) > 100:
            raise CommandError("--name: must have 1 to 100 characters")
        if days is not None and not 1 <= days <= 36_500:
            raise CommandError("--expires-days: must be a number from 1 to 36500")
        try:
            scopes = parse_scopes(options["scopes"].split(","))
        except UnknownScope as error:
            raise CommandError(f"--scopes: {error}") from error
        rate = options["rate"].strip()
        try:
            rate and parse_rate(rate)
        except ValueError as error:
            raise CommandError(f"--rate: {error}") from error
        key = create_api_key(
            name=name,
            scopes=scopes,
            rate=rate,
            expires_in=timedelta(days=days) if days else None,
            created_by=options["created_by"][:150],
        )
        until = f"valid until {key.expires_at:%Y-%m-%d %H:%M} UTC" if key.expires_at else "never expires"
        limit = f"; rate limit {parse_rate(rate)}" if rate else ""
        self.stdout.write(f"API key {key.public_id} for {key.name}: {', '.join(key.scopes)}; {until}{limit}.")
        self.stdout.write("Save the key now: it cannot be shown again. Send it as “Authorization: Bearer <key>”.")
        self.stdout.write(key.text)
