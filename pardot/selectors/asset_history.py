"""Read one asset: its record, its tags, and its latest issues, open or fixed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F

from pardot.domain.areas import Area
from pardot.domain.days import get_today
from pardot.domain.issues import BY_KEY
from pardot.domain.object_types import load_object_type_words
from pardot.models import Finding, Tag, TaggedObject
from pardot.selectors.area_health import AreaHealth
from pardot.selectors.assets import load_shown_records

MOST_FINDINGS = 100


@dataclass(frozen=True)
class PastIssue:
    """An issue of the asset, open or fixed."""

    issue: str
    flag: str
    first_seen: date | None
    """``None``: unknown, because the issue is older than the recording of findings."""
    fixed_on: date | None
    days: int | None
    """The days from ``first_seen`` to ``fixed_on``, or to today; ``None`` when ``first_seen`` is unknown."""


@dataclass(frozen=True)
class AssetHistory:
    """One asset with its issues and tags."""

    record: dict[str, Any]
    issues: Sequence[PastIssue]
    tags: Sequence[dict[str, Any]]


def load_asset_history(health: AreaHealth, asset: int) -> AssetHistory | None:
    """Return the asset with this id; ``None`` when the area has no such asset."""
    records = load_shown_records(health.audit.model._default_manager.filter(pk=asset), health)
    return (
        AssetHistory(records[0], _load_issues(health.area, asset), _load_tags(health.area, asset)) if records else None
    )


def _load_issues(area: Area, asset: int) -> list[PastIssue]:
    """Return at most ``MOST_FINDINGS`` issues: open issues before fixed ones, both latest first."""
    findings = Finding.objects.filter(asset_type=area, asset_id=asset, issue__in=BY_KEY)
    return [
        _build_past_issue(each)
        for each in findings.order_by(F("fixed_on").desc(nulls_first=True), "-id")[:MOST_FINDINGS]
    ]


def _build_past_issue(finding: Finding) -> PastIssue:
    ended = finding.fixed_on or get_today()
    days = (ended - finding.first_seen).days if finding.first_seen else None
    return PastIssue(finding.issue, BY_KEY[finding.issue].flag, finding.first_seen, finding.fixed_on, days)


def _load_tags(area: Area, asset: int) -> list[dict[str, Any]]:
    tagged = TaggedObject.objects.filter(object_type__in=load_object_type_words(area), object_id=asset)
    tags = Tag.objects.filter(pk__in=tagged.values("tag_id")).order_by("name", "id")
    return [{"id": tag.pk, "name": tag.name} for tag in tags.only("id", "name")]
