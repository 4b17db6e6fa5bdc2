"""The data of the simulated org: one SQLite file, queried in SOQL, changed by Salesforce's rules."""

from simulator.soql import Column, Kind, SoqlError, Style
from simulator.store.errors import RecordError, StoreBusyError
from simulator.store.results import QueryResult
from simulator.store.store import Store

__all__ = [
    "Column",
    "Kind",
    "QueryResult",
    "RecordError",
    "SoqlError",
    "Store",
    "StoreBusyError",
    "Style",
]
