"""The option ``--allow-deletes`` of the sync commands: alone, or with a number of records by object."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Collection

from django.core.management.base import CommandError

from sf.ingest.guard import ANY_DELETES, NO_DELETES, OPTION, AllowedDeletes


def add_allow_deletes(parser: ArgumentParser) -> None:
    parser.add_argument(
        OPTION,
        nargs="?",
        type=parse_allowed_deletes,
        const=ANY_DELETES,
        default=NO_DELETES,
        metavar="NAME=N,NAME=N",
        help="accept deletions that the mass-delete guard refuses; with names: only for these, up to N records each",
    )


def parse_allowed_deletes(text: str) -> AllowedDeletes:
    """Return the deletions that a text such as ``forms=33,lists=5`` accepts."""
    at_most: dict[str, int] = {}
    for part in text.split(","):
        name, _, number = part.strip().partition("=")
        if not (name and number.isascii() and number.isdigit() and int(number[:12]) > 0):
            raise ArgumentTypeError(f"expected a name and a number of records, such as forms=33, not {part.strip()!r}")
        at_most[name.strip()] = int(number[:12])
    return AllowedDeletes(at_most)


def check_names(allowed: AllowedDeletes, synced: Collection[str]) -> None:
    """Raise ``CommandError`` when deletions are accepted for an object that this command does not sync."""
    if unknown := sorted(set(allowed.at_most) - set(synced)):
        raise CommandError(f"{OPTION} {', '.join(unknown)}: this command syncs {', '.join(synced)}")
