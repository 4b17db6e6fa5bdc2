"""``GET /schools`` and ``GET /schools/{id}``."""

from __future__ import annotations

import re
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Field, Path, Query, Router, Schema
from pydantic import AfterValidator, StringConstraints

from api.auth.callers import any_caller
from api.domain.error_types import ErrorType
from api.http.caching import finish_private_response, finish_public_response
from api.http.errors import NotFound, Unprocessable, document_errors
from api.http.fields import PlainText, SalesforceIdText, make_json_response
from api.http.ids import require_id
from api.v1.copied import copied
from sf.models import Account
from sf.reads.replica import read_from_replica
from sf.reads.school_search import SchoolFilters, load_school_page
from sf.reads.selectors import build_school_query

SHORTEST_NAME = 3
SHORTEST_WITHOUT_BLANKS = 2
"""The shortest search text in Chinese, Japanese and Korean, where a word often has two characters."""
_WITHOUT_BLANKS = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff]")
CACHED_SECONDS = 300

router = Router(tags=["schools"])

SearchText = Annotated[PlainText, AfterValidator(str.strip), StringConstraints(max_length=255)]


_SchoolId = Annotated[SalesforceIdText, Path(description="The school's Salesforce id, 15 or 18 characters.")]


class SchoolItem(Schema):
    id: str = copied(Account, "id", "Salesforce id of the school, 18 characters")
    name: str | None = copied(Account, "name", "Name of the school")
    type: str | None = copied(Account, "type", "Type of the school")
    country: str | None = copied(Account, "country", "Country of the billing address")
    state: str | None = copied(Account, "state", "State of the billing address")
    city: str | None = copied(Account, "city", "City of the billing address")
    lms: str | None = copied(Account, "lms", "Learning management system of the school")
    sheer_id_school_name: str | None = copied(Account, "sheer_id_school_name", "Name of the school at SheerID")


class SchoolList(Schema):
    count: int = Field(description="The number of all matches on all pages.")
    total_schools: int = Field(description="The number of all schools in SFAPI, matching or not.")
    next: str | None = Field(description="The address of the next page; null on the last page.")
    schools: list[SchoolItem] = Field(description="The matches of this page, best match first.")


class SchoolDetail(SchoolItem):
    assignable_status: str | None = copied(Account, "assignable_status", "Status of the school in Assignable")
    assignable_maturity_score: int | None = copied(
        Account, "assignable_maturity_score", "Maturity score of the school in Assignable"
    )
    assignments_created: int | None = copied(
        Account, "assignments_created", "Number of assignments created in Assignable"
    )
    assignments_completed: int | None = copied(
        Account, "assignments_completed", "Number of assignments completed in Assignable"
    )


class SchoolSearch(Schema):
    name: SearchText | None = Field(
        None,
        description=(
            "Words of the name, or beginnings of words, in any order. City and state may be among the words. At least "
            "3 characters, or 2 in Chinese, Japanese and Korean."
        ),
    )
    city: SearchText | None = Field(None, description="The whole name of the city; case and accents do not matter.")
    state: SearchText | None = Field(None, description="The name or code of the state.")
    country: SearchText | None = Field(None, description="The name or code of the country.")
    type: SearchText | None = Field(None, description="The whole type; case and accents do not matter.")
    limit: int = Field(100, ge=1, le=1000)
    offset: int = Field(0, ge=0, le=10_000_000)

    def filters(self) -> SchoolFilters:
        """Return the filters. Raises ``Unprocessable`` when none is given, or when the name is too short."""
        filters = SchoolFilters(
            name=self.name or None,
            city=self.city or None,
            state=self.state or None,
            country=self.country or None,
            type=self.type or None,
        )
        if not filters.values_by_name():
            message = "Nothing to search by: give name, city, state, country or type."
            raise Unprocessable(message, error_type=ErrorType.NOTHING_GIVEN, errors=[])
        shortest = SHORTEST_WITHOUT_BLANKS if _WITHOUT_BLANKS.search(filters.name or "") else SHORTEST_NAME
        if filters.name and len(filters.name) < shortest:
            message = f"Give {shortest} characters or more"
            errors = [{"loc": ["query", "name"], "message": message}]
            raise Unprocessable(
                f"The name is too short: {message[0].lower()}{message[1:]}.",
                error_type=ErrorType.SEARCH_TOO_SHORT,
                errors=errors,
            )
        return filters


@router.get(
    "/schools",
    auth=None,
    response={200: SchoolList, 304: None, **document_errors(404, 422, 429)},
    summary="Search for schools",
)
def search_schools(request: HttpRequest, search: Query[SchoolSearch]) -> HttpResponse:
    """Find schools by words of their names.

    Case, accents, punctuation and the order of words do not matter. `&` counts as `and`, `St` as `Saint`, and a leading
    `The` is ignored. Short forms such as `georgia tech` also find the full name. Two words also find a name that has
    them as one word: `de paul` finds DePaul. When no school matches, typing errors are corrected, and words typed
    without a space (`ucdavis`) are split. The filters `city`, `state`, `country` and `type` must match as a whole; case
    and accents do not matter.

    The best matches come first:

    1. the same name
    2. the same words in another order
    3. names whose initials are the text, such as `ucla`
    4. names that begin with the text
    5. names with all words in order
    6. all other matches

    Among equal matches, schools with adoptions come first. At most `limit` schools are in an answer; `count` is the
    number of all matches. The answer may be cached.
    """
    filters = search.filters()
    page = read_from_replica(lambda: load_school_page(filters, limit=search.limit, offset=search.offset))
    if page.count == 0:
        raise NotFound("No school matches. Check the spelling, or use fewer words.", error_type=ErrorType.NO_MATCH)
    response = make_json_response(
        {
            "count": page.count,
            "total_schools": page.total,
            "next": _build_next_address(request, search, page.count),
            "schools": page.schools,
        }
    )
    return finish_public_response(request, response, seconds=CACHED_SECONDS)


def _build_next_address(request: HttpRequest, search: SchoolSearch, count: int) -> str | None:
    next_offset = search.offset + search.limit
    if next_offset >= count:
        return None
    query = request.GET.copy()
    query["offset"] = str(next_offset)
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")


@router.get(
    "/schools/{school_id}",
    auth=any_caller(),
    response={200: SchoolDetail, 304: None, **document_errors(401, 404, 422, 429)},
    summary="One school",
)
def get_school(request: HttpRequest, school_id: _SchoolId) -> HttpResponse:
    """Return a school by its Salesforce id of 15 or 18 characters."""
    schools = read_from_replica(build_school_query(require_id(school_id, name="school_id")).rows)
    if not schools:
        raise NotFound("There is no such school.")
    return finish_private_response(request, make_json_response(schools[0]))
