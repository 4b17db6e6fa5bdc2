"""``GET /contact`` and ``GET /adoptions``: Salesforce's records of the logged-in user."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from api.domain.scopes import Scope
from tests.api import records

CONTACT = "/api/v1/contact"
ADOPTIONS = "/api/v1/adoptions"
ASSUMED = "OpenStax Assumed Adoption"


def test_a_user_reads_their_own_contact(user: Client) -> None:
    school = records.school("Example College")
    mine = records.contact(
        account=school,
        first_name="Ines",
        signup_date=datetime(2025, 2, 3, tzinfo=UTC),
        subject_interest="Algebra;Biology",
    )
    records.contact(accounts_uuid="00000000-0000-4000-8000-00000000000f", full_name="Somebody Else")
    body = user.get(CONTACT).json()
    assert set(body) == {
        "id", "first_name", "last_name", "full_name", "school", "role", "position", "adoption_status",
        "subject_interest", "lms", "accounts_uuid", "verification_status", "signup_date", "last_modified_date",
        "lead_source",
    }  # fmt: skip
    assert (body["id"], body["school"], body["first_name"]) == (mine.id, "Example College", "Ines")
    assert (body["signup_date"], body["last_name"]) == ("2025-02-03T00:00:00+00:00", None)


def test_a_missing_or_deleted_school_is_null(user: Client) -> None:
    for account_id in (None, records.salesforce_id("001"), records.school(is_deleted=True).id):
        contact = records.contact(account_id=account_id)
        assert user.get(CONTACT).json()["school"] is None
        contact.delete()


def test_the_most_recently_modified_of_several_contacts_is_shown_and_an_error_is_logged(
    user: Client, caplog: pytest.LogCaptureFixture
) -> None:
    now = datetime(2026, 5, 1, tzinfo=UTC)
    records.contact(last_modified_date=now - timedelta(days=1))
    latest = records.contact(last_modified_date=now)
    records.contact(last_modified_date=None)
    records.contact(last_modified_date=now + timedelta(days=1), is_deleted=True)
    assert user.get(CONTACT).json()["id"] == latest.id
    errors = [record for record in caplog.records if record.levelname == "ERROR"]
    assert len(errors) == 1
    assert latest.id in errors[0].getMessage()


def test_contact_and_adoptions_are_for_logged_in_users(
    anonymous: Client, user: Client, service: Callable[..., Client]
) -> None:
    for path in (CONTACT, ADOPTIONS):
        assert anonymous.get(path).status_code == 401
        answer = service(*Scope).get(path)
        assert answer.status_code == 403
        assert "logged-in user" in answer.json()["message"]
        assert user.get(path).status_code == 404


def make_adoption(user_contact: Any, **values: Any) -> Any:
    """Make an adoption of the contact, with an opportunity that has the given book and school."""
    opportunity = records.opportunity(
        contact=user_contact, account=values.pop("school", None), book=values.pop("book", None)
    )
    return records.adoption(contact=user_contact, opportunity=opportunity, **values)


def test_a_user_reads_their_own_adoptions(user: Client) -> None:
    contact, book, school = records.contact(), records.book("Algebra"), records.school("Example College")
    newest = make_adoption(
        contact, book=book, school=school, base_year=2025, school_year="2025 - 26", students=30,
        savings=Decimal("1234.50"), how_using="As the core textbook", confirmation_date=date(2025, 9, 1),
    )  # fmt: skip
    make_adoption(contact, base_year=2019, students=-4, savings=Decimal("-10"), confirmation_type=ASSUMED)
    make_adoption(contact, base_year=None, confirmation_type=None)
    make_adoption(records.contact(accounts_uuid="00000000-0000-4000-8000-00000000000f"), base_year=2001, students=9)
    make_adoption(contact, base_year=2000, is_deleted=True)
    body = user.get(ADOPTIONS).json()
    assert (body["count"], body["contact_id"], body["first_year_adopting_openstax"]) == (3, contact.id, 2019)
    assert (body["total_students"], body["total_savings"]) == (30, 1234.5)
    assert [adoption["base_year"] for adoption in body["adoptions"]] == [2025, 2019, None]
    assert body["adoptions"][0] == {
        "id": newest.id,
        "book": {
            "id": book.id,
            "name": "Algebra",
            "official_name": "Algebra 2e",
            "type": None,
            "subject_areas": None,
            "website_url": "https://example.org/algebra",
        },
        "base_year": 2025,
        "school_year": "2025 - 26",
        "school": "Example College",
        "confirmation_type": "OpenStax Confirmed Adoption",
        "students": 30,
        "savings": 1234.5,
        "how_using": "As the core textbook",
        "confirmation_date": "2025-09-01",
    }


def test_an_adoption_without_book_or_school_shows_nulls(user: Client) -> None:
    contact = records.contact()
    make_adoption(contact)
    make_adoption(contact, book=records.book(is_deleted=True), school=records.school(is_deleted=True))
    records.adoption(contact=contact, opportunity_id=records.salesforce_id("006"))
    opportunity = records.opportunity(book=records.book(), account=records.school(), is_deleted=True)
    records.adoption(contact=contact, opportunity=opportunity)
    adoptions = user.get(ADOPTIONS).json()["adoptions"]
    assert [(adoption["book"], adoption["school"]) for adoption in adoptions] == [(None, None)] * 4


def test_adoptions_are_filtered_by_confirmed_or_assumed_but_not_both(user: Client) -> None:
    contact = records.contact()
    make_adoption(contact, base_year=1)
    make_adoption(contact, base_year=2, confirmation_type=ASSUMED)
    make_adoption(contact, base_year=3, confirmation_type=None)

    def years(**query: str) -> list[int]:
        return [adoption["base_year"] for adoption in user.get(ADOPTIONS, query).json()["adoptions"]]

    assert years(confirmed="true") == [1]
    assert years(assumed="true") == [3, 2]
    assert years(confirmed="false", assumed="false") == [3, 2, 1]
    assert user.get(ADOPTIONS, {"confirmed": "true", "assumed": "true"}).status_code == 422
    assert user.get(ADOPTIONS, {"confirmed": "perhaps"}).status_code == 422


def test_the_cache_header_agrees_with_the_cache_times_in_the_body(user: Client) -> None:
    make_adoption(records.contact())
    answer = user.get(ADOPTIONS)
    created, expires = (datetime.fromisoformat(answer.json()[name]) for name in ("cache_create", "cache_expire"))
    assert expires - created == timedelta(hours=1)
    assert abs(datetime.now(UTC) - created) < timedelta(seconds=10)
    assert answer["Cache-Control"] == "private, max-age=3600"


def test_the_number_of_queries_does_not_grow_with_the_adoptions(
    user: Client, django_assert_max_num_queries: Any
) -> None:
    contact = records.contact()
    for _ in range(10):
        make_adoption(contact, book=records.book(), school=records.school())
    with django_assert_max_num_queries(2):  # rate limit, adoptions
        assert user.get(ADOPTIONS).json()["count"] == 10
    with django_assert_max_num_queries(2):
        user.get(CONTACT)
