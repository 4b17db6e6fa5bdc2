"""Read the latest audit of an area, without exempt assets and without outdated activity data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.utils import timezone

from pardot.audits.asset_audit import AssetAudit
from pardot.audits.run import AUDIT_OF
from pardot.domain.areas import Area
from pardot.domain.days import get_today
from pardot.domain.issues import BY_KEY, Issue, issue_of_flag
from pardot.models import AuditSummary
from pardot.scoring.exemptions import count_exempt_assets, exempt_assets, subtract_exempt
from pardot.scoring.scorecard import activity_is_old, get_flag_count


@dataclass(frozen=True)
class AreaHealth:
    """The health of one area of assets."""

    audit: AssetAudit
    audited_at: datetime | None
    items: int | None
    """The number of assets; ``None``: the area was never read completely."""
    counts: Mapping[str, int | None]
    """The number of assets with each flag, without exempt ones; ``None``: no data."""
    exempt: Mapping[str, int]
    """The number of exempt assets with each flag; 0 without data."""
    exempt_assets: Mapping[str, frozenset[int]]
    """The ids of exempt assets by flag, whether or not the asset has the flag.
    Flags without exemptions are absent."""
    activity_until: datetime | None
    has_activities: bool
    figures: Mapping[str, Any]

    @property
    def area(self) -> Area:
        return self.audit.area

    @cached_property
    def known_flags(self) -> frozenset[str]:
        """Return the flags with data."""
        return frozenset(flag for flag, count in self.counts.items() if count is not None)

    @cached_property
    def unknown_columns(self) -> frozenset[str]:
        """Return the columns whose activity data is missing or too old.

        These columns may still contain outdated values of the latest audit.
        """
        if self.has_activities:
            return frozenset()
        return frozenset(figure.column for figure in self.audit.figures if figure.needs_activity)

    def flags_of(self, flags: Sequence[str]) -> list[str]:
        """Return the given flags that have data."""
        return [flag for flag in flags if flag in self.known_flags]

    def select_exempt_flags(self, asset: int, flags: Sequence[str]) -> list[str]:
        """Return the given flags that have data and from which the asset is exempt."""
        return [flag for flag in self.flags_of(flags) if asset in self.exempt_assets.get(flag, ())]

    def issue(self, flag: str) -> Issue | None:
        """Return the issue that counts ``flag``; ``None`` for flags that only inform."""
        return issue_of_flag(self.area, flag)


def load_area_health(*areas: Area, now: datetime | None = None) -> dict[Area, AreaHealth]:
    """Return the health of these areas (default: all areas of assets); three queries."""
    now = now or timezone.now()
    chosen = areas or tuple(AUDIT_OF)
    summaries = AuditSummary.objects.in_bulk(chosen)
    exempt = exempt_assets(get_today(now))
    of_areas = {key: ids for key, ids in exempt.items() if BY_KEY[key].area in chosen}
    counts = count_exempt_assets(get_today(now))
    return {area: _build_area_health(AUDIT_OF[area], summaries.get(area), of_areas, counts, now) for area in chosen}


def _build_area_health(
    audit: AssetAudit,
    summary: AuditSummary | None,
    exempt: Mapping[str, frozenset[int]],
    exempt_now: Mapping[str, int],
    now: datetime,
) -> AreaHealth:
    issues = {flag.name: issue_of_flag(audit.area, flag.name) for flag in audit.flags}
    counts = {flag: get_flag_count(summary, flag, now) for flag in issues}
    exempt_by_flag = {
        flag: exempt_now[issue.key] if issue is not None and counts[flag] is not None else 0
        for flag, issue in issues.items()
    }
    complete = summary is not None and summary.is_complete
    return AreaHealth(
        audit=audit,
        audited_at=summary.audited_at if summary else None,
        items=summary.items if summary is not None and complete else None,
        counts={flag: subtract_exempt(count, exempt_by_flag[flag]) for flag, count in counts.items()},
        exempt=exempt_by_flag,
        exempt_assets={flag: exempt[issue.key] for flag, issue in issues.items() if issue and issue.key in exempt},
        activity_until=summary.activity_until if summary else None,
        has_activities=summary is not None and not activity_is_old(summary, now),
        figures=summary.figures if summary is not None and complete else {},
    )
