"""Read the ledger of findings, which records when assets got and lost their issues."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Min, Q, QuerySet

from pardot.domain.areas import Area
from pardot.models import Finding


def select_findings_that_count(exempt: Mapping[str, frozenset[int]]) -> QuerySet[Finding]:
    """Return open and fixed findings, except those of assets that are exempt from the finding's issue.

    ``exempt``: the ids of exempt assets by issue key, from ``exempt_assets``.
    """
    findings = Finding.objects.order_by()
    for issue, assets in exempt.items():
        findings = findings.exclude(issue=issue, asset_id__in=assets)
    return findings


def load_open_since(area: Area, assets: Iterable[int]) -> dict[int, dict[str, date | None]]:
    """Return, by asset and issue key, the day on which each open finding was first seen; one query."""
    since: dict[int, dict[str, date | None]] = {}
    findings = Finding.objects.filter(asset_type=area, asset_id__in=list(assets), fixed_on=None).order_by("id")
    for asset, issue, first_seen in findings.values_list("asset_id", "issue", "first_seen"):
        since.setdefault(asset, {})[issue] = first_seen
    return since


@dataclass(frozen=True)
class LedgerFigures:
    """The ledger's figures for one issue, with the changes since a day."""

    new: int = 0
    """The number of open findings that were first seen after the day."""
    fixed: int = 0
    """The number of findings that were open on the day, and were fixed after it."""
    oldest: date | None = None
    """The earliest known first day of an open finding; ``None``: no open finding has a known first day."""
    older: int = 0
    """The number of open findings without a known first day: they existed before the ledger began."""


NOTHING = LedgerFigures()


def load_ledger_figures(exempt: Mapping[str, frozenset[int]], since: date) -> dict[str, LedgerFigures]:
    """Return the figures of each issue that has findings, with changes since the day ``since``; one query."""
    is_open = Q(fixed_on=None)
    counted = (
        select_findings_that_count(exempt)
        .values_list("issue")
        .annotate(
            new=Count("id", filter=is_open & Q(first_seen__gt=since)),
            fixed=Count("id", filter=Q(fixed_on__gt=since) & (Q(first_seen=None) | Q(first_seen__lte=since))),
            oldest=Min("first_seen", filter=is_open),
            older=Count("id", filter=is_open & Q(first_seen=None)),
        )
    )
    return {issue: LedgerFigures(*figures) for issue, *figures in counted}
