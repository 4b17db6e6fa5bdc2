"""Errors of calls about records, and of opening a store."""

from __future__ import annotations

from collections.abc import Sequence


class RecordError(Exception):
    """Salesforce's refusal of a call that reads or writes a record.

    ``code`` is Salesforce's status code, such as ``REQUIRED_FIELD_MISSING`` or ``NOT_FOUND``. ``fields`` are the API
    names of the wrong fields, if there are any.
    """

    def __init__(self, code: str, message: str, fields: Sequence[str] = ()) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.fields = list(fields)


class StoreBusyError(Exception):
    """The data folder is in use by another simulator."""
