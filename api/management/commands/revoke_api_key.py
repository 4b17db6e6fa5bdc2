from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from api.auth.api_keys import revoke_api_key
from api.domain.keys import explain_unknown_key


class Command(BaseCommand):
    requires_system_checks = []  # slow: the checks load every route
    help = "Revoke an API key: it stops working at once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("public_id", metavar="public-id", help="the public id, from list_api_keys")

    def handle(self, *args: Any, **options: Any) -> None:
        key = revoke_api_key(options["public_id"])
        if key is None:
            raise CommandError(explain_unknown_key(options["public_id"]))
        self.stdout.write(f"API key {key.public_id} ({key.name}) is revoked.")
