"""What the API reads from the cache: one statement a question, rows of plain values, no object a row.

The statements are written out: these are the hottest reads of the service, and building each of them anew from query
sets took three to ten times as long as PostgreSQL needs to answer. A ``LEFT JOIN … AND NOT is_deleted`` says what a
parent is here: one that is not cached, or not any longer, reads as none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sf.prepared import prepared_cursor, prepared_rows

CONFIRMED = "OpenStax Confirmed Adoption"
"""The ``Confirmation_Type__c`` of an adoption that an instructor has confirmed; all others are assumed."""

BOOK_COLUMNS = ("id", "name", "official_name", "type", "subject_areas", "website_url")

_BOOKS = f"""
    SELECT {", ".join(BOOK_COLUMNS)}
      FROM sf_book WHERE active_book AND NOT is_deleted ORDER BY name, id
"""  # noqa: S608 - put together from constants

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

# One row for each adoption of each contact (there should be one contact), and one for a contact without any.
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


def active_books() -> tuple[tuple[str | None, ...], ...]:
    """Active books by name: rows of ``BOOK_COLUMNS``."""
    with prepared_cursor() as cursor:
        cursor.execute(_BOOKS)
        return tuple(cursor.fetchall())


def school_by_id(school_id: str) -> dict[str, Any] | None:
    """One school with what Assignable knows of it; the id has 18 characters."""
    rows = prepared_rows(_SCHOOL, {"id": school_id})
    return rows[0] if rows else None


def contacts_by_uuid(accounts_uuid: str) -> list[dict[str, Any]]:
    """The contacts of an Accounts user with the name of their ``school``, the most recently modified first.

    There should be one; Salesforce does not enforce it.
    """
    return prepared_rows(_CONTACTS, {"uuid": accounts_uuid})


def adoptions_by_uuid(accounts_uuid: str, *, confirmed: bool | None = None) -> dict[str, list[dict[str, Any]]]:
    """The adoptions of an Accounts user by contact, the contacts in the order of ``contacts_by_uuid``.

    Newest year first, each with its ``book`` (or ``None``) and ``school``. ``confirmed``: only those that are, or only
    those that are not; one without a type is not.
    """
    rows = prepared_rows(_ADOPTIONS, {"uuid": accounts_uuid, "confirmed": confirmed, "word": CONFIRMED})
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        adoptions = found.setdefault(row.pop("contact_id"), [])
        if row["id"]:
            adoptions.append(_with_book(row))
    return found


def _with_book(row: Mapping[str, Any]) -> dict[str, Any]:
    plain = {name: value for name, value in row.items() if not name.startswith(_BOOK_PREFIX)}
    book = {name.removeprefix(_BOOK_PREFIX): row[name] for name in row if name.startswith(_BOOK_PREFIX)}
    return {**plain, "book": book if book["id"] else None}
