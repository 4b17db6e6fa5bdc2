"""Parse the text of a query into its tree. Unknown syntax is a ``MALFORMED_QUERY``."""

from __future__ import annotations

from typing import Literal

from simulator.soql.errors import SoqlError
from simulator.soql.tokens import Token, tokenize
from simulator.soql.tree import (
    Aggregate,
    Comparison,
    Condition,
    Direction,
    FieldSet,
    Junction,
    Negation,
    Ordering,
    Path,
    Query,
    SelectItem,
    SemiJoin,
    Term,
)

AGGREGATES = frozenset({"COUNT", "COUNT_DISTINCT", "MIN", "MAX", "SUM", "AVG"})
_SYMBOLS = {"=": "=", "!=": "!=", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_CLAUSES = frozenset(
    {"FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "ALL", "USING", "WITH", "FOR", "UPDATE"}
)
_MAX_DEPTH = 60
"""The most levels of conditions and subqueries, one inside another. The outermost is level 1."""
_MAX_OFFSET = 2000


def parse(soql: str) -> Query:
    """Parse the whole text into a tree."""
    parser = Parser(soql)
    query = parser.query()
    parser.expect_end()
    return query


class Parser:
    """A recursive descent parser, with one method per rule of the grammar."""

    def __init__(self, soql: str) -> None:
        self._soql = soql
        self._tokens = tokenize(soql)
        self._next = 0
        self._depth = 0

    # Tokens ahead

    @property
    def _ahead(self) -> Token:
        return self._tokens[self._next]

    def _take(self) -> Token:
        token = self._ahead
        if token.kind != "end":
            self._next += 1
        return token

    def _accept(self, *words: str) -> bool:
        """If these keywords or symbols come next, in this order, skip them and return true."""
        for ahead, word in enumerate(words):
            token = self._tokens[min(self._next + ahead, len(self._tokens) - 1)]
            if (token.word or (token.text if token.kind == "symbol" else "")) != word:
                return False
        self._next += len(words)
        return True

    def _expect(self, word: str) -> None:
        if not self._accept(word):
            raise self._unexpected(self._ahead)

    def _unexpected(self, token: Token) -> SoqlError:
        return SoqlError.at("MALFORMED_QUERY", f"unexpected token: '{token.text}'", self._soql, token.position)

    def expect_end(self) -> None:
        if self._ahead.kind != "end":
            raise self._unexpected(self._ahead)

    # Clauses

    def query(self) -> Query:
        """Parse from ``SELECT`` to the last clause."""
        self._expect("SELECT")
        items = [self._select_item()]
        while self._accept(","):
            items.append(self._select_item())
        self._expect("FROM")
        name = self._name()
        query = Query(sobject=name.text, position=name.position, items=items, alias=self._alias())
        self._filters(query)
        self._bounds(query)
        return query

    def _filters(self, query: Query) -> None:
        if self._accept("WHERE"):
            query.where = self._condition()
        if self._accept("GROUP", "BY"):
            query.group_by.append(self._path())
            while self._accept(","):
                query.group_by.append(self._path())
            if self._accept("HAVING"):
                query.having = self._condition()

    def _bounds(self, query: Query) -> None:
        if self._accept("ORDER", "BY"):
            query.order_by.append(self._ordering())
            while self._accept(","):
                query.order_by.append(self._ordering())
        if self._accept("LIMIT"):
            query.limit = self._whole_number()
        if self._accept("OFFSET"):
            query.offset = self._whole_number()
            if query.offset > _MAX_OFFSET:
                raise SoqlError("NUMBER_OUTSIDE_VALID_RANGE", f"Maximum SOQL offset allowed is {_MAX_OFFSET}")
        query.all_rows = self._accept("ALL", "ROWS")

    def _name(self) -> Token:
        token = self._take()
        if token.kind != "name" or token.word in _CLAUSES or ":" in token.text:
            raise self._unexpected(token)
        return token

    def _alias(self) -> str:
        if self._accept("AS"):
            return self._name().text
        token = self._ahead
        if token.kind == "name" and token.word not in _CLAUSES and "." not in token.text:
            return self._take().text
        return ""

    def _whole_number(self) -> int:
        token = self._take()
        if token.kind != "number" or not token.text.isdigit():
            raise self._unexpected(token)
        return int(token.text[:18])

    # Select list

    def _select_item(self) -> SelectItem:
        if self._accept("FIELDS", "("):
            return self._field_set()
        if self._ahead.text == "(":
            return SelectItem(self._children())
        return SelectItem(self._term(), self._alias())

    def _children(self) -> Query:
        """Parse a subquery in the select list. Children of children are not simulated."""
        if self._depth:
            raise self._unexpected(self._ahead)
        self._expect("(")
        self._depth += 1
        query = self.query()
        self._depth -= 1
        self._expect(")")
        return query

    def _field_set(self) -> SelectItem:
        token = self._take()
        if token.word not in {"ALL", "STANDARD", "CUSTOM"}:
            raise self._unexpected(token)
        self._expect(")")
        return SelectItem(FieldSet(token.word, token.position))

    def _term(self) -> Term:
        """Parse a field or an aggregate."""
        if self._ahead.word in AGGREGATES and self._tokens[self._next + 1].text == "(":
            return self._aggregate()
        return self._path()

    def _aggregate(self) -> Aggregate:
        token = self._take()
        self._expect("(")
        path = None if token.word == "COUNT" and self._ahead.text == ")" else self._path()
        self._expect(")")
        return Aggregate(token.word, path, token.position)

    def _path(self) -> Path:
        token = self._name()
        if self._ahead.text == "(":
            message = f"the function {token.text} cannot be used here in this simulator"
            raise SoqlError.at("MALFORMED_QUERY", message, self._soql, token.position)
        return Path(tuple(token.text.split(".")), token.position)

    def _ordering(self) -> Ordering:
        what = self._term()
        direction: Direction = "ASC"
        if self._accept("DESC"):
            direction = "DESC"
        else:
            self._accept("ASC")
        nulls: Literal["FIRST", "LAST"] = "FIRST"
        if self._accept("NULLS", "LAST"):
            nulls = "LAST"
        else:
            self._accept("NULLS", "FIRST")
        return Ordering(what, direction, nulls)

    # Conditions

    def _condition(self) -> Condition:
        """Parse conditions joined by AND or by OR. As in Salesforce, a mix of both needs parentheses."""
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise SoqlError("MALFORMED_QUERY", "the conditions are nested too deeply")
        parts = [self._part()]
        operator: Literal["AND", "OR"] = "OR" if self._ahead.word == "OR" else "AND"
        while self._accept(operator):
            parts.append(self._part())
        if self._ahead.word in {"AND", "OR"}:
            raise self._unexpected(self._ahead)
        self._depth -= 1
        return parts[0] if len(parts) == 1 else Junction(operator, tuple(parts))

    def _part(self) -> Condition:
        negations = 0
        while self._accept("NOT"):
            negations += 1
        part = self._atom()
        return Negation(part) if negations % 2 else part

    def _atom(self) -> Condition:
        if self._accept("("):
            condition = self._condition()
            self._expect(")")
            return condition
        left = self._term()
        token = self._take()
        if token.kind == "symbol" and token.text in _SYMBOLS:
            return Comparison(left, _SYMBOLS[token.text], (self._value(),), token.position)
        if token.word == "LIKE":
            return Comparison(left, "LIKE", (self._value(),), token.position)
        if token.word in {"INCLUDES", "EXCLUDES"}:
            return Comparison(left, token.word, self._values(), token.position)
        if token.word == "IN" or (token.word == "NOT" and self._accept("IN")):
            return self._membership(left, token)
        raise self._unexpected(token)

    def _membership(self, left: Term, token: Token) -> Condition:
        negated = token.word == "NOT"
        if self._ahead.text == "(" and self._tokens[self._next + 1].word == "SELECT":
            if not isinstance(left, Path):
                raise self._unexpected(token)
            self._expect("(")
            query = self.query()
            self._expect(")")
            return SemiJoin(left, negated, query, token.position)
        return Comparison(left, "NOT IN" if negated else "IN", self._values(), token.position)

    def _values(self) -> tuple[Token, ...]:
        self._expect("(")
        values = [self._value()]
        while self._accept(","):
            values.append(self._value())
        self._expect(")")
        return tuple(values)

    def _value(self) -> Token:
        token = self._take()
        if token.kind in {"symbol", "end"} or (token.kind == "name" and "." in token.text):
            raise self._unexpected(token)
        return token
