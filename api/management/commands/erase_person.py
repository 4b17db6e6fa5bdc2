import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts_client.types import parse_uuid
from api.outbox.queue import select_kept_apart
from api.retention.erasure import Share, erase_person, load_person_shares, widen_person
from api.retention.personal import select_waiting_cases
from outgoing.numbers import format_count
from sf.ingest.personal import UNREACHED, Person
from sf.management.questions import ask_on_terminal
from sf.models import Contact
from sf.reads.replica import noted_write
from sf.salesforce.ids import id_of_18

_ELSEWHERE = (
    "Salesforce, Pardot and OpenStax Accounts themselves",
    "backups of this database",
    "logs of this service, and of proxies and web servers in front of it",
    "Sentry, cron's mail, and messages posted to Slack",
    "other programs' copies of /records, until they next read the changes",
)


class Command(BaseCommand):
    requires_system_checks = []  # slow: the checks load every route
    help = "Erase the data stored about one person. Prints the number of rows by table, and asks before it erases."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--uuid", help="UUID of the person's OpenStax account; --email and --contact may be added")
        parser.add_argument(
            "--email",
            help="the person's email address; matches, for example, contacts, prospects, cases and submitted forms",
        )
        parser.add_argument("--contact", help="Salesforce id of the person's contact")
        parser.add_argument("--dry-run", action="store_true", help="only print the number of rows by table")
        parser.add_argument("--yes", action="store_true", help="erase without asking")

    def handle(self, *args: Any, **options: Any) -> None:
        person = widen_person(_read_person(options))
        shares = load_person_shares(person)
        waiting = select_waiting_cases(person)
        count, apart = waiting.count(), waiting.filter(pk__in=select_kept_apart().values("pk")).count()
        self.stdout.write(_describe(person))
        self._print_shares(shares)
        self._print_live_contacts(person)
        self._print_waiting_cases(count - apart, "for delivery to Salesforce. Run deliver_pending")
        self._print_waiting_cases(apart, "for another org. In admin › Cases (outbox), send or discard such cases")
        if shares and not options["dry_run"]:
            self._erase(person, shares, agreed=options["yes"])
        self._print_unreached()
        if not options["dry_run"] and (count or waiting.exists()):  # an operator may have queued a case meanwhile
            raise CommandError("some cases are not erased yet: repeat the command when no case waits")

    def _print_shares(self, shares: Sequence[Share]) -> None:
        if not shares:
            self.stdout.write("No rows to erase for this person.")
        for share in shares:
            self.stdout.write(f"{share.rows:>9,}  {share.table}: {share.holding.action}")

    def _print_live_contacts(self, person: Person) -> None:
        live = sorted(Contact.objects.filter(id__in=person.contacts).values_list("id", flat=True))
        if live:
            contacts, them = ("contact", "it") if len(live) == 1 else ("contacts", "them")
            self.stdout.write(
                f"At the last sync Salesforce still had {contacts} {', '.join(live)}. Delete {them} there first: "
                f"otherwise the next full sync copies {them} again."
            )

    def _print_waiting_cases(self, count: int, wait: str) -> None:
        if count:
            cases_wait = format_count(count, "accepted case waits", "accepted cases wait")
            self.stdout.write(f"Not erased yet: {cases_wait} {wait}, then repeat this command.")

    def _erase(self, person: Person, shares: Sequence[Share], *, agreed: bool) -> None:
        if not agreed and not (sys.stdin.isatty() and sys.stdout.isatty()):
            raise CommandError(
                "nothing was erased, because there is no terminal to ask on: repeat the command with --yes"
            )
        planned = format_count(sum(share.rows for share in shares), "row")
        if not agreed and not ask_on_terminal(f"Permanently erase this person's data in {planned}? [yes/no] "):
            raise CommandError("nothing was erased")
        with noted_write():
            erased = erase_person(person)
        self.stdout.write(f"Erased this person's data in {format_count(sum(share.rows for share in erased), 'row')}.")

    def _print_unreached(self) -> None:
        self.stdout.write("Not reached by this command:")
        for place in (*UNREACHED, *_ELSEWHERE):
            self.stdout.write(f"  {place}")


def _read_person(options: dict[str, Any]) -> Person:
    uuid, email, contact = (str(options[name] or "").strip() for name in ("uuid", "email", "contact"))
    if not (uuid or email or contact):
        raise CommandError("give at least one of --uuid, --email and --contact")
    if uuid and parse_uuid(uuid) is None:
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


def _describe(person: Person) -> str:
    ids_by_kind: dict[str, frozenset[Any]] = {
        "account": person.uuids,
        "email": person.emails,
        "contact": person.contacts,
        "lead": person.leads,
        "prospect": person.prospects,
        "staff name": person.staff_names,
    }
    return "Person: " + "; ".join(
        f"{name} {', '.join(map(str, sorted(ids)))}" for name, ids in ids_by_kind.items() if ids
    )
