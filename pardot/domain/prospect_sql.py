"""Conditions about a prospect in SQL, worded once: PostgreSQL uses a partial index only for its own expression.

The indexes are in ``pardot/models/prospect.py``.
"""

from __future__ import annotations

VALID_ID = "^[0-9A-Za-z]{15}([0-9A-Za-z]{3})?$"
"""A regular expression for Salesforce ids."""
CRM_FIELDS = ("salesforce_id", "salesforce_lead_id", "salesforce_contact_id", "salesforce_account_id")


def filled(column: str) -> str:
    """Return the condition that the column has some text."""
    return f"coalesce({column}, '') <> ''"


def bad_id(column: str) -> str:
    """Return the condition that the column has text other than a Salesforce id of 15 or 18 characters."""
    return f"({filled(column)} AND {column} !~ '{VALID_ID}')"


def stuck(column: str) -> str:
    """Return the condition that Salesforce should have emptied the adoption field, and has not."""
    return f"(btrim(coalesce({column}, '')) NOT IN ('', 'Blank'))"
