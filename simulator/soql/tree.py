"""A query as a tree: the parser's output and the compiler's input."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from simulator.soql.tokens import Token

Direction = Literal["ASC", "DESC"]


@dataclass(frozen=True)
class Path:
    """A field, or a field of a parent: ``Opportunity__r.Contact__c``."""

    names: tuple[str, ...]
    position: int


@dataclass(frozen=True)
class Aggregate:
    """An aggregate such as ``COUNT()`` or ``MAX(CreatedDate)``."""

    function: str
    path: Path | None
    position: int


@dataclass(frozen=True)
class FieldSet:
    """A set of fields: ``FIELDS(ALL)``, ``FIELDS(STANDARD)``, ``FIELDS(CUSTOM)``."""

    which: str
    position: int


Term = Path | Aggregate


@dataclass(frozen=True)
class SelectItem:
    what: Path | Aggregate | FieldSet | Query
    """A ``Query`` selects the children of each record: ``(SELECT Id FROM Contacts)``."""
    alias: str = ""


@dataclass(frozen=True)
class Comparison:
    """A comparison.

    ``operator`` is a symbol (``=``, ``!=``, ``<``, ``<=``, ``>``, ``>=``), or ``LIKE``, ``IN``, ``NOT IN``,
    ``INCLUDES`` or ``EXCLUDES``.
    """

    left: Term
    operator: str
    values: tuple[Token, ...]
    position: int


@dataclass(frozen=True)
class SemiJoin:
    """A semi-join: ``Id IN (SELECT AccountId FROM Contact)``."""

    left: Path
    negated: bool
    query: Query
    position: int


@dataclass(frozen=True)
class Junction:
    operator: Literal["AND", "OR"]
    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Negation:
    part: Condition


Condition = Comparison | SemiJoin | Junction | Negation


@dataclass(frozen=True)
class Ordering:
    what: Term
    direction: Direction
    nulls: Literal["FIRST", "LAST"]


@dataclass
class Query:
    sobject: str
    position: int
    """The position of the sObject's name in the text."""
    items: list[SelectItem]
    alias: str = ""
    where: Condition | None = None
    group_by: list[Path] = field(default_factory=list)
    having: Condition | None = None
    order_by: list[Ordering] = field(default_factory=list)
    limit: int | None = None
    offset: int = 0
    all_rows: bool = False
