"""The names of a query: its sObject, the parents in dotted paths, and the joins for these parents."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from simulator import schema
from simulator.schema import Field, SObject
from simulator.soql.errors import SoqlError
from simulator.soql.tree import Path, Query

_MAX_LEVELS = 5
_ADVICE = (
    "If you are attempting to use a custom {what}, be sure to append the '{ending}' after the {name}."
    " Please reference your WSDL or the describe call for the appropriate names."
)


@dataclass(frozen=True)
class Context:
    """The values that are the same for the whole statement."""

    soql: str
    now: datetime
    include_deleted: bool
    hidden: Callable[[str], Collection[str]]
    """Returns the names of an sObject's fields that are hidden from the API user."""
    aliases: count[int]
    find: Callable[[str], SObject | None] = schema.find
    """Returns the sObject with the given name. Queries of the Tooling API use another function."""


@dataclass(frozen=True)
class Resolved:
    """The field that a path leads to, or an aggregate."""

    field: Field
    sql: str
    path: str
    """The path in Salesforce's spelling, without the sObject's name or alias; or an aggregate's function."""


class Scope:
    """Resolves paths from one sObject, and collects the LEFT JOINs to the parents in these paths."""

    def __init__(self, query: Query, context: Context) -> None:
        sobject = context.find(query.sobject)
        if sobject is None:
            raise _unknown_sobject(query, context.soql)
        self.sobject = sobject
        self.context = context
        self._own_names = {sobject.name.lower(), query.alias.lower()} - {""}
        self._table = self._new_alias()
        self._joins: dict[str, tuple[str, SObject, str]] = {}

    def _new_alias(self) -> str:
        return f"t{next(self.context.aliases)}"

    def resolve(self, path: Path) -> Resolved:
        """Resolve a path. Raises ``INVALID_FIELD`` for an unknown or hidden field or relationship."""
        names = path.names
        if len(names) > 1 and names[0].lower() in self._own_names:
            names = names[1:]
        if len(names) > _MAX_LEVELS + 1:
            message = f"Only {_MAX_LEVELS} levels of relationships are allowed in a path"
            raise SoqlError.at("MALFORMED_QUERY", message, self.context.soql, path.position)
        alias, sobject, spelled = self._table, self.sobject, ""
        for name in names[:-1]:
            alias, sobject, spelled = self._parent(alias, sobject, spelled, name, path.position)
        field = self._visible(sobject, sobject.field(names[-1]), names[-1], path.position)
        return Resolved(field, f'{alias}."{field.name}"', spelled + field.name)

    def _visible(self, sobject: SObject, field: Field | None, name: str, position: int) -> Field:
        if field is None or field.name in self.context.hidden(sobject.name):
            advice = _ADVICE.format(what="field", ending="__c", name="custom field name")
            message = f"No such column '{name}' on entity '{sobject.name}'. {advice}"
            raise SoqlError.at("INVALID_FIELD", message, self.context.soql, position)
        return field

    def _parent(self, alias: str, sobject: SObject, spelled: str, name: str, position: int) -> tuple[str, SObject, str]:
        reference = sobject.by_relationship.get(name.lower())
        if reference is None or reference.name in self.context.hidden(sobject.name):
            advice = _ADVICE.format(what="relationship", ending="__r", name="custom relationship name")
            message = f"Didn't understand relationship '{name}' in field path. {advice}"
            raise SoqlError.at("INVALID_FIELD", message, self.context.soql, position)
        spelled = f"{spelled}{reference.relationship}."
        if spelled not in self._joins:
            parent = self.context.find(reference.reference_to)
            assert parent
            own = self._new_alias()
            condition = f'{own}."Id" = {alias}."{reference.name}"'
            if parent.soft_deletes and not self.context.include_deleted:
                # The plus keeps SQLite from using the index on IsDeleted, because nearly all rows match.
                condition += f' AND +{own}."IsDeleted" = 0'
            join = f' LEFT JOIN "{parent.name}" AS {own} ON {condition}'
            self._joins[spelled] = (own, parent, join)
        own, parent, _ = self._joins[spelled]
        return own, parent, spelled

    def visible_fields(self) -> list[Field]:
        hidden = self.context.hidden(self.sobject.name)
        return [field for field in self.sobject.fields if field.name not in hidden]

    def children(self, query: Query) -> tuple[SObject, Field]:
        """Return the child sObject of a subquery, and the child's lookup field to this sObject."""
        relationship = schema.find_children(self.sobject, query.sobject)
        if relationship is None or relationship[1].name in self.context.hidden(relationship[0].name):
            advice = _ADVICE.format(what="relationship", ending="__r", name="custom relationship name")
            message = f"Didn't understand relationship '{query.sobject}' in FROM part of query call. {advice}"
            raise SoqlError.at("INVALID_TYPE", message, self.context.soql, query.position)
        return relationship

    @property
    def id_column(self) -> str:
        return f'{self._table}."Id"'

    def tables(self) -> str:
        """Return the FROM clause. It is complete when all paths are resolved."""
        return f'FROM "{self.sobject.name}" AS {self._table}' + "".join(join for _, _, join in self._joins.values())

    def only_alive(self, *, by_index: bool) -> str:
        """Return the condition that excludes the recycle bin; empty when no condition is needed.

        A count of all records is faster with the index on IsDeleted. No other query should use this index, because
        nearly all rows match.
        """
        if self.context.include_deleted or not self.sobject.soft_deletes:
            return ""
        return f'{"" if by_index else "+"}{self._table}."IsDeleted" = 0'


def _unknown_sobject(query: Query, soql: str) -> SoqlError:
    advice = _ADVICE.format(what="object", ending="__c", name="entity name")
    message = f"sObject type '{query.sobject}' is not supported. {advice}"
    return SoqlError.at("INVALID_TYPE", message, soql, query.position)
