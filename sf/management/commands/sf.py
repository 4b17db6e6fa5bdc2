"""Looking at Salesforce with the credentials of the service, so that nobody needs another tool."""

from __future__ import annotations

import json
import os
import re
import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from django.core.management.base import BaseCommand, CommandError

from sf.connection import salesforce_client
from sf.diagnosis import diagnose
from sf.management.output import FORMATS, write_records
from sf.salesforce.answers import understood
from sf.salesforce.client import SalesforceClient
from sf.salesforce.errors import SalesforceError
from sf.salesforce.http import Patience
from sf.sync.usage import UsageCounter

Action = Callable[[SalesforceClient, Mapping[str, Any]], Iterable[Mapping[str, Any]]]

_PATIENCE = Patience(deadline=20, read_timeout=60)
"""Somebody sits before the screen."""


class Command(BaseCommand):
    help = "Look at Salesforce: query, search, describe, limits, get, updated, deleted, apex; check the configuration."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        for name, (summary, declare, _) in _ACTIONS.items():
            action = actions.add_parser(name, help=summary, description=summary)
            declare(action)
            if name != "check":
                action.add_argument("--format", choices=FORMATS, default="table", help="default: %(default)s")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["action"]
        client = salesforce_client(UsageCounter(f"sf {name}"), _PATIENCE)
        try:
            if name == "check":
                self._check(client)
                return
            count = write_records(_ACTIONS[name][2](client, options), sys.stdout, form=options["format"])
            sys.stdout.flush()
        except SalesforceError as error:
            raise CommandError(error.in_full) from error
        except BrokenPipeError:  # `| head` has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for the flush at the end of the process
            return
        if options["format"] == "table":
            self.stderr.write(f"{count:,} record{'' if count == 1 else 's'}")

    def _check(self, client: SalesforceClient) -> None:
        wrong = 0
        for finding in diagnose(client):
            style = {"ok": self.style.SUCCESS, "fix": self.style.ERROR}.get(finding.state, self.style.WARNING)
            self.stdout.write(f"{style(f'{finding.state:<4}')} {finding.question}: {finding.answer}")
            wrong += finding.state == "fix"
        if wrong:
            raise CommandError(f"{wrong} to fix")


def _query(client: SalesforceClient, options: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    if re.match(r"\s*SELECT\s+COUNT\s*\(\s*\)", options["soql"], re.IGNORECASE):  # answered without a record
        return [{"count": client.count(options["soql"], include_deleted=options["all_rows"])}]
    return client.query(options["soql"], include_deleted=options["all_rows"])


def _search(client: SalesforceClient, options: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    def typed(found: Any) -> list[dict[str, Any]]:
        return [{"type": record["attributes"]["type"], **record} for record in found["searchRecords"]]

    return client.ask("GET", f"{client.data_path}/search", typed, params={"q": options["sosl"]})


def _describe(client: SalesforceClient, options: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    """All objects, one object's fields, or its layouts."""
    path = f"{client.data_path}/sobjects"
    if not options["object"]:
        return client.ask(
            "GET", path, lambda all_: _pick(all_["sobjects"], "name", "label", "keyPrefix", "custom", "queryable")
        )
    path = f"{path}/{options['object']}/describe"
    if options["layout"]:
        return client.ask("GET", f"{path}/layouts/{options['layout']}", lambda layout: [dict(layout)])
    if options["layout"] is not None:
        return client.ask("GET", f"{path}/layouts", lambda layouts: list(layouts.get("layouts", [layouts])))
    if options["format"] == "json":
        return client.ask("GET", path, lambda described: [dict(described)])
    columns = ("name", "label", "type", "length", "nillable", "calculated", "referenceTo")
    return client.ask("GET", path, lambda described: _pick(described["fields"], *columns))


def _limits(client: SalesforceClient, options: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    del options
    return [{"limit": name, **values} for name, values in client.limits().items() if "Max" in values]


def _get(client: SalesforceClient, options: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    """By id, or by ``ExternalIdField=value``."""
    field, found, value = options["id"].partition("=")
    place = f"{field}/{quote(value, safe='')}" if found else quote(field, safe="")
    record = client.ask("GET", f"{client.data_path}/sobjects/{options['object']}/{place}", dict[str, Any])
    shown = {name: value for name, value in record.items() if name != "attributes"}
    if options["format"] == "json":
        return [shown]
    return [{"field": name, "value": value} for name, value in shown.items()]


def _updated(client: SalesforceClient, options: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    return _between(client, options, "updated", lambda found: [{"id": each} for each in found["ids"]])


def _deleted(client: SalesforceClient, options: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    return _between(client, options, "deleted", lambda found: _pick(found["deletedRecords"], "id", "deletedDate"))


def _between(
    client: SalesforceClient, options: Mapping[str, Any], kind: str, understand: Callable[[Any], list[dict[str, Any]]]
) -> list[dict[str, Any]]:
    period = {"start": options["start"].isoformat(), "end": options["end"].isoformat()}
    return client.ask("GET", f"{client.data_path}/sobjects/{options['object']}/{kind}/", understand, params=period)


def _apex(client: SalesforceClient, options: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    from sf.salesforce.records import simple_salesforce  # noqa: PLC0415 - 0.3 s, which only its users pay

    with understood(f"{options['method']} {options['path']}"):
        answer = simple_salesforce(client).apexecute(options["path"], method=options["method"], data=options["data"])
    if isinstance(answer, list):
        return [item if isinstance(item, Mapping) else {"value": item} for item in answer]
    return [answer if isinstance(answer, Mapping) else {"value": answer}]


def _pick(items: Iterable[Mapping[str, Any]], *names: str) -> list[dict[str, Any]]:
    return [{name: item.get(name) for name in names} for item in items]


# -- arguments ------------------------------------------------------------------------------------------------


def _declare_query(parser: ArgumentParser) -> None:
    parser.add_argument("soql", help='such as "SELECT Id, Name FROM Account LIMIT 5"')
    parser.add_argument("--all-rows", action="store_true", help="deleted records too (queryAll)")


def _declare_search(parser: ArgumentParser) -> None:
    parser.add_argument("sosl", help='such as "FIND {Rice} IN NAME FIELDS RETURNING Account(Id, Name)"')


def _declare_describe(parser: ArgumentParser) -> None:
    parser.add_argument("object", nargs="?", help="such as Contact; without it, all objects")
    parser.add_argument("--layout", nargs="?", const="", metavar="ID", help="its layouts, or one record type's")


def _declare_get(parser: ArgumentParser) -> None:
    parser.add_argument("object", help="such as Contact")
    parser.add_argument("id", help="a record id, or ExternalIdField=value")


def _declare_period(parser: ArgumentParser) -> None:
    parser.add_argument("object", help="such as Contact")
    parser.add_argument("start", type=_moment, help="such as 2026-01-31 or 2026-01-31T12:00 (UTC unless it says so)")
    parser.add_argument("end", type=_moment, nargs="?", default=datetime.now(UTC), help="default: now")


def _declare_apex(parser: ArgumentParser) -> None:
    parser.add_argument("path", help="below /services/apexrest/")
    parser.add_argument("--method", default="GET", type=str.upper, choices=("GET", "POST", "PUT", "PATCH", "DELETE"))
    parser.add_argument("--data", type=_json, help="the body, as JSON")


def _declare_nothing(parser: ArgumentParser) -> None:
    del parser


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no time such as 2026-01-31T12:00") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise ArgumentTypeError(f"is no JSON: {error}") from None


def _no_action(client: SalesforceClient, options: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    raise NotImplementedError  # `check` has lines of its own


_ACTIONS: dict[str, tuple[str, Callable[[ArgumentParser], None], Action]] = {
    "query": ("run a SOQL query", _declare_query, _query),
    "search": ("run a SOSL search", _declare_search, _search),
    "describe": ("all objects, one object's fields, or its layouts", _declare_describe, _describe),
    "limits": ("the org's limits", _declare_nothing, _limits),
    "get": ("one record by its id or an external id", _declare_get, _get),
    "updated": ("ids changed between two times", _declare_period, _updated),
    "deleted": ("ids deleted between two times", _declare_period, _deleted),
    "apex": ("call an Apex REST method", _declare_apex, _apex),
    "check": ("is the configuration able to work? one line each: ok, or what to fix", _declare_nothing, _no_action),
}
