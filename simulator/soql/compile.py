"""Compile a query to SQL for SQLite: one statement for the rows, and one for their count."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from typing import Literal

from simulator import schema
from simulator.schema import Field, SObject
from simulator.schema.types import ID_TYPES, NUMBER_TYPES
from simulator.soql.conditions import Conditions
from simulator.soql.errors import SoqlError
from simulator.soql.parser import parse
from simulator.soql.scope import Context, Resolved, Scope
from simulator.soql.tree import Aggregate, FieldSet, Ordering, Path, Query, SelectItem, Term

Kind = Literal["records", "count", "aggregate"]
Style = Literal["raw", "csv", "rest"]
"""The form of values. SQLite converts them, so that little Python runs for each row.

- ``raw``: as stored
- ``csv``: booleans as ``true`` and ``false``
- ``rest``: datetimes that end in ``+0000``
"""

_MAX_FIELDS_ROWS = 200
_SUMMED = frozenset({"SUM", "AVG"})


@dataclass(frozen=True)
class Column:
    """A column of the answer. ``path``: a dotted path in Salesforce's spelling, or an alias."""

    path: str
    type: str
    """A type of the schema, such as ``id`` or ``double``; ``children`` for a subquery."""
    children: Children | None = None


@dataclass(frozen=True)
class Children:
    """The columns of a subquery. The value of a subquery is the JSON text of a list of rows."""

    sobject: str
    columns: list[Column]


@dataclass(frozen=True)
class Statement:
    """A compiled query.

    ``sql`` returns the rows; it is empty for the kind ``count``. ``count_sql`` returns the number of rows before LIMIT
    and OFFSET; it is empty for the kind ``aggregate``.
    """

    sobject: str
    kind: Kind
    columns: list[Column]
    sql: str
    count_sql: str
    parameters: list[object]
    count_parameters: list[object]
    limit: int | None
    offset: int


def compile_soql(
    soql: str,
    *,
    now: datetime,
    include_deleted: bool = False,
    hidden: Callable[[str], Collection[str]] = lambda _: (),
    style: Style = "raw",
    find: Callable[[str], SObject | None] = schema.find,
) -> Statement:
    """Compile a query. Raises ``SoqlError`` when Salesforce or this simulator cannot run it."""
    query = parse(soql)
    context = Context(soql, now, include_deleted or query.all_rows, hidden, count(), find)
    return _Compiler(query, Scope(query, context), style).statement()


@dataclass
class _Compiler:
    query: Query
    scope: Scope
    style: Style
    columns: list[Column] = field(default_factory=list)
    selected: list[str] = field(default_factory=list)
    parameters: list[object] = field(default_factory=list)
    """The parameters of the selected columns. The parameters of the conditions come after them."""
    only: str = ""
    """A further condition on the rows, in SQL."""

    def statement(self) -> Statement:
        if _is_bare_count(self.query):
            return self._count()
        if self.query.group_by or any(isinstance(item.what, Aggregate) for item in self.query.items):
            return self._aggregate()
        return self._records()

    def _finished(self, kind: Kind, sql: str, count_sql: str, parameters: list[object]) -> Statement:
        return Statement(
            self.scope.sobject.name,
            kind,
            self.columns,
            sql,
            count_sql,
            self.parameters + parameters,
            parameters,
            self.query.limit,
            self.query.offset,
        )

    # Kinds of statements

    def _count(self) -> Statement:
        where = self._where()
        if self.query.order_by:
            raise SoqlError("MALFORMED_QUERY", "COUNT() cannot be combined with ORDER BY")
        return self._finished("count", "", self._count_sql(where), where.parameters)

    def _records(self) -> Statement:
        # The count comes before the columns, because it needs only the joins of the conditions.
        where = self._where()
        count_sql = self._count_sql(where)
        for item in self.query.items:
            self._select(item)
        order = ", ".join([self._ordering(ordering) for ordering in self.query.order_by] + [self.scope.id_column])
        sql = (
            f"SELECT {', '.join(self.selected)} {self.scope.tables()}{self._where_sql(where, by_index=False)}"
            f" ORDER BY {order}{self._bounds()}"
        )
        return self._finished("records", sql, count_sql, where.parameters)

    def _aggregate(self) -> Statement:
        grouped = [self._grouped(path) for path in self.query.group_by]
        for item in self.query.items:
            self._select_aggregate(item, {resolved.path for resolved in grouped})
        where = self._where()
        having = Conditions(self.scope, self._having_term, _no_subquery)
        keys = ", ".join(resolved.sql for resolved in grouped)
        sql = f"SELECT {', '.join(self.selected)}"
        tail = f" GROUP BY {keys}" if keys else ""
        if self.query.having:
            tail += f" HAVING {having.sql(self.query.having)}"
        order = [self._ordering(ordering) for ordering in self.query.order_by] + [keys] * bool(keys)
        tail += f" ORDER BY {', '.join(order)}" if order else ""
        sql += f" {self.scope.tables()}{self._where_sql(where, by_index=False)}{tail}{self._bounds()}"
        return self._finished("aggregate", sql, "", where.parameters + having.parameters)

    # Clauses

    def _where(self) -> _Where:
        conditions = Conditions(self.scope, self._where_term, self._subquery)
        sql = conditions.sql(self.query.where) if self.query.where else ""
        return _Where(sql, conditions.parameters)

    def _where_sql(self, where: _Where, *, by_index: bool) -> str:
        parts = [part for part in (self.scope.only_alive(by_index=by_index), self.only, where.sql) if part]
        return f" WHERE {' AND '.join(parts)}" if parts else ""

    def _count_sql(self, where: _Where) -> str:
        by_index = not where.sql
        return f"SELECT COUNT(*) {self.scope.tables()}{self._where_sql(where, by_index=by_index)}"

    def _ordering(self, ordering: Ordering) -> str:
        resolved = self._order_term(ordering.what)
        if not resolved.field.sortable:
            raise SoqlError("MALFORMED_QUERY", f"field '{resolved.path}' can not be sorted in a query call")
        return f"{resolved.sql} {ordering.direction} NULLS {ordering.nulls}"

    def _bounds(self) -> str:
        if self.query.limit is None and not self.query.offset:
            return ""
        return f" LIMIT {-1 if self.query.limit is None else self.query.limit} OFFSET {self.query.offset}"

    # Select list

    def _select(self, item: SelectItem) -> None:
        if isinstance(item.what, FieldSet):
            self._select_set(item.what)
        elif isinstance(item.what, Query):
            self._select_children(item.what)
        elif isinstance(item.what, Path):
            if item.alias:
                raise SoqlError("MALFORMED_QUERY", "only aggregate expressions use field aliasing")
            self._add_column(self.scope.resolve(item.what))

    def _select_children(self, query: Query) -> None:
        """Select the child records of each row as one JSON text."""
        if self.style != "rest":
            raise SoqlError("FUNCTIONALITY_NOT_ENABLED", "Parent-to-child queries are not supported here")
        child, reference = self.scope.children(query)
        name = reference.children_name(child)
        if any(column.path == name for column in self.columns):
            raise SoqlError("MALFORMED_QUERY", f"duplicate sub-query: {name}")
        named = replace(query, sobject=child.name)
        inner = _Compiler(named, Scope(named, self.scope.context), self.style)
        self.selected.append(inner.json_rows(reference, self.scope.id_column))
        self.parameters += inner.parameters
        self.columns.append(Column(name, "children", Children(child.name, inner.columns)))

    def json_rows(self, reference: Field, parent_id: str) -> str:
        """Return SQL for the child rows of ``parent_id``, as a JSON list of lists in the query's order."""
        self.only = f"{self.scope.resolve(Path((reference.name,), 0)).sql} = {parent_id}"
        statement = self.statement()
        if statement.kind != "records":
            raise SoqlError("MALFORMED_QUERY", "a sub-query cannot have aggregates or GROUP BY")
        self.parameters = statement.parameters
        values = ", ".join(self.selected)
        rows = statement.sql.replace(f"SELECT {values} ", f"SELECT json_array({values}) AS line ", 1)
        return f"(SELECT json_group_array(json(line)) FROM ({rows}))"

    def _select_set(self, fields: FieldSet) -> None:
        if fields.which != "STANDARD" and (self.query.limit is None or self.query.limit > _MAX_FIELDS_ROWS):
            message = f"The SOQL FIELDS function must have a LIMIT of at most {_MAX_FIELDS_ROWS}"
            raise SoqlError("MALFORMED_QUERY", message)
        for each in self.scope.visible_fields():
            if fields.which == "ALL" or each.custom == (fields.which == "CUSTOM"):
                self._add_column(self.scope.resolve(Path((each.name,), fields.position)))

    def _add_column(self, resolved: Resolved) -> None:
        if any(column.path == resolved.path for column in self.columns):
            raise SoqlError("INVALID_FIELD", f"duplicate field selected: {resolved.path}")
        self.columns.append(Column(resolved.path, resolved.field.type))
        self.selected.append(_apply_style(resolved.sql, resolved.field.type, self.style))

    def _select_aggregate(self, item: SelectItem, grouped: set[str]) -> None:
        if isinstance(item.what, FieldSet | Query):
            raise SoqlError("MALFORMED_QUERY", "FIELDS() and sub-queries cannot be used with GROUP BY or aggregates")
        if isinstance(item.what, Aggregate):
            resolved = self._aggregate_term(item.what)
            expressions = sum(column.path.startswith("expr") for column in self.columns)
            name = item.alias or f"expr{expressions}"
        else:
            resolved = self.scope.resolve(item.what)
            if resolved.path not in grouped:
                raise SoqlError("MALFORMED_QUERY", f"Field must be grouped or aggregated: {resolved.path}")
            name = item.alias or resolved.field.name
        if any(column.path == name for column in self.columns):
            raise SoqlError("MALFORMED_QUERY", f"duplicate alias: {name}")
        self.columns.append(Column(name, resolved.field.type))
        self.selected.append(_apply_style(resolved.sql, resolved.field.type, self.style))

    # Terms

    def _where_term(self, term: Term) -> Resolved:
        if isinstance(term, Aggregate):
            message = f"the aggregate {term.function} is allowed in HAVING only"
            raise SoqlError.at("MALFORMED_QUERY", message, self.scope.context.soql, term.position)
        return self.scope.resolve(term)

    def _order_term(self, term: Term) -> Resolved:
        if isinstance(term, Aggregate):
            if not self.query.group_by:
                raise SoqlError("MALFORMED_QUERY", "Ordered aggregates need GROUP BY")
            return self._aggregate_term(term)
        if self.query.group_by:
            return self._having_term(term)
        return self.scope.resolve(term)

    def _having_term(self, term: Term) -> Resolved:
        if isinstance(term, Aggregate):
            return self._aggregate_term(term)
        resolved = self.scope.resolve(term)
        if resolved.path not in {self.scope.resolve(path).path for path in self.query.group_by}:
            raise SoqlError("MALFORMED_QUERY", f"Field must be grouped or aggregated: {resolved.path}")
        return resolved

    def _grouped(self, path: Path) -> Resolved:
        resolved = self.scope.resolve(path)
        if not resolved.field.groupable:
            raise SoqlError("MALFORMED_QUERY", f"field '{resolved.path}' can not be grouped in a query call")
        return resolved

    def _aggregate_term(self, term: Aggregate) -> Resolved:
        """Return the aggregate as a column.

        A count is an int, an average is a double, and any other aggregate has the type of its field.
        """
        counted = Field(term.function, "int", term.function)
        if term.path is None:
            return Resolved(counted, "COUNT(*)", term.function)
        inner = self.scope.resolve(term.path)
        self._check_aggregate(term, inner)
        if term.function == "COUNT":
            return Resolved(counted, f"COUNT({inner.sql})", term.function)
        if term.function == "COUNT_DISTINCT":
            return Resolved(counted, f"COUNT(DISTINCT {inner.sql})", term.function)
        kind = "double" if term.function == "AVG" else inner.field.type
        shown = Field(term.function, kind, term.function, length=inner.field.length)
        return Resolved(shown, f"{term.function}({inner.sql})", term.function)

    def _check_aggregate(self, term: Aggregate, inner: Resolved) -> None:
        allowed = inner.field.aggregatable
        if term.function in _SUMMED:
            allowed = inner.field.type in NUMBER_TYPES
        if not allowed:
            message = f"field {inner.path} does not support aggregate operator {term.function}"
            raise SoqlError.at("INVALID_FIELD", message, self.scope.context.soql, term.position)

    # Semi-joins

    def _subquery(self, query: Query) -> tuple[str, list[object]]:
        scope = Scope(query, self.scope.context)
        if len(query.items) != 1 or not isinstance(query.items[0].what, Path):
            raise SoqlError("MALFORMED_QUERY", "a semi join sub-select selects exactly one field")
        if query.group_by or query.order_by or query.limit is not None or query.offset:
            raise SoqlError("MALFORMED_QUERY", "a semi join sub-select has no clause but WHERE")
        resolved = scope.resolve(query.items[0].what)
        if resolved.field.type not in ID_TYPES:
            message = f"a semi join sub-select cannot select {resolved.path}: it is not an ID"
            raise SoqlError("MALFORMED_QUERY", message)
        inner = _Compiler(query, scope, "raw")
        conditions = Conditions(scope, inner._where_term, _nested_subquery)
        where = _Where(conditions.sql(query.where) if query.where else "", conditions.parameters)
        present = f"{inner._where_sql(where, by_index=False)}"
        present += f"{' AND' if present else ' WHERE'} {resolved.sql} IS NOT NULL"
        return f"SELECT {resolved.sql} {scope.tables()}{present}", where.parameters


@dataclass(frozen=True)
class _Where:
    sql: str
    parameters: list[object]


def _is_bare_count(query: Query) -> bool:
    if not any(isinstance(item.what, Aggregate) and item.what.path is None for item in query.items):
        return False
    if len(query.items) > 1 or query.group_by or query.items[0].alias:
        raise SoqlError("MALFORMED_QUERY", "COUNT() must be the only element in the select list")
    return True


def _apply_style(sql: str, type_: str, style: Style) -> str:
    if style == "csv" and type_ == "boolean":
        return f"CASE {sql} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END"
    if style == "rest" and type_ == "datetime":
        return f"SUBSTR({sql}, 1, 23) || '+0000'"
    return sql


def _no_subquery(_: Query) -> tuple[str, list[object]]:
    raise SoqlError("MALFORMED_QUERY", "semi join sub-selects are allowed in WHERE only")


def _nested_subquery(_: Query) -> tuple[str, list[object]]:
    raise SoqlError("MALFORMED_QUERY", "Nesting of semi join sub-selects is not supported")
