"""List the naming patterns of tags, and count tagged objects by type, for the audit of tags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection, models
from django.db.models import Count

from pardot.audits.inputs import AuditInputs
from pardot.domain.areas import Area
from pardot.domain.grading import compute_percentage
from pardot.domain.object_types import area_of_object_type
from pardot.models import (
    Campaign,
    CustomRedirect,
    Form,
    LandingPage,
    List,
    ListEmail,
    Prospect,
    TaggedObject,
)

MOST_PATTERNS = 500
"""The largest number of patterns that are listed. Patterns with the most tags come first."""

_PATTERNS = """
    SELECT min(prefix) AS prefix, array_agg(DISTINCT separator ORDER BY separator) AS separators, count(*) AS tags,
           sum(usage)::bigint AS usage
    FROM (
        SELECT prefix COLLATE "C" AS prefix, substring(name FROM '[-:_|/]') COLLATE "C" AS separator, usage
        FROM pardot_tag WHERE prefix <> ''
    ) named
    GROUP BY lower(prefix COLLATE "default")
    ORDER BY tags DESC, 1 LIMIT %s
"""
_ASSETS: Mapping[Area, type[models.Model]] = {
    Area.CAMPAIGNS: Campaign,
    Area.FORMS: Form,
    Area.LANDING_PAGES: LandingPage,
    Area.LISTS: List,
    Area.LIST_EMAILS: ListEmail,
    Area.CUSTOM_REDIRECTS: CustomRedirect,
    Area.PROSPECTS: Prospect,
}


def load_naming_patterns() -> list[dict[str, Any]]:
    """Return each prefix with its separators, its number of tags, and the sum of their ``usage``.

    The sum is ``None`` without data. An object with two tags of the same prefix counts twice.
    """
    with connection.cursor() as cursor:
        cursor.execute(_PATTERNS, [MOST_PATTERNS])
        rows = cursor.fetchall()
    return [
        {"prefix": prefix, "separators": separators, "tags": tags, "usage": usage}
        for prefix, separators, tags, usage in rows
    ]


def load_object_type_coverage(inputs: AuditInputs) -> list[dict[str, Any]]:
    """Return the numbers of objects, of tagged objects, and of tags on objects, for each type of object.

    The types in ``_ASSETS`` come first, even when none of their objects has a tag. For other types, and without data,
    ``total`` and ``tagged`` are ``None``.
    """
    assignments = dict(TaggedObject.objects.values_list("object_type").annotate(Count("pk")).order_by())
    covered = [_load_area_coverage(area, assignments, inputs) for area in _ASSETS]
    others = sorted(
        (word or "", count) for word, count in assignments.items() if area_of_object_type(word) not in _ASSETS
    )
    return [*covered, *(_build_coverage(word, None, None, None, count) for word, count in others)]


def _load_area_coverage(area: Area, assignments: Mapping[str | None, int], inputs: AuditInputs) -> dict[str, Any]:
    words = [word for word in assignments if area_of_object_type(word) is area]
    count = sum(assignments[word] for word in words)
    if not inputs.has(area.value):
        return _build_coverage(area.value, area, None, None, count)
    rows = _ASSETS[area]._default_manager.all()
    if area is Area.PROSPECTS:
        rows = rows.exclude(is_deleted=True)
    tagged = TaggedObject.objects.filter(object_type__in=words, object_id__in=rows.values("pk"))
    distinct = tagged.aggregate(tagged=Count("object_id", distinct=True))["tagged"]
    return _build_coverage(area.value, area, rows.count(), distinct, count)


def _build_coverage(word: str, area: Area | None, total: int | None, tagged: int | None, count: int) -> dict[str, Any]:
    return {
        "object_type": word,
        "area": area.value if area else None,
        "total": total,
        "tagged": tagged,
        "tagged_pct": compute_percentage(tagged, total),
        "assignments": count,
    }
