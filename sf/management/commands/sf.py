"""Look at Salesforce, and change single records, with the service's own credentials."""

from __future__ import annotations

import io
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

from outgoing.numbers import format_count
from outgoing.text import to_one_line
from sf.connection.clients import make_client_of_any_org, make_salesforce_client
from sf.diagnosis import diagnose
from sf.management.bulk_rows import fetch_bulk_rows
from sf.management.follow_command import SUMMARY, declare_follow, follow
from sf.management.output import FORMATS, write_records
from sf.management.salesforce_shell import run_shell
from sf.management.salesforce_writes import WRITES, change_of, make_change, message_of
from sf.salesforce.answers import understood
from sf.salesforce.client import SalesforceClient
from sf.salesforce.errors import SalesforceError
from sf.salesforce.http import Patience
from sf.sync.usage import UsageCounter

Action = Callable[[SalesforceClient, Mapping[str, Any]], Iterable[Mapping[str, Any]]]

_RESERVED_IN_SOSL = re.compile(r"[?&|!{}\[\]()^~*:\\\"'+-]")
_ESCAPED = r"\\\g<0>"
_PATIENCE = Patience(deadline=20, read_timeout=60)
"""A person waits at the terminal."""


class Command(BaseCommand):
    requires_system_checks = []  # slow: the checks load every route
    help = (
        "Look at Salesforce: query, search, describe, limits, get, updated, deleted, apex; change single records: "
        "create, update, upsert, delete; shell: a Python prompt; check the configuration; follow change events."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        for name, (summary, declare, _) in _ACTIONS.items():
            action = actions.add_parser(name, help=summary, description=summary)
            declare(action)
            if name not in {"check", "follow", "shell"}:
                action.add_argument("--format", choices=FORMATS, default="table", help="default: %(default)s")
        for name, (summary, declare) in WRITES.items():
            declare(actions.add_parser(name, help=summary, description=summary))

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["action"]
        counter = UsageCounter(f"sf {name}")
        # An operator may read an org other than the cached one to find a mistake, but not write to it by accident.
        changes = name in {*WRITES, "shell"} or options.get("method", "GET") != "GET"
        patience = Patience() if name == "follow" else _PATIENCE
        client = (make_salesforce_client if changes or name == "follow" else make_client_of_any_org)(counter, patience)
        try:
            if name == "check":
                self._check(client)
            elif name == "shell":
                self._open_shell(client, counter)
            elif name == "follow":
                follow(self, client, counter, options)
            elif name in WRITES:
                self._make_change(client, options)
            else:
                self._look(client, options)
        except SalesforceError as error:
            raise CommandError(message_of(error) if changes else to_one_line(error.in_full)) from error

    def _look(self, client: SalesforceClient, options: Mapping[str, Any]) -> None:
        if options["format"] != "table" and isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8", errors="strict")  # data for programs, whatever the terminal has
        try:
            count = write_records(_ACTIONS[options["action"]][2](client, options), sys.stdout, form=options["format"])
            sys.stdout.flush()
        except BrokenPipeError:  # the reader, such as head, has closed the pipe
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for the flush at the end of the process
            return
        if options["format"] == "table":
            self.stderr.write(format_count(count, "record"))

    def _make_change(self, client: SalesforceClient, options: Mapping[str, Any]) -> None:
        record, outcome = make_change(client, change_of(options["action"], options), options)
        if record:
            self.stdout.write(record)
        self.stderr.write(outcome)

    def _open_shell(self, client: SalesforceClient, counter: UsageCounter) -> None:
        try:
            run_shell(client)
        finally:
            sys.stdout.flush()
            self.stderr.write(format_count(counter.calls, "Salesforce call"))

    def _check(self, client: SalesforceClient) -> None:
        wrong = 0
        for finding in diagnose(client):
            style = {"ok": self.style.SUCCESS, "fix": self.style.ERROR}.get(finding.state, self.style.WARNING)
            self.stdout.write(f"{style(f'{finding.state:<4}')} {finding.question}: {to_one_line(finding.answer)}")
            wrong += finding.state == "fix"
        if wrong:
            raise CommandError(f"{wrong} to fix")


def _run_query(client: SalesforceClient, options: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    if re.match(r"\s*SELECT\s+COUNT\s*\(\s*\)", options["soql"], re.IGNORECASE):  # its answer has no records
        return [{"count": client.count(options["soql"], include_deleted=options["all_rows"])}]
    if options["bulk"]:
        return fetch_bulk_rows(client, options["soql"], _PATIENCE, include_deleted=options["all_rows"])
    return client.query(options["soql"], include_deleted=options["all_rows"])


def _search(client: SalesforceClient, options: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    def add_types(answer: Any) -> list[dict[str, Any]]:
        return [{"type": record["attributes"]["type"], **record} for record in answer["searchRecords"]]

    sosl = options["sosl"]
    if not re.match(r"\s*FIND\b", sosl, re.IGNORECASE):
        sosl = f"FIND {{{_RESERVED_IN_SOSL.sub(_ESCAPED, sosl)}}}"
    return client.ask("GET", f"{client.data_path}/search", add_types, params={"q": sosl})


def _describe(client: SalesforceClient, options: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    """Show all objects, one object's fields, or its layouts."""
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
        return client.ask("GET", path, lambda description: [dict(description)])
    columns = ("name", "label", "type", "length", "nillable", "calculated", "referenceTo")
    return client.ask("GET", path, lambda description: _pick(description["fields"], *columns))


def _list_limits(client: SalesforceClient, options: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    return [{"limit": name, **values} for name, values in client.limits().items() if "Max" in values]


def _get(client: SalesforceClient, options: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    """Show a record by id, or by ``ExternalIdField=value``."""
    field, equals, value = options["id"].partition("=")
    place = f"{field}/{quote(value, safe='')}" if equals else quote(field, safe="")
    record = client.ask("GET", f"{client.data_path}/sobjects/{options['object']}/{place}", dict[str, Any])
    shown = {name: value for name, value in record.items() if name != "attributes"}
    if options["format"] == "json":
        return [shown]
    return [{"field": name, "value": value} for name, value in shown.items()]


def _list_updated(client: SalesforceClient, options: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    return _list_between(client, options, "updated", lambda answer: [{"id": each} for each in answer["ids"]])


def _list_deleted(client: SalesforceClient, options: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    return _list_between(
        client, options, "deleted", lambda answer: _pick(answer["deletedRecords"], "id", "deletedDate")
    )


def _list_between(
    client: SalesforceClient, options: Mapping[str, Any], kind: str, understand: Callable[[Any], list[dict[str, Any]]]
) -> list[dict[str, Any]]:
    period = {"start": options["start"].isoformat(), "end": options["end"].isoformat()}
    return client.ask("GET", f"{client.data_path}/sobjects/{options['object']}/{kind}/", understand, params=period)


def _call_apex(client: SalesforceClient, options: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    from sf.salesforce.records import make_simple_salesforce  # noqa: PLC0415 - the import takes 0.3 s

    with understood(f"{options['method']} {options['path']}"):
        answer = make_simple_salesforce(client).apexecute(
            options["path"], method=options["method"], data=options["data"]
        )
    if isinstance(answer, list):
        return [item if isinstance(item, Mapping) else {"value": item} for item in answer]
    return [answer if isinstance(answer, Mapping) else {"value": answer}]


def _pick(items: Iterable[Mapping[str, Any]], *names: str) -> list[dict[str, Any]]:
    return [{name: item.get(name) for name in names} for item in items]


# -- arguments ------------------------------------------------------------------------------------------------


def _declare_query(parser: ArgumentParser) -> None:
    parser.add_argument("soql", help='such as "SELECT Id, Name FROM Account LIMIT 5"')
    parser.add_argument("--all-rows", action="store_true", help="deleted records too (queryAll)")
    parser.add_argument("--bulk", action="store_true", help="by Bulk API 2.0: few calls for many rows")


def _declare_search(parser: ArgumentParser) -> None:
    parser.add_argument("sosl", help='words, or SOSL: "FIND {Rice} IN NAME FIELDS RETURNING Account(Id, Name)"')


def _declare_describe(parser: ArgumentParser) -> None:
    parser.add_argument("object", nargs="?", help="such as Contact; without it, all objects")
    parser.add_argument(
        "--layout", nargs="?", const="", metavar="ID", help="the object's layouts; with ID, a record type's"
    )


def _declare_get(parser: ArgumentParser) -> None:
    parser.add_argument("object", help="such as Contact")
    parser.add_argument("id", help="a record id, or ExternalIdField=value")


def _declare_period(parser: ArgumentParser) -> None:
    parser.add_argument("object", help="such as Contact")
    parser.add_argument(
        "start", type=_parse_moment, help="such as 2026-01-31 or 2026-01-31T12:00 (without an offset: UTC)"
    )
    parser.add_argument("end", type=_parse_moment, nargs="?", default=datetime.now(UTC), help="default: now")


def _declare_apex(parser: ArgumentParser) -> None:
    parser.add_argument("path", help="below /services/apexrest/")
    parser.add_argument("--method", default="GET", type=str.upper, choices=("GET", "POST", "PUT", "PATCH", "DELETE"))
    parser.add_argument("--data", type=_parse_json, help="the body, as JSON")


def _declare_nothing(parser: ArgumentParser) -> None:
    """Add no arguments."""


def _parse_moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a time such as 2026-01-31T12:00") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _parse_json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise ArgumentTypeError(f"is not JSON: {error}") from None


def _refuse_no_action(client: SalesforceClient, options: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    raise NotImplementedError  # `handle` treats `check`, `follow` and `shell` separately


_ACTIONS: dict[str, tuple[str, Callable[[ArgumentParser], None], Action]] = {
    "query": ("run a SOQL query", _declare_query, _run_query),
    "search": ("search for words, or run a SOSL search", _declare_search, _search),
    "describe": ("all objects, one object's fields, or its layouts", _declare_describe, _describe),
    "limits": ("the org's limits", _declare_nothing, _list_limits),
    "get": ("one record by its id or an external id", _declare_get, _get),
    "updated": ("ids of the records created or changed between two times", _declare_period, _list_updated),
    "deleted": ("ids of the records deleted between two times", _declare_period, _list_deleted),
    "apex": ("call an Apex REST method", _declare_apex, _call_apex),
    "shell": (
        "a Python prompt or a program on standard input, where sf is the client",
        _declare_nothing,
        _refuse_no_action,
    ),
    "follow": (SUMMARY, declare_follow, _refuse_no_action),
    "check": (
        "check whether the configuration works: ok, or what to fix, line by line",
        _declare_nothing,
        _refuse_no_action,
    ),
}
