"""The errors of a query."""

from __future__ import annotations

_CONTEXT = 30
"""The number of characters of the query shown on each side of the fault."""


class SoqlError(Exception):
    """The refusal of a query, in Salesforce's form.

    ``code`` is the answer's ``errorCode``, such as ``MALFORMED_QUERY``. ``message`` is the answer's ``message``.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message

    @classmethod
    def at(cls, code: str, message: str, soql: str, position: int) -> SoqlError:
        """Return an error with an excerpt of the query, a mark under the fault, and its row and column."""
        start = max(0, position - _CONTEXT)
        excerpt = soql[start : position + _CONTEXT].replace("\n", " ").replace("\r", " ")
        row = soql.count("\n", 0, position) + 1
        column = position - (soql.rfind("\n", 0, position) + 1) + 1
        mark = " " * (position - start) + "^"
        return cls(code, f"\n{excerpt}\n{mark}\nERROR at Row:{row}:Column:{column}\n{message}")
