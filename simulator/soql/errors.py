"""The errors of a query."""

from __future__ import annotations

_CONTEXT = 30
"""The number of characters of the query shown to the left and right of the fault."""


class SoqlError(Exception):
    """Salesforce's answer to a query that it does not run.

    ``code`` is Salesforce's ``errorCode``, such as ``MALFORMED_QUERY`` or ``INVALID_FIELD``. ``message`` is its text.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message

    @classmethod
    def at(cls, code: str, message: str, soql: str, position: int) -> SoqlError:
        """Return an error with an excerpt of the query, a mark under the fault, and row and column from 1."""
        start = max(0, position - _CONTEXT)
        excerpt = soql[start : position + _CONTEXT].replace("\n", " ").replace("\r", " ")
        row = soql.count("\n", 0, position) + 1
        column = position - (soql.rfind("\n", 0, position) + 1) + 1
        mark = " " * (position - start) + "^"
        return cls(code, f"\n{excerpt}\n{mark}\nERROR at Row:{row}:Column:{column}\n{message}")
