"""``GET /schools`` and ``GET /schools/{id}``."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Field, Path, Query, Router, Schema
from pydantic import StringConstraints

from api.auth import any_caller
from api.errors import NotFound, Unprocessable, documented
from api.fields import PlainText, SalesforceIdText, json_response
from api.first_read import reads_first, rows_read_first
from api.ids import given_id
from sf.prepared import Statement
from sf.salesforce.ids import id_of_18
from sf.school_search import SchoolFilters, load_school_page
from sf.selectors import school_by_id

SHORTEST_NAME = 3

router = Router(tags=["schools"])

SearchText = Annotated[PlainText, StringConstraints(strip_whitespace=True, max_length=255)]


class SchoolItem(Schema):
    id: str
    name: str | None
    type: str | None
    country: str | None
    state: str | None
    city: str | None
    lms: str | None
    sheer_id_school_name: str | None


class SchoolList(Schema):
    count: int = Field(description="All matches, whatever the limit.")
    total_schools: int
    schools: list[SchoolItem]


class SchoolDetail(SchoolItem):
    assignable_status: str | None
    assignable_maturity_score: int | None
    assignments_created: int | None
    assignments_completed: int | None


class SchoolSearch(Schema):
    name: SearchText | None = Field(None, description="Any part of the name, 3 characters or more.")
    city: SearchText | None = None
    state: SearchText | None = Field(None, description="Name or code.")
    country: SearchText | None = Field(None, description="Name or code.")
    type: SearchText | None = None
    limit: int = Field(100, ge=1, le=1000)
    offset: int = Field(0, ge=0, le=10_000_000)

    def filters(self) -> SchoolFilters:
        """``Unprocessable`` when there is nothing to search by."""
        found = SchoolFilters(
            name=self.name or None,
            city=self.city or None,
            state=self.state or None,
            country=self.country or None,
            type=self.type or None,
        )
        if not found.given():
            raise Unprocessable("Nothing to search by: give name, city, state, country or type.", errors=[])
        if found.name and len(found.name) < SHORTEST_NAME:
            message = f"Give {SHORTEST_NAME} characters or more"
            errors = [{"loc": ["query", "name"], "message": message}]
            raise Unprocessable(f"The name is too short: {message[0].lower()}{message[1:]}.", errors=errors)
        return found


@router.get(
    "/schools", auth=None, response={200: SchoolList, **documented(404, 422, 429)}, summary="Search for schools"
)
def search_schools(request: HttpRequest, search: Query[SchoolSearch]) -> HttpResponse:
    """Best match first: the exact name, names that begin with it, words that begin with it, anywhere in the name.
    Case and accents do not matter. The other filters are exact."""
    page = load_school_page(search.filters(), limit=search.limit, offset=search.offset)
    if page.count == 0:
        raise NotFound("No school matches.")
    return json_response({"count": page.count, "total_schools": page.total, "schools": page.schools})


def _school_asked_for(request: HttpRequest, school_id: str) -> Statement | None:
    whole = id_of_18(school_id)
    return school_by_id(whole) if whole else None


@router.get(
    "/schools/{school_id}",
    auth=any_caller(),
    response={200: SchoolDetail, **documented(401, 403, 404, 422, 429)},
    summary="One school",
)
@reads_first(_school_asked_for)
def get_school(request: HttpRequest, school_id: Path[SalesforceIdText]) -> HttpResponse:
    """By its Salesforce id of 15 or 18 characters."""
    schools = rows_read_first(request, school_by_id(given_id(school_id, name="school_id")))
    if not schools:
        raise NotFound("There is no such school.")
    return json_response(schools[0])
