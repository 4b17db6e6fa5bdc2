"""Read one asset: its record, its tags, and every issue that it has or had."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F

from pardot.domain.areas import Area
from pardot.domain.days import today
from pardot.domain.issues import BY_KEY
from pardot.domain.object_types import words_of
from pardot.models import Finding, Tag, TaggedObject
from pardot.selectors.area_health import AreaHealth
from pardot.selectors.assets import shown_records

MOST_FINDINGS = 100


@dataclass(frozen=True)
class PastIssue:
    """An issue of the asset, open or fixed."""

    issue: str
    flag: str
    first_seen: date | None
    """``None``: before findings were recorded."""
    fixed_on: date | None
    days: int | None
    """The days from ``first_seen`` to ``fixed_on``, or to today; ``None`` when ``first_seen`` is unknown."""


@dataclass(frozen=True)
class AssetHistory:
    """One asset with its issues and tags."""

    record: dict[str, Any]
    issues: Sequence[PastIssue]
    tags: Sequence[dict[str, Any]]


def asset_history(health: AreaHealth, asset: int) -> AssetHistory | None:
    """Return the asset with this id; ``None`` when the area has none."""
    records = shown_records(health.audit.model._default_manager.filter(pk=asset), health)
    return AssetHistory(records[0], _issues(health.area, asset), _tags(health.area, asset)) if records else None


def _issues(area: Area, asset: int) -> list[PastIssue]:
    """Return the open issues, then the fixed ones, the latest first."""
    found = Finding.objects.filter(asset_type=area, asset_id=asset, issue__in=BY_KEY)
    return [_past(each) for each in found.order_by(F("fixed_on").desc(nulls_first=True), "-id")[:MOST_FINDINGS]]


def _past(found: Finding) -> PastIssue:
    ended = found.fixed_on or today()
    days = (ended - found.first_seen).days if found.first_seen else None
    return PastIssue(found.issue, BY_KEY[found.issue].flag, found.first_seen, found.fixed_on, days)


def _tags(area: Area, asset: int) -> list[dict[str, Any]]:
    tagged = TaggedObject.objects.filter(object_type__in=words_of(area), object_id=asset)
    found = Tag.objects.filter(pk__in=tagged.values("tag_id")).order_by("name", "id")
    return [{"id": tag.pk, "name": tag.name} for tag in found.only("id", "name")]
