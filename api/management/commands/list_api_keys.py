from typing import Any

from django.core.management.base import BaseCommand

from api.models import APIKey

_HEADINGS = ("public id", "state", "name", "created", "expires", "last used", "rate", "scopes")
_COLUMNS = "{:<10} {:<8} {:<24} {:<17} {:<17} {:<17} {:<10} {}"
_MOMENT = "%Y-%m-%d %H:%M"


class Command(BaseCommand):
    requires_system_checks = []  # slow: the checks load every route
    help = (
        "List all API keys with their state, last use, rate and scopes; times are UTC. The rate “common” means "
        "SALESFORCE_API_RATE_LIMIT."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        keys = list(APIKey.objects.all())
        if keys:
            self.stdout.write(_COLUMNS.format(*_HEADINGS))
        for key in keys:
            times = (key.created_at, key.expires_at, key.last_used_at)
            moments = [f"{time:{_MOMENT}}" if time else "never" for time in times]
            columns = (key.public_id, key.state, key.name[:24])
            self.stdout.write(_COLUMNS.format(*columns, *moments, key.rate or "common", ", ".join(key.scopes)))
        active = sum(key.state == "active" for key in keys)
        self.stdout.write(f"API keys: {len(keys)}; active: {active}.")
