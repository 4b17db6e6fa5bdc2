"""Compute the progress of triage: objects with each clean-up tag, and the tagged share of each issue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, Q

from pardot.audits.run import ASSET_AUDITS
from pardot.catalog.complete_reads import were_read_completely
from pardot.catalog.entities import TAGGED_OBJECTS, TAGS
from pardot.configuration.values import Configuration
from pardot.domain.days import get_today
from pardot.domain.grading import Occurrences
from pardot.domain.issues import ISSUES, Issue
from pardot.domain.object_types import area_of_object_type, load_object_type_words
from pardot.models import Tag, TaggedObject
from pardot.scoring.exemptions import select_exemptions_in_force
from pardot.scoring.scorecard import ScoreInputs


@dataclass(frozen=True)
class ActionTag:
    """The tag of one clean-up action, and the objects that have it."""

    action: str
    name: str
    tag_id: int | None
    """``None``: no such tag was copied."""
    count: int | None
    """``None``: tagged objects were never read completely."""
    by_type: Mapping[str, int]
    """The number of objects by area, or by Pardot's word for types without an area."""
    items: Sequence[Mapping[str, Any]]
    """The first objects with the tag."""


@dataclass(frozen=True)
class TaggedShare:
    """The number of assets with an issue, and how many of these have a clean-up tag. ``None``: no data."""

    issue: Issue
    count: Occurrences | None
    exempt: int
    """The number of exempt assets with the issue, which ``count`` and ``tagged`` do not include."""
    tagged: int | None
    """Also ``None`` for an issue that is a percentage."""


def load_action_tags(values: Configuration, *, items: int) -> list[ActionTag]:
    """Return every configured action, with at most ``items`` of the objects that have its tag."""
    ids = load_tag_ids(values.cleanup_tags.values())
    known = were_read_completely([TAGGED_OBJECTS.name])
    counts = _count_carriers(ids.values())
    return [
        ActionTag(
            action=action,
            name=name,
            tag_id=(tag := ids.get(name.lower())),
            count=counts.get(tag, Counter()).total() if known else None,
            by_type=counts.get(tag, Counter()) if known else {},
            items=_load_items(tag, items) if known and counts.get(tag) else [],
        )
        for action, name in values.cleanup_tags.items()
    ]


def load_tag_ids(names: Iterable[str]) -> dict[str, int]:
    """Return the ids of the copied tags with these names, by lower-case name."""
    # The keys are lower-cased in Python, because PostgreSQL lower-cases some letters differently, such as “İ”.
    named = reduce(or_, (Q(name__iexact=name) for name in names), Q(pk=None))
    tags = Tag.objects.filter(named).order_by("-id").values_list("id", "name")
    return {str(name).lower(): tag for tag, name in tags}


def _count_carriers(tags: Iterable[int]) -> dict[int | None, Counter[str]]:
    rows = TaggedObject.objects.filter(tag_id__in=list(tags)).values_list("tag_id", "object_type")
    counts: dict[int | None, Counter[str]] = {}
    for tag, object_type, count in rows.annotate(carriers=Count("pk")).order_by("tag_id", "object_type"):
        counts.setdefault(tag, Counter())[area_of_object_type(object_type) or object_type or ""] += count
    return counts


def _load_items(tag: int | None, most: int) -> list[dict[str, Any]]:
    rows = TaggedObject.objects.filter(tag_id=tag).order_by("object_type", "id")
    return [
        {**row, "type": area_of_object_type(row["object_type"])}
        for row in rows.values("object_type", "object_id", "object_name")[:most]
    ]


def load_tagged_shares(inputs: ScoreInputs, tags: Collection[int]) -> list[TaggedShare]:
    """Return the tagged share of each issue in ``inputs``.

    This takes two queries, and at most two more for each area.
    """
    tagged = _count_tagged(tags) if were_read_completely([TAGS.name, TAGGED_OBJECTS.name]) else None
    return [
        TaggedShare(
            issue=issue,
            count=inputs.issues[issue.key].count,
            exempt=inputs.issues[issue.key].exempt,
            tagged=None
            if tagged is None or issue.is_percentage or inputs.issues[issue.key].count is None
            else tagged.get(issue.key, 0),
        )
        for issue in ISSUES
    ]


def _count_tagged(tags: Collection[int]) -> dict[str, int]:
    """Return, by issue key, how many assets have the issue and one of these tags, and are not exempt."""
    carriers = TaggedObject.objects.filter(tag_id__in=list(tags))
    exempt: dict[str, list[int]] = {}
    for key, asset in select_exemptions_in_force(get_today()).values_list("issue", "asset_id"):
        exempt.setdefault(key, []).append(asset)
    counted: dict[str, int] = {}
    for audit in ASSET_AUDITS:
        issues = [issue for issue in ISSUES if issue.area is audit.area]
        if issues and (words := load_object_type_words(audit.area)):
            having = {
                issue.key: Count("pk", filter=Q(flags__contains=[issue.flag]) & ~Q(pk__in=exempt.get(issue.key, [])))
                for issue in issues
            }
            own = carriers.filter(object_type__in=words).values("object_id")
            counted |= audit.model._default_manager.filter(pk__in=own).aggregate(**having)
    return counted
