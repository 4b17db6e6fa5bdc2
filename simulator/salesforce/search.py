"""SOSL: ``/search?q=FIND {…} IN NAME FIELDS RETURNING Account(Id, Name), Contact``.

A record matches if each search word is the beginning of a word in the searched fields. These fields are names (NAME
FIELDS), email addresses (EMAIL FIELDS), phone numbers (PHONE FIELDS) or all short texts (ALL FIELDS, the default).
Wildcards ``*`` and ``?`` work inside words. The words AND, OR and NOT are refused. As in Salesforce, a search text of
one character is refused too. The answer is ``{"searchRecords": [...]}``.
Source: SOQL and SOSL Reference, "SOSL Syntax".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from simulator import schema
from simulator.encoding import record_maker
from simulator.http import Request, Response
from simulator.salesforce.api import Api, ApiError, base_path
from simulator.salesforce.query import parent_type
from simulator.schema import SObject
from simulator.schema.types import TEXT_TYPES
from simulator.store import Store

MAX_RESULTS = 2_000
_DEFAULT_OBJECTS = ("Account", "Contact", "Lead", "Opportunity")
_FIND = re.compile(
    r"\s*FIND\s*(?:\{(?P<braces>(?:\\.|[^}\\])*)\}|'(?P<quotes>(?:\\.|[^'\\])*)')"
    r"(?:\s+IN\s+(?P<scope>ALL|NAME|EMAIL|PHONE)\s+FIELDS)?"
    r"(?:\s+RETURNING\s+(?P<returning>.*?))?(?:\s+LIMIT\s+(?P<limit>\d+))?\s*",
    re.IGNORECASE | re.DOTALL,
)
_OBJECT = re.compile(r"\s*(?P<name>\w+)\s*(?:\((?P<inside>(?:'(?:\\.|[^'\\])*'|\([^)]*\)|[^()'])*)\))?\s*(?:,|$)")
_INSIDE = re.compile(r"(?P<fields>[\w.,\s]+?)(?P<rest>\s+(?:WHERE|ORDER\s+BY|LIMIT|OFFSET)\s.*)?", re.I | re.S)


@dataclass(frozen=True)
class _Returning:
    sobject: SObject
    fields: str
    rest: str
    """``WHERE …``, ``ORDER BY …``, ``LIMIT …``, as in SOQL."""


class Search:
    """Searches of one org."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def search(self, request: Request) -> Response:
        text = request.query.get("q", "")
        match = _FIND.fullmatch(text)
        if not match:
            raise ApiError("MALFORMED_SEARCH", "A search has the form FIND {text} IN … FIELDS RETURNING …")
        words = _words(re.sub(r"\\(.)", r"\1", match["braces"] or match["quotes"] or ""))
        limit = min(int(match["limit"] or MAX_RESULTS), MAX_RESULTS)
        records: list[dict[str, Any]] = []
        for returning in _returning(match["returning"]):
            scope = (match["scope"] or "ALL").upper()
            records += self._records(returning, words, scope, base_path(request), limit - len(records))
        return Response.json({"searchRecords": records})

    def _records(
        self, returning: _Returning, words: list[str], scope: str, base: str, limit: int
    ) -> list[dict[str, Any]]:
        names = _searched_fields(returning.sobject, scope, self._store.hidden_fields(returning.sobject.name))
        if not names or limit <= 0:
            return []
        result = self._store.query(_soql(returning, names, words, limit), style="rest")
        make = record_maker(result, base=base, type_of=parent_type)
        return [make(row) for row in result.rows]


def _words(text: str) -> list[str]:
    words = text.replace('"', " ").split()
    if {word.upper() for word in words} & {"OR", "NOT", "AND"}:
        raise ApiError("MALFORMED_SEARCH", "The simulator does not support AND, OR and NOT in searches")
    if len(text.replace("*", "").replace("?", "").strip()) < 2:
        raise ApiError("MALFORMED_SEARCH", f"search term must be longer than one character: {text}")
    return words


def _returning(text: str | None) -> list[_Returning]:
    if not text:
        return [_Returning(_searchable(name), "Id", "") for name in _DEFAULT_OBJECTS]
    position, objects = 0, []
    while position < len(text):
        match = _OBJECT.match(text, position)
        inside = _INSIDE.fullmatch((match["inside"] or "Id").strip()) if match else None
        if not match or not inside:
            raise ApiError("MALFORMED_SEARCH", f"RETURNING cannot be read at: {text[position:]}")
        objects.append(_Returning(_searchable(match["name"]), inside["fields"], inside["rest"] or ""))
        position = match.end()
    return objects


def _searchable(name: str) -> SObject:
    sobject = schema.find(name)
    if sobject is None:
        raise ApiError("INVALID_TYPE", f"sObject type '{name}' is not supported.")
    return sobject


def _searched_fields(sobject: SObject, scope: str, hidden: frozenset[str]) -> list[str]:
    types = {"EMAIL": {"email"}, "PHONE": {"phone"}}.get(scope, TEXT_TYPES - {"picklist", "multipicklist"})
    fields = (field for field in sobject.fields if field.type in types and field.filterable)
    names = [field.name for field in fields if field.name not in hidden]
    return [name for name in names if name in ("Name", "FirstName", "LastName")] if scope == "NAME" else names


def _soql(returning: _Returning, names: list[str], words: list[str], limit: int) -> str:
    conditions = [
        "(" + " OR ".join(f"{name} LIKE '{pattern}'" for name in names for pattern in _patterns(word)) + ")"
        for word in words
    ]
    where, rest = " AND ".join(conditions), returning.rest.strip()
    if rest.upper().startswith("WHERE"):
        condition, tail = _split_condition(rest[5:])
        where, rest = f"{where} AND ({condition})", tail
    if not re.search(r"\bLIMIT\s", rest, re.IGNORECASE):
        rest += f" LIMIT {limit}"
    return f"SELECT {returning.fields} FROM {returning.sobject.name} WHERE {where} {rest}"


def _patterns(word: str) -> tuple[str, str]:
    """Return two LIKE patterns: the word at the beginning of the text, and the word after a space."""
    escaped = re.sub(r"([\\'%_])", r"\\\1", word.rstrip("*")).replace("*", "%").replace("?", "_")
    return f"{escaped}%", f"% {escaped}%"


def _split_condition(text: str) -> tuple[str, str]:
    match = re.search(r"\s(?:ORDER\s+BY|LIMIT|OFFSET)\s", text, re.IGNORECASE)
    return (text[: match.start()], text[match.start() :]) if match else (text, "")


def add_routes(api: Api, search: Search) -> None:
    api.add("GET", "/search", search.search)
