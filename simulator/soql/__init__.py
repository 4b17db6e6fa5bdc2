"""SOQL: parsed, checked against the schema, and compiled to one SQLite ``SELECT``."""

from simulator.soql.compile import Children, Column, Kind, Statement, Style, compile_soql
from simulator.soql.errors import SoqlError

__all__ = ["Children", "Column", "Kind", "SoqlError", "Statement", "Style", "compile_soql"]
