"""Conditions as SQL.

In SOQL, a condition is true or false, never unknown. A null is different from every value, and
``NOT (Amount > 5)`` also finds the records without an amount. In SQL, a comparison with NULL is unknown; every negation
here therefore treats an unknown operand as false.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from simulator.schema import Field
from simulator.schema.types import ID_TYPES, TEXT_TYPES
from simulator.soql.dates import Span
from simulator.soql.errors import SoqlError
from simulator.soql.scope import Resolved, Scope
from simulator.soql.tokens import Token, like_pattern
from simulator.soql.tree import Comparison, Condition, Junction, Negation, Query, SemiJoin, Term
from simulator.soql.values import Value, day_bound, read_value

_ORDER = frozenset({"<", "<=", ">", ">="})
_UNORDERED = frozenset({"boolean", "multipicklist"})
_MAX_PATTERN = 40_000
"""The most bytes in a LIKE pattern; SQLite's own limit is 50,000."""
_MAX_SEMI_JOINS = 2

ResolveTerm = Callable[[Term], Resolved]
CompileSubquery = Callable[[Query], tuple[str, list[object]]]


@dataclass
class Conditions:
    """Compiles the conditions of one clause. ``parameters`` have the order of the placeholders."""

    scope: Scope
    resolve: ResolveTerm
    subquery: CompileSubquery
    parameters: list[object] = field(default_factory=list)
    _semi_joins: int = 0

    def sql(self, condition: Condition) -> str:
        """Return a SQL expression for the tree, with parentheses where needed."""
        if isinstance(condition, Junction):
            if condition.operator == "OR" and any(isinstance(part, SemiJoin) for part in condition.parts):
                raise SoqlError("MALFORMED_QUERY", "Semi join sub-selects are not allowed with the 'OR' operator")
            return balanced([self.sql(part) for part in condition.parts], condition.operator)
        if isinstance(condition, Negation):
            return f"NOT IFNULL({self.sql(condition.part)}, 0)"
        if isinstance(condition, SemiJoin):
            return self._semi_join(condition)
        return self._comparison(condition)

    # Comparisons

    def _comparison(self, comparison: Comparison) -> str:
        left = self.resolve(comparison.left)
        _check_operator(comparison.operator, left.field)
        if comparison.operator == "LIKE":
            return self._like(left, comparison.values[0])
        values = [self._value(token, left.field) for token in comparison.values]
        if comparison.operator in {"INCLUDES", "EXCLUDES"}:
            return self._includes(left, values, excludes=comparison.operator == "EXCLUDES")
        if comparison.operator == "IN":
            return self._in(left, values)
        if comparison.operator == "NOT IN":
            return f"NOT IFNULL({self._in(left, values)}, 0)"
        return self._single(left, comparison.operator, values[0])

    def _value(self, token: Token, field: Field) -> Value:
        context = self.scope.context
        return read_value(token, field, context.soql, context.now)

    def _single(self, left: Resolved, operator: str, value: Value) -> str:
        if isinstance(value, Span):
            return self._span(left, operator, value)
        if value is None:
            if operator in _ORDER:
                raise SoqlError("INVALID_QUERY_FILTER_OPERATOR", f"null cannot be compared with {operator}")
            return f"{left.sql} IS {'NOT ' if operator == '!=' else ''}NULL"
        column, mark = _text_forms(left, value)
        self.parameters.append(value)
        return f"{column} {'IS NOT' if operator == '!=' else operator} {mark}"

    def _span(self, left: Resolved, operator: str, span: Span) -> str:
        start, end = day_bound(span.start, left.field), day_bound(span.end, left.field)
        if operator in {"=", "!="}:
            self.parameters += [start, end]
            inside = f"({left.sql} >= ? AND {left.sql} < ?)"
            return inside if operator == "=" else f"NOT IFNULL({inside}, 0)"
        self.parameters.append(start if operator in {"<", ">="} else end)
        return f"{left.sql} {'<' if operator in {'<', '<='} else '>='} ?"

    def _like(self, left: Resolved, token: Token) -> str:
        if token.kind != "string":
            # This raises an error for every value except null: the field needs a string.
            self._value(token, left.field)
            raise SoqlError("MALFORMED_QUERY", f"unexpected token: '{token.text}'")
        pattern = like_pattern(token, self.scope.context.soql)
        if len(pattern.encode(errors="replace")) > _MAX_PATTERN:
            raise SoqlError("MALFORMED_QUERY", "the pattern of LIKE is too long")
        column, mark = _text_forms(left, pattern)
        self.parameters.append(pattern)
        return f"{column} LIKE {mark} ESCAPE '\\'"

    def _in(self, left: Resolved, values: Sequence[Value]) -> str:
        parts = [self._single(left, "=", value) for value in values if isinstance(value, Span)]
        plain = [value for value in values if value is not None and not isinstance(value, Span)]
        if plain:
            folded = any(_needs_folding(left.field, value) for value in plain)
            column, mark = (f"casefold({left.sql})", "casefold(?)") if folded else (left.sql, "?")
            self.parameters += plain
            parts.append(f"{column} IN ({', '.join([mark] * len(plain))})")
        if None in values:
            parts.append(f"{left.sql} IS NULL")
        return balanced(parts, "OR")

    def _includes(self, left: Resolved, values: Sequence[Value], *, excludes: bool) -> str:
        """Return SQL for INCLUDES, or for its opposite EXCLUDES.

        The value ``A;B`` matches a field in which both A and B are selected. INCLUDES needs only one matching value.
        """
        alternatives = []
        for value in values:
            chosen = [part for part in str(value or "").split(";") if part]
            for part in chosen:
                self.parameters.append(f";{part.casefold()};")
            contains = f"INSTR(casefold(';' || {left.sql} || ';'), ?) > 0"
            alternatives.append(balanced([contains] * len(chosen), "AND") if chosen else f"{left.sql} IS NULL")
        included = balanced(alternatives, "OR")
        return f"NOT IFNULL({included}, 0)" if excludes else included

    # Semi-joins

    def _semi_join(self, condition: SemiJoin) -> str:
        self._semi_joins += 1
        if self._semi_joins > _MAX_SEMI_JOINS:
            raise SoqlError("MALFORMED_QUERY", f"At most {_MAX_SEMI_JOINS} semi join sub-selects are allowed")
        left = self.resolve(condition.left)
        if left.field.type not in ID_TYPES:
            message = f"Semi join sub-selects can only be used with ID fields, not with {left.field.name}"
            raise SoqlError("MALFORMED_QUERY", message)
        sql, parameters = self.subquery(condition.query)
        self.parameters += parameters
        inside = f"{left.sql} IN ({sql})"
        return f"NOT IFNULL({inside}, 0)" if condition.negated else inside


def balanced(parts: Sequence[str], operator: str) -> str:
    """Join the parts as a balanced tree, because a chain of 1,000 parts is too deep for SQLite."""
    if len(parts) == 1:
        return parts[0]
    middle = len(parts) // 2
    return f"({balanced(parts[:middle], operator)} {operator} {balanced(parts[middle:], operator)})"


def _needs_folding(field: Field, value: Value) -> bool:
    """Return whether case must be folded. SQLite itself ignores case only in ASCII letters."""
    return isinstance(value, str) and field.type in TEXT_TYPES and not value.isascii()


def _text_forms(left: Resolved, value: Value) -> tuple[str, str]:
    if _needs_folding(left.field, value):
        return f"casefold({left.sql})", "casefold(?)"
    return left.sql, "?"


def _check_operator(operator: str, field: Field) -> None:
    if not field.filterable:
        raise SoqlError("INVALID_FIELD", f"field '{field.name}' can not be filtered in a query call")
    multiple = field.type == "multipicklist"
    fits = (
        (operator != "LIKE" or (field.type in TEXT_TYPES and not multiple))
        and (operator not in {"INCLUDES", "EXCLUDES"} or multiple)
        and (operator not in _ORDER or field.type not in _UNORDERED)
    )
    if not fits:
        raise SoqlError(
            "INVALID_QUERY_FILTER_OPERATOR", f"invalid operator {operator} on {field.type} field {field.name}"
        )
