"""SQL conditions on a prospect, for queries and the partial indexes in ``pardot/models/prospect.py``.

PostgreSQL uses a partial index only when it recognizes that the query's condition implies the index's condition. The
same text on both sides makes this certain.
"""

from __future__ import annotations

VALID_ID = "^[0-9A-Za-z]{15}([0-9A-Za-z]{3})?$"
"""A regular expression for Salesforce ids."""
CRM_FIELDS = ("salesforce_id", "salesforce_lead_id", "salesforce_contact_id", "salesforce_account_id")


def build_filled_condition(column: str) -> str:
    """Return the condition that the column contains text."""
    return f"coalesce({column}, '') <> ''"


def build_bad_id_condition(column: str) -> str:
    """Return the condition that a column contains text that is not a Salesforce id (15 or 18 characters)."""
    return f"({build_filled_condition(column)} AND {column} !~ '{VALID_ID}')"


def build_stuck_condition(column: str) -> str:
    """Return the condition that the column still contains data that Salesforce should have taken.

    The column is ``adoption_json``; its name may have the alias of a table before it.
    """
    return f"(btrim(coalesce({column}, '')) NOT IN ('', 'Blank'))"
