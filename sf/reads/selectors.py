"""Reads of the API from the cache: one statement per question, plain values, no model instances.

Each function except ``group_by_contact`` returns a ``Statement``. Its docstring describes the rows that the caller
gets by running the statement.

The statements are written as SQL, because these are the hottest reads of the service. Building them from query sets
took three to ten times as long as PostgreSQL needs to answer. ``LEFT JOIN … AND NOT is_deleted`` ignores a parent that
is deleted or not cached.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sf.ingest.prepared import Statement

CONFIRMED = "OpenStax Confirmed Adoption"
"""The ``Confirmation_Type__c`` of adoptions that an instructor confirmed. Other adoptions are assumed."""

_BOOKS = """
    SELECT id, name, official_name, type, subject_areas, website_url
      FROM sf_book WHERE active_book AND NOT is_deleted ORDER BY name, id
"""

# A date in the future was written before PostgreSQL's clock was set back: later changes have earlier dates.
_BOOKS_STATE = """
    SELECT count(*) AS books,
           max(local_update_date) FILTER (WHERE local_update_date <= statement_timestamp()) AS last_change
      FROM sf_book
"""

_SCHOOL = """
    SELECT id, name, type, country, state, city, lms, sheer_id_school_name,
           assignable_status, assignable_maturity_score, assignments_created, assignments_completed
      FROM sf_account WHERE id = %(id)s AND NOT is_deleted
"""

_CONTACTS = """
    SELECT contact.id, first_name, last_name, full_name, account.name AS school, role, position, adoption_status,
           subject_interest, contact.lms, accounts_uuid, verification_status, signup_date,
           contact.last_modified_date, lead_source
      FROM sf_contact AS contact
      LEFT JOIN sf_account AS account ON account.id = contact.account_id AND NOT account.is_deleted
     WHERE accounts_uuid = %(uuid)s AND NOT contact.is_deleted
     ORDER BY contact.last_modified_date DESC NULLS LAST, contact.id
"""

# One row for each adoption of each contact (there should be one contact), and one row for a contact without adoptions.
_ADOPTIONS = """
    SELECT contact.id AS contact_id, adoption.id, base_year, school_year, account.name AS school, confirmation_type,
           students, savings, how_using, confirmation_date,
           book.id AS book_id, book.name AS book_name, book.official_name AS book_official_name,
           book.type AS book_type, book.subject_areas AS book_subject_areas, book.website_url AS book_website_url
      FROM sf_contact AS contact
      LEFT JOIN sf_adoption AS adoption
             ON adoption.contact_id = contact.id AND NOT adoption.is_deleted
            AND (%(confirmed)s::boolean IS NULL OR (confirmation_type IS NOT DISTINCT FROM %(word)s) = %(confirmed)s)
      LEFT JOIN sf_opportunity AS opportunity
             ON opportunity.id = adoption.opportunity_id AND NOT opportunity.is_deleted
      LEFT JOIN sf_book AS book ON book.id = opportunity.book_id AND NOT book.is_deleted
      LEFT JOIN sf_account AS account ON account.id = opportunity.account_id AND NOT account.is_deleted
     WHERE contact.accounts_uuid = %(uuid)s AND NOT contact.is_deleted
     ORDER BY contact.last_modified_date DESC NULLS LAST, contact.id, base_year DESC NULLS LAST, adoption.id
"""
_BOOK_PREFIX = "book_"


def build_books_state_query() -> Statement:
    """Return the number of cached books and their last change: together a cache key for the book list."""
    return Statement(_BOOKS_STATE)


def build_active_books_query() -> Statement:
    """Return the active books, sorted by name."""
    return Statement(_BOOKS)


def build_school_query(school_id: str) -> Statement:
    """Return one school with its Assignable data, or no row. ``school_id`` has 18 characters."""
    return Statement(_SCHOOL, {"id": school_id})


def build_contacts_query(accounts_uuid: str) -> Statement:
    """Return the contacts of an Accounts user with the name of their ``school``, latest modified first.

    There should be only one contact, but Salesforce does not enforce it.
    """
    return Statement(_CONTACTS, {"uuid": accounts_uuid})


def build_adoptions_query(accounts_uuid: str, *, confirmed: bool | None = None) -> Statement:
    """Return the adoptions of an Accounts user, as rows for ``group_by_contact``.

    ``confirmed``: true for confirmed adoptions only, false for all other adoptions, including adoptions without a
    ``confirmation_type``; ``None`` for both.
    """
    return Statement(_ADOPTIONS, {"uuid": accounts_uuid, "confirmed": confirmed, "word": CONFIRMED})


def group_by_contact(rows: Iterable[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Group adoptions by contact, the contacts in the order of ``build_contacts_query``.

    The newest year comes first. Each adoption has its ``book`` (or ``None``) and ``school``.
    """
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        adoptions = groups.setdefault(row.pop("contact_id"), [])
        if row["id"]:
            adoptions.append(_with_book(row))
    return groups


def _with_book(row: Mapping[str, Any]) -> dict[str, Any]:
    plain = {name: value for name, value in row.items() if not name.startswith(_BOOK_PREFIX)}
    book = {name.removeprefix(_BOOK_PREFIX): row[name] for name in row if name.startswith(_BOOK_PREFIX)}
    return {**plain, "book": book if book["id"] else None}
