import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts_client.types import canonical_uuid
from api.retention.erasure import Share, known_person, person_erase, person_shares
from api.retention.personal import waiting_cases
from sf.ingest.personal import UNREACHED, Person
from sf.management.questions import agreed_on_terminal
from sf.models import Contact
from sf.reads.replica import noted_write
from sf.salesforce.ids import id_of_18

_ELSEWHERE = (
    "Salesforce, Pardot and OpenStax Accounts themselves",
    "backups of this database",
    "logs of this service, and of proxies and web servers in front of it",
    "Sentry, cron's mail, and what was posted to Slack",
    "copies that other programs made by /records (they see the change the next time)",
)


class Command(BaseCommand):
    requires_system_checks = []  # the checks load every route
    help = "Erase what is stored about one person. Prints what it finds by table, and asks first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--uuid", help="the UUID of their OpenStax account; can be combined with the others")
        parser.add_argument("--email", help="finds contacts, prospects, cases and forms with this address")
        parser.add_argument("--contact", help="the Salesforce id of their contact")
        parser.add_argument("--dry-run", action="store_true", help="only print what would be erased")
        parser.add_argument("--yes", action="store_true", help="don't ask")

    def handle(self, *args: Any, **options: Any) -> None:
        person = known_person(_given(options))
        shares = person_shares(person)
        self.stdout.write(_described(person))
        self._table(shares)
        kept = self._warnings(person)
        if shares and not options["dry_run"]:
            self._erase(person, shares, agreed=options["yes"])
        self._elsewhere()
        if kept and not options["dry_run"]:
            raise CommandError("not everything is erased yet: repeat the command once the cases above are delivered")

    def _table(self, shares: Sequence[Share]) -> None:
        if not shares:
            self.stdout.write("Nothing else is stored about this person here.")
        for share in shares:
            self.stdout.write(f"{share.rows:>9,}  {share.table}: {share.holding.action}")

    def _warnings(self, person: Person) -> int:
        live = sorted(Contact.objects.filter(id__in=person.contacts).values_list("id", flat=True))
        if live:
            self.stdout.write(
                f"Salesforce has contact {', '.join(live)}, or had it at the last sync. Delete it there first: "
                "otherwise the next full sync copies it again."
            )
        waiting = waiting_cases(person).count()
        if waiting:
            self.stdout.write(f"Kept: {waiting:,} accepted cases that wait for Salesforce. Run deliver_pending.")
        return waiting

    def _erase(self, person: Person, shares: Sequence[Share], *, agreed: bool) -> None:
        rows = sum(share.rows for share in shares)
        if not agreed and not (sys.stdin.isatty() and sys.stdout.isatty()):
            raise CommandError("nothing was changed: repeat the command with --yes to go ahead")
        if not agreed and not agreed_on_terminal(f"Erase this in {rows:,} rows, for good? [yes/no] "):
            raise CommandError("nothing was changed")
        with noted_write():
            erased = person_erase(person)
        self.stdout.write(f"Erased in {sum(share.rows for share in erased):,} rows.")

    def _elsewhere(self) -> None:
        self.stdout.write("Not reached by this command:")
        for place in (*UNREACHED, *_ELSEWHERE):
            self.stdout.write(f"  {place}")


def _given(options: dict[str, Any]) -> Person:
    uuid, email, contact = (str(options[name] or "").strip() for name in ("uuid", "email", "contact"))
    if not (uuid or email or contact):
        raise CommandError("give at least one of --uuid, --email and --contact")
    if uuid and canonical_uuid(uuid) is None:
        raise CommandError(f"--uuid: {uuid[:40]!r} is not a UUID")
    if email and "@" not in email:
        raise CommandError(f"--email: {email[:40]!r} is not an email address")
    whole = id_of_18(contact)
    if contact and (whole is None or not whole.startswith("003")):
        raise CommandError(f"--contact: {contact[:40]!r} is not the id of a contact (003…)")
    return Person(
        uuids=frozenset({uuid.lower()} if uuid else ()),
        emails=frozenset({email.lower()} if email else ()),
        contacts=frozenset({whole} if whole else ()),
    )


def _described(person: Person) -> str:
    known: dict[str, frozenset[Any]] = {
        "account": person.uuids,
        "email": person.emails,
        "contact": person.contacts,
        "lead": person.leads,
        "prospect": person.prospects,
        "staff": person.staff_names,
    }
    return "Person: " + "; ".join(f"{name} {', '.join(map(str, sorted(ids)))}" for name, ids in known.items() if ids)
