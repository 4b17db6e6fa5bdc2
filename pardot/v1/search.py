"""``GET /pardot/search``: assets of all types by words or id, for the dashboard's search (Ctrl+K)."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema
from pydantic import StringConstraints

from api.http.errors import document_errors
from api.http.fields import PlainText
from pardot.domain.areas import Area
from pardot.selectors.everywhere import search_everywhere

router = Router(tags=["pardot: assets"])

Words = Annotated[PlainText, StringConstraints(strip_whitespace=True, min_length=2, max_length=100)]


class EverywhereSearch(Schema):
    q: Words = Field(
        description="An id, or words in any order. Case and accents do not matter. Each word must begin a word of the "
        "asset's name, title, subject, address, campaign, folder or tags. If no asset matches, the words may be "
        "anywhere inside the asset's name, title, subject or address. Campaigns also match by Salesforce id.",
        examples=["summer nursing"],
    )
    limit: int = Field(5, ge=1, le=20, description="The largest number of matches of each type.")


class FoundAsset(Schema):
    type: Area
    id: int
    name: str | None
    campaign_name: str | None = Field(None, description="The campaign's name; null: the asset has no known campaign.")
    folder_name: str | None = Field(None, description="The folder's name; null: the asset has no known folder.")


class FoundAssets(Schema):
    found: list[FoundAsset] = Field(description="The matches by type; within a type, the best first.")


@router.get(
    "/search", response={200: FoundAssets, **document_errors(401, 403, 422)}, summary="Search assets of all types"
)
def search_assets(request: HttpRequest, search: Query[EverywhereSearch]) -> FoundAssets:
    """Return the matching assets of each type. Prospects are not searched."""
    return FoundAssets.model_validate({"found": search_everywhere(search.q, each=search.limit)})
