from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from django.core.management.base import CommandError

from sf.ingest.jobs import recorded_configuration
from sf.management.adoption import adopt
from sf.management.sync_command import SyncCommand
from sf.sync.adoption import find_objects_to_replace
from sf.sync.objects import BOOKS, EVERY_OBJECT, INTERDEPENDENT, SyncedObject


class Command(SyncCommand):
    help = "Sync accounts, contacts, opportunities and adoptions from Salesforce, in this order."
    objects: Sequence[SyncedObject] = INTERDEPENDENT
    source = "sync_all"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--adopt-org",
            action="store_true",
            help="make the cache a copy of the org that the login leads to: replaces everything, books too",
        )
        parser.add_argument("--yes", action="store_true", help="don't ask before --adopt-org")

    def handle(self, *args: Any, **options: Any) -> None:
        with recorded_configuration(self.objects[0].name):
            if options["adopt_org"] and not adopt(self.stdout, agreed=options["yes"]):
                self.stdout.write("nothing was done")
                return
        if BOOKS.name in find_objects_to_replace():
            self.objects = EVERY_OBJECT  # this run, or an interrupted earlier run, adopted an org: replace books too
        super().handle(*args, **options)
        if left := find_objects_to_replace():
            raise CommandError(
                f"these objects still have records of the previous org: {', '.join(left)}; run sync_all again"
            )
