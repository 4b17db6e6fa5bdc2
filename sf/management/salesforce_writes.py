"""The actions of ``manage.py sf`` that change one record: create, update, upsert, delete."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.core.management.base import CommandError

from outgoing.text import to_one_line
from sf.management.questions import ask_on_terminal
from sf.salesforce.answers import understood
from sf.salesforce.client import SalesforceClient
from sf.salesforce.errors import SalesforceError

_LONGEST_SHOWN = 200
_DONE = {"Update": "updated", "Upsert": "updated", "Delete": "deleted"}


@dataclass(frozen=True)
class Change:
    """One call that changes a record. ``repeatable``: sending it twice has the same effect as once."""

    verb: str
    method: str
    place: str
    values: Mapping[str, Any] | None
    repeatable: bool


def change_of(action: str, options: Mapping[str, Any]) -> Change:
    """Return the call that the command line asks for.

    Raises ``CommandError`` for missing or malformed values.
    """
    sobject = quote(options["object"], safe="")
    if action == "create":
        return Change("Create", "POST", f"{sobject}/", _parse_values(options), repeatable=False)
    if action == "upsert":
        field, equals, value = options["key"].partition("=")
        if not equals or not value:
            raise CommandError(f"{options['key']!r} is not of the form ExternalIdField=value")
        place = f"{sobject}/{quote(field, safe='')}/{quote(value, safe='')}"
        return Change("Upsert", "PATCH", place, _parse_values(options), repeatable=True)
    place = f"{sobject}/{quote(options['id'], safe='')}"
    if action == "update":
        return Change("Update", "PATCH", place, _parse_values(options), repeatable=True)
    return Change("Delete", "DELETE", place, None, repeatable=False)


def make_change(client: SalesforceClient, change: Change, options: Mapping[str, Any]) -> tuple[str, str]:
    """Send the change if ``--yes`` is given or the operator agrees.

    Return the record's id and the result. The id is empty when the operator does not agree. Old API versions answer an
    upsert without the id. The key of the upsert is then returned instead.
    """
    if not options["yes"] and not _ask_for_consent(client, change):
        return "", "nothing was changed"
    send = client.request if change.repeatable else client.attempt
    path = f"{client.data_path}/sobjects/{change.place}"
    answer = send(change.method, path, body=None if change.values is None else dict(change.values))
    if answer.status_code == 204:
        return change.place.partition("/")[2], _DONE[change.verb]
    with understood(f"{change.method} {path}"):
        body = answer.json()
        return str(body["id"]), "created" if answer.status_code == 201 else "updated"


def message_of(error: SalesforceError) -> str:
    """Return the message for the operator, with a warning when the change may have been made."""
    message = to_one_line(error.in_full)
    if not error.outcome_unknown:
        return message
    return f"{message.rstrip('.')}. The change may have been made anyway: look before you try again."


def _ask_for_consent(client: SalesforceClient, change: Change) -> bool:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise CommandError("add --yes: there is no terminal to ask on. Nothing was changed")
    values = json.dumps(change.values, ensure_ascii=False) if change.values else ""
    shown = values if len(values) <= _LONGEST_SHOWN else values[:_LONGEST_SHOWN] + "…"
    return ask_on_terminal(f"{change.verb} {change.place.rstrip('/')} {shown} in {client.instance_url}? [y/N] ")


def _parse_values(options: Mapping[str, Any]) -> dict[str, Any]:
    values = _from_json(options["json"]) if options["json"] else {}
    for assignment in options["values"]:
        name, equals, text = assignment.partition("=")
        if not equals or not name.rstrip(":"):
            raise CommandError(f"{assignment!r} is not of the form Field=text or Field:=JSON")
        values[name.rstrip(":")] = _parse_json(text, assignment) if name.endswith(":") else text or None
    if not values:
        raise CommandError("no values: add Field=text, Field:=JSON, or --json")
    return values


def _from_json(given: str) -> dict[str, Any]:
    values = _parse_json(sys.stdin.read() if given == "-" else given, "--json")
    if not isinstance(values, dict):
        raise CommandError('--json is not an object such as {"LastName": "Smith"}')
    return values


def _parse_json(text: str, given: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise CommandError(f"{given}: is not JSON: {error}") from None


# -- arguments ------------------------------------------------------------------------------------------------


def _declare(parser: ArgumentParser, *, values: bool) -> None:
    parser.add_argument("--yes", action="store_true", help="don't ask; required without a terminal")
    if values:
        parser.add_argument(
            "values", nargs="*", metavar="Field=text", help="Field= empties the field; Field:=12 is JSON"
        )
        parser.add_argument("--json", metavar="OBJECT", help='such as {"LastName": "Smith"}; - reads standard input')
        _take_values_behind_options(parser)


def _take_values_behind_options(parser: ArgumentParser) -> None:
    """Accept values after an option that follows the object. In Python 3.11, argparse itself does not."""
    parse = parser.parse_known_args

    def parse_known_args(*given: Any) -> tuple[Any, list[str]]:
        options, extras = parse(*given)
        options.values = [*options.values, *(extra for extra in extras if not extra.startswith("-"))]
        return options, [extra for extra in extras if extra.startswith("-")]

    parser.parse_known_args = parse_known_args  # type: ignore[assignment, method-assign]


def _declare_create(parser: ArgumentParser) -> None:
    parser.add_argument("object", help="such as Contact")
    _declare(parser, values=True)


def _declare_update(parser: ArgumentParser) -> None:
    parser.add_argument("object", help="such as Contact")
    parser.add_argument("id", help="the record's id")
    _declare(parser, values=True)


def _declare_upsert(parser: ArgumentParser) -> None:
    parser.add_argument("object", help="such as Contact")
    parser.add_argument("key", metavar="ExternalIdField=value", help="which record; it is created when there is none")
    _declare(parser, values=True)


def _declare_delete(parser: ArgumentParser) -> None:
    parser.add_argument("object", help="such as Contact")
    parser.add_argument("id", help="the record's id")
    _declare(parser, values=False)


WRITES: dict[str, tuple[str, Callable[[ArgumentParser], None]]] = {
    "create": ("create a record; prints its id", _declare_create),
    "update": ("change a record", _declare_update),
    "upsert": ("change the record with an external id, or create it; prints its id", _declare_upsert),
    "delete": ("delete a record: it goes to Salesforce's recycle bin", _declare_delete),
}
