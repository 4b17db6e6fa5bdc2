"""Parameters of all paged routes, and the answer when one of them names something unknown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from ninja import Field, Schema
from pydantic import StringConstraints

from api.http.errors import Unprocessable
from api.http.fields import PlainText
from api.records.values import QueryDate
from pardot.selectors.rows import LARGEST_ID, LONGEST_SEARCH, Unknown

SearchText = Annotated[PlainText, StringConstraints(strip_whitespace=True, max_length=LONGEST_SEARCH)]
Name = Annotated[PlainText, StringConstraints(max_length=64)]
RecordId = Annotated[int, Field(ge=1, le=LARGEST_ID)]


class Paging(Schema):
    limit: int = Field(50, ge=1, le=500)
    offset: int = Field(0, ge=0, le=10_000_000)


class FlagParameters(Schema):
    """The filters that all tables of audited assets have."""

    flag: Name | None = Field(None, description="Only what has this flag; none when there are no data about it.")
    issues: bool | None = Field(None, description="Only what has a flag that counts (or has none).")
    exempt: bool | None = Field(
        None, description="Only what is exempt from `flag`, or is not; without `flag`: from any of its flags."
    )
    new_since: QueryDate | None = Field(
        None, description="Only what got one of its flags (with `flag`: this one) after this day, and is not exempt."
    )
    fixed_since: QueryDate | None = Field(
        None, description="Only what lost one of its flags (with `flag`: this one) after this day."
    )
    q: SearchText | None = Field(
        None,
        description="Words in any order, each beginning a word of its name, subject, address, campaign, folder or "
        "tags; case and accents do not matter. Or the id.",
        examples=["summer nursing"],
    )


class FlaggedPaging(FlagParameters, Paging):
    """A page of audited assets, with their filters."""


@contextmanager
def reject_unknown() -> Iterator[None]:
    """Answer 422 for a flag or an order that does not exist."""
    try:
        yield
    except Unknown as error:
        raise unprocessable_query(error.name, str(error)) from error


def unprocessable_query(parameter: str, sentence: str) -> Unprocessable:
    """Return a 422 about one parameter of the query."""
    message = sentence.removesuffix(".")
    return Unprocessable(f"{message}.", errors=[{"loc": ["query", parameter], "message": message}])
