"""``GET /pardot/tags``: tags, their naming patterns, and their use by type of object."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from api.http.errors import document_errors
from api.http.fields import make_json_response
from pardot.domain.areas import Area
from pardot.selectors.area_health import load_area_health
from pardot.selectors.assets import AssetFilters, load_asset_page
from pardot.v1.assets import AssetRecord
from pardot.v1.health_of_area import AreaSummary, build_area_summary
from pardot.v1.pages import FlaggedPaging, Name, reject_unknown

router = Router(tags=["pardot: tags"])

FIGURES = ("tagged_objects", "with_prefix", "prefixes")


class TagTotals(Schema):
    """The figures of all tags; null: no data."""

    tags: int | None
    tagged_objects: int | None = Field(description="The number of all assignments of tags to objects.")
    with_prefix: int | None
    prefixes: int | None = Field(description="The number of different prefixes. Case does not matter.")


class NamingPattern(Schema):
    prefix: str
    separators: list[str] = Field(
        description="The separators after the prefix. With more than one, the tags have the flag `duplicate_prefix`."
    )
    tags: int
    usage: int | None = Field(description="The sum of the `usage` of these tags; null: no data.")


class ObjectTypeCoverage(Schema):
    object_type: str = Field(description="The area, or Pardot's word for a type that is not copied.")
    area: Area | None
    total: int | None = Field(
        description="The number of objects of this type; null: never read completely, or not copied."
    )
    tagged: int | None = Field(description="The number of objects with at least one tag.")
    tagged_pct: float | None
    assignments: int = Field(description="The number of assignments of tags to objects of this type.")


class TagList(Schema):
    totals: TagTotals
    summary: AreaSummary
    count: int = Field(description="The number of all matching tags, whatever the limit.")
    tags: list[AssetRecord]
    did_you_mean: str | None = Field(
        description="Similar words that have matches, when `q` has no match; null: there are none."
    )
    naming_patterns: list[NamingPattern] | None = Field(
        description="The 500 prefixes with the most tags; null: no data."
    )
    object_type_coverage: list[ObjectTypeCoverage] | None = Field(
        description="The use of tags by type of object; null: no data."
    )


class TagSearch(FlaggedPaging):
    sort: Name = Field(
        "id",
        description="`id`, `name`, `usage`, `prefix`, `issues`, `since`, `created_at`, `updated_at`. A `-` before the "
        "name sorts descending.",
    )


@router.get("/tags", response={200: TagList, **document_errors(401, 403, 422)}, summary="Tags and how they are used")
def list_tags(request: HttpRequest, search: Query[TagSearch]) -> HttpResponse:
    """Return a page of the matching tags, and figures about all tags.

    The figures are `totals`, `summary`, `naming_patterns` and `object_type_coverage`, from the latest audit.
    """
    health = load_area_health(Area.TAGS)[Area.TAGS]
    filters = AssetFilters(
        flag=search.flag,
        issues=search.issues,
        exempt=search.exempt,
        new_since=search.new_since,
        fixed_since=search.fixed_since,
        q=search.q or None,
    )
    with reject_unknown():
        page = load_asset_page(health, filters, sort=search.sort, limit=search.limit, offset=search.offset)
    return make_json_response(
        {
            "totals": {"tags": health.items, **{name: health.figures.get(name) for name in FIGURES}},
            "summary": build_area_summary(health),
            "count": page.count,
            "tags": page.records,
            "did_you_mean": page.did_you_mean,
            "naming_patterns": health.figures.get("naming_patterns"),
            "object_type_coverage": health.figures.get("object_type_coverage"),
        }
    )
