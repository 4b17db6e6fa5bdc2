"""Call all operations but the dashboard's with the client that openapi-python-client generates."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from http.cookies import SimpleCookie
from typing import Protocol, TypeVar

from calls import attempt, expect, finish
from sfapi_client import AuthenticatedClient, Client
from sfapi_client.api.adoptions import list_adoptions
from sfapi_client.api.books import list_books
from sfapi_client.api.cases import create_case, get_case
from sfapi_client.api.contact import get_contact, update_contact
from sfapi_client.api.forms import get_submission, submit_form
from sfapi_client.api.info import get_info
from sfapi_client.api.me import get_me
from sfapi_client.api.records import (
    get_account_record,
    get_adoption_record,
    get_book_record,
    get_contact_record,
    get_opportunity_record,
    list_account_records,
    list_adoption_records,
    list_book_records,
    list_contact_records,
    list_opportunity_records,
)
from sfapi_client.api.schools import get_school, search_schools
from sfapi_client.models import (
    AccountRecord,
    AccountRecordPage,
    AdoptionList,
    AdoptionRecord,
    AdoptionRecordPage,
    BookList,
    BookRecord,
    BookRecordPage,
    CaseDetail,
    CaseIn,
    ContactChange,
    ContactDetail,
    ContactRecord,
    ContactRecordPage,
    ContactUs,
    ContactUsForm,
    ErrorBody,
    ErrorType,
    ForbiddenBody,
    Info,
    ListBookRecordsFieldsItem,
    Me,
    OpportunityRecord,
    OpportunityRecordPage,
    SchoolDetail,
    SchoolList,
    SubmissionState,
    UsageOfTheDay,
    ValidationErrorBody,
    WebToCase,
    WebToCaseForm,
)
from sfapi_client.types import Unset

URL = os.environ["SFAPI_URL"]
SCHOOL = os.environ["SCHOOL"]
BAD_INPUT = "must not be stored"

anybody = Client(base_url=URL)
# For calls without credentials to operations whose generated functions accept only an AuthenticatedClient.
nobody = AuthenticatedClient(base_url=URL, token="", prefix="", auth_header_name="X-No-Credentials")
service = AuthenticatedClient(base_url=URL, token=os.environ["SFAPI_KEY"])
narrow = AuthenticatedClient(base_url=URL, token=os.environ["NARROW_KEY"])


def signed_in(*more: str) -> AuthenticatedClient:
    """Return a client that sends the cookie of a signed-in user, and further cookies."""
    cookies = "; ".join([f"oxa={os.environ['SFAPI_COOKIE']}", *more])
    return AuthenticatedClient(base_url=URL, token=cookies, prefix="", auth_header_name="Cookie")


user = signed_in()
Answer = TypeVar("Answer")


class Answered(Protocol):
    """The result of any generated ``sync_detailed`` function."""

    @property
    def status_code(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def parsed(self) -> object: ...


def good(answer: Answered, kind: type[Answer]) -> Answer:
    """Return the answer's body, which must be of type ``kind``."""
    parsed = answer.parsed
    if not isinstance(parsed, kind):
        raise AssertionError(f"{answer.status_code}: {parsed}")
    return parsed


# -- schools, books, info -------------------------------------------------------------------------------------


def find_school() -> str:
    page = good(search_schools.sync_detailed(client=anybody, name=SCHOOL), SchoolList)
    expect("the school comes first", page.schools[0].name == SCHOOL)
    detail = good(get_school.sync_detailed(page.schools[0].id, client=service), SchoolDetail)
    expect("the same school", detail.id == page.schools[0].id)
    return f"{page.count} schools, {detail.name}"


def books() -> str:
    first = list_books.sync_detailed(client=service)
    again = list_books.sync_detailed(client=service, if_none_match=first.headers["ETag"])
    expect("304 to the ETag", (again.status_code, again.parsed) == (304, None))
    return f"{good(first, BookList).count} books"


def info() -> str:
    state = good(get_info.sync_detailed(client=service), Info)
    expect("the API usage, not an error", isinstance(state.api_usage, UsageOfTheDay))
    return f"accounts: {state.sync['accounts'].state}"


# -- the signed-in user ---------------------------------------------------------------------------------------


def me() -> str:
    expect("not logged in", not good(get_me.sync_detailed(client=nobody), Me).logged_in)
    body = good(get_me.sync_detailed(client=user), Me)
    expect("logged in", body.logged_in)
    return f"contact {body.salesforce_contact_id}"


def contact_changes() -> str:
    answer = get_me.sync_detailed(client=user)
    token = good(answer, Me).csrf_token
    page = signed_in(f"csrftoken={SimpleCookie(answer.headers['Set-Cookie'])['csrftoken'].value}")
    before = good(get_contact.sync_detailed(client=page), ContactDetail)
    change = ContactChange(first_name="Ada", last_name=None)
    after = good(update_contact.sync_detailed(client=page, body=change, x_csrf_token=token), ContactDetail)
    expect("only the first name changed", (after.first_name, after.last_name) == ("Ada", before.last_name))
    refused = update_contact.sync_detailed(
        client=page, body=ContactChange(first_name=BAD_INPUT * 300), x_csrf_token=token
    )
    expect("the field is named", invalid(refused) == ["body", "first_name"])
    forged = good(update_contact.sync_detailed(client=page, body=change), ForbiddenBody)
    expect("csrf_token_missing", forged.type_ is ErrorType.CSRF_TOKEN_MISSING)
    return f"{after.full_name}"


def adoptions() -> str:
    body = good(list_adoptions.sync_detailed(client=user), AdoptionList)
    expect("cache_create is a time", isinstance(body.cache_create, datetime))
    return f"{body.count} adoptions, {body.total_students} students"


# -- cases and forms ------------------------------------------------------------------------------------------


def case() -> str:
    body = CaseIn(subject="Grades do not arrive", description="Since Monday.", product="Assignable")
    key = str(uuid.uuid4())
    made = good(create_case.sync_detailed(client=service, body=body, idempotency_key=key), CaseDetail)
    again = good(create_case.sync_detailed(client=service, body=body, idempotency_key=key), CaseDetail)
    read = good(get_case.sync_detailed(made.id, client=service), CaseDetail)
    expect("one case", made.id == again.id == read.id)
    other = CaseIn(subject="Another", description=BAD_INPUT)
    reused = good(create_case.sync_detailed(client=service, body=other, idempotency_key=key), ValidationErrorBody)
    expect("idempotency_key_reused", reused.type_ is ErrorType.IDEMPOTENCY_KEY_REUSED)
    return f"{read.status.value}"


def forms() -> str:
    sent: list[ContactUsForm | WebToCaseForm] = [
        ContactUsForm(form_type="contact_us", data=ContactUs(message="Where is the answer guide?", name="Ada Example"),
                      submitted_at=datetime.fromisoformat("2026-01-31T12:00:00+00:00")),
        WebToCaseForm(form_type="web_to_case", data=WebToCase(subject="Help", description="A page is missing."),
                      submitted_at=1767225600000.5),
    ]  # fmt: skip
    states = [good(submit_form.sync_detailed(client=service, body=form), SubmissionState) for form in sent]
    read = [good(get_submission.sync_detailed(state.id, client=service), SubmissionState) for state in states]
    expect("the form types that were sent", [state.form_type for state in read] == ["contact_us", "web_to_case"])
    return ", ".join(state.status.value for state in read)


# -- records --------------------------------------------------------------------------------------------------


def books_records() -> str:
    page = good(list_book_records.sync_detailed(client=service, limit=2), BookRecordPage)
    one = good(get_book_record.sync_detailed(page.results[0].id, client=service), BookRecord)
    expect("the same record", one == page.results[0])
    named = good(
        list_book_records.sync_detailed(client=service, limit=1, fields=[ListBookRecordsFieldsItem.NAME]),
        BookRecordPage,
    )
    first = named.results[0]
    expect("the name, but no official_name", isinstance(first.official_name, Unset) and first.name == one.name)
    return f"as of {page.as_of:%Y}, next: {page.next_ is not None}"


def accounts_records() -> None:
    page = good(list_account_records.sync_detailed(client=service, limit=2), AccountRecordPage)
    one = good(get_account_record.sync_detailed(page.results[0].id, client=service), AccountRecord)
    expect("the same record", one == page.results[0])
    later = list_account_records.sync_detailed(client=service, modified_since=page.as_of)
    expect("a list of later changes", isinstance(good(later, AccountRecordPage).results, list))


def contacts_records() -> None:
    page = good(list_contact_records.sync_detailed(client=service, limit=2), ContactRecordPage)
    one = good(get_contact_record.sync_detailed(page.results[0].id, client=service), ContactRecord)
    expect("the same record", one == page.results[0])


def opportunities_records() -> None:
    page = good(list_opportunity_records.sync_detailed(client=service, limit=2), OpportunityRecordPage)
    one = good(get_opportunity_record.sync_detailed(page.results[0].id, client=service), OpportunityRecord)
    expect("the same record", one == page.results[0])


def adoptions_records() -> None:
    page = good(list_adoption_records.sync_detailed(client=service, limit=2), AdoptionRecordPage)
    one = good(get_adoption_record.sync_detailed(page.results[0].id, client=service), AdoptionRecord)
    expect("the same record", one == page.results[0])


# -- errors ---------------------------------------------------------------------------------------------------


def invalid(answer: Answered) -> list[int | str]:
    """Return the location of the value that the service rejects as invalid."""
    body = good(answer, ValidationErrorBody)
    expect(
        f"422 field_invalid, not {body.code} {body.type_}", (body.code, body.type_) == (422, ErrorType.FIELD_INVALID)
    )
    if isinstance(body.errors, Unset):
        raise AssertionError("no errors")
    return body.errors[0].loc


def no_school() -> None:
    body = good(search_schools.sync_detailed(client=anybody, name="zzzzqqqq xxxx"), ErrorBody)
    expect("no_match", body.type_ is ErrorType.NO_MATCH)


def no_record() -> None:
    body = good(get_case.sync_detailed(uuid.uuid4(), client=service), ErrorBody)
    expect("record_not_found", body.type_ is ErrorType.RECORD_NOT_FOUND)


def too_short() -> None:
    body = good(search_schools.sync_detailed(client=anybody, name="a"), ValidationErrorBody)
    expect("search_too_short", body.type_ is ErrorType.SEARCH_TOO_SHORT)


def bad_values() -> None:
    expect(
        "limit", invalid(search_schools.sync_detailed(client=anybody, name=SCHOOL, limit=5000)) == ["query", "limit"]
    )
    long = CaseIn(subject="x" * 300, description=BAD_INPUT)
    expect("subject", invalid(create_case.sync_detailed(client=service, body=long)) == ["body", "subject"])
    form = ContactUsForm(form_type="contact_us", data=ContactUs(message=BAD_INPUT, email="no address"))
    expect("email", invalid(submit_form.sync_detailed(client=service, body=form))[-2:] == ["data", "email"])


def no_credentials() -> None:
    body = good(list_books.sync_detailed(client=nobody), ErrorBody)
    expect("401 credentials_missing", (body.code, body.type_) == (401, ErrorType.CREDENTIALS_MISSING))


def no_scope() -> None:
    body = good(get_info.sync_detailed(client=narrow), ForbiddenBody)
    expect(
        "scope_missing, with the name of the scope", (body.type_, body.scope) == (ErrorType.SCOPE_MISSING, "read:info")
    )


CALLS: tuple[tuple[str, Callable[[], object]], ...] = (
    ("search_schools, get_school", find_school),
    ("list_books, again with its ETag", books),
    ("get_info", info),
    ("get_me", me),
    ("get_contact, update_contact", contact_changes),
    ("list_adoptions", adoptions),
    ("create_case twice, get_case", case),
    ("submit_form of both types, get_submission", forms),
    ("list_book_records, get_book_record", books_records),
    ("list_account_records, get_account_record", accounts_records),
    ("list_contact_records, get_contact_record", contacts_records),
    ("list_opportunity_records, get_opportunity_record", opportunities_records),
    ("list_adoption_records, get_adoption_record", adoptions_records),
    ("404 no_match", no_school),
    ("404 record_not_found", no_record),
    ("422 search_too_short", too_short),
    ("422 field_invalid in query, body and form", bad_values),
    ("401 credentials_missing", no_credentials),
    ("403 scope_missing", no_scope),
)

if __name__ == "__main__":
    for name, call in CALLS:
        attempt(name, call)
    finish()
