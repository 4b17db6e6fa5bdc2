"""Parameters of the routes that return tables, and the answer to an unknown flag or sort key."""

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

    flag: Name | None = Field(
        None, description="Only records with this flag; no records when there is no data about the flag."
    )
    issues: bool | None = Field(
        None,
        description="Only records with a flag from which they are not exempt; false: only records without such a flag.",
    )
    exempt: bool | None = Field(
        None,
        description="Only records that are exempt from `flag`, or from any of their flags when `flag` is left out; "
        "false: only records that are not exempt. Ignored with `fixed_since`.",
    )
    new_since: QueryDate | None = Field(
        None,
        description="Only records with a flag that was first seen after this day and from which they are not exempt. "
        "With `flag`, only this flag counts.",
    )
    fixed_since: QueryDate | None = Field(
        None,
        description="Only records that had a flag on this day, lost the flag later, and are not exempt from it. With "
        "`flag`, only this flag counts.",
    )
    q: SearchText | None = Field(
        None,
        description="An id, or words in any order. Case and accents do not matter. Each word must begin a word of the "
        "record's name, title, subject, address, campaign, folder or tags. If no record matches, the words may be "
        "anywhere inside the record's name, title, subject or address. Campaigns also match by Salesforce id.",
        examples=["summer nursing"],
    )


class FlaggedPaging(FlagParameters, Paging):
    """The filters and paging of audited assets."""


@contextmanager
def reject_unknown() -> Iterator[None]:
    """Answer 422 when a flag or sort key does not exist."""
    try:
        yield
    except Unknown as error:
        raise make_unprocessable_query(error.name, str(error)) from error


def make_unprocessable_query(parameter: str, sentence: str) -> Unprocessable:
    """Return a 422 about one query parameter."""
    message = sentence.removesuffix(".")
    return Unprocessable(f"{message}.", errors=[{"loc": ["query", parameter], "message": message}])
