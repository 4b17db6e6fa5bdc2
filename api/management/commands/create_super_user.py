from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts_client.types import parse_uuid
from api.models import SuperUser


class Command(BaseCommand):
    requires_system_checks = []  # slow: the checks load every route
    help = (
        "Make an OpenStax user a Super User, with all scopes and access to the dashboard. "
        "Also renames or reactivates an existing Super User."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--uuid", required=True, help="Accounts UUID; users find their own at GET /api/v1/me")
        parser.add_argument("--name", default="", help="the name that the admin shows")
        parser.add_argument("--may-refresh", action="store_true", help="let the user refresh data on the dashboard")

    def handle(self, *args: Any, **options: Any) -> None:
        uuid = parse_uuid(options["uuid"].strip())
        if uuid is None:
            raise CommandError(f"--uuid: {options['uuid'][:40]!r} is not a UUID")
        values: dict[str, Any] = {"active": True}
        if options["name"]:
            values["name"] = options["name"][:150]
        if options["may_refresh"]:
            values["may_start_jobs"] = True
        user, created = SuperUser.objects.update_or_create(accounts_uuid=uuid, defaults=values)
        self.stdout.write(f"Super User {'added' if created else 'updated'}: {user} ({uuid}).")
