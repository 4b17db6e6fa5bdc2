"""Read the ledger of findings: since when assets have their issues. Exempt assets never count, as in the score."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from django.db.models import QuerySet

from pardot.domain.areas import Area
from pardot.models import Finding


def findings_that_count(exempt: Mapping[str, frozenset[int]]) -> QuerySet[Finding]:
    """Return open and fixed findings, without those of assets that are exempt from the issue.

    ``exempt`` are the ids of exempt assets by issue key (``exempt_assets``).
    """
    found = Finding.objects.order_by()
    for issue, assets in exempt.items():
        found = found.exclude(issue=issue, asset_id__in=assets)
    return found


def open_since(area: Area, assets: Iterable[int]) -> dict[int, dict[str, date | None]]:
    """Return, by asset and issue key, the day on which each open finding was first seen; one query."""
    since: dict[int, dict[str, date | None]] = {}
    found = Finding.objects.filter(asset_type=area, asset_id__in=list(assets), fixed_on=None).order_by("id")
    for asset, issue, first_seen in found.values_list("asset_id", "issue", "first_seen"):
        since.setdefault(asset, {})[issue] = first_seen
    return since
