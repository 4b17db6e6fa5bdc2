"""Which counts exemptions take off, on the day on which somebody asks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db.models import Count, Q, QuerySet

from pardot.areas import Area
from pardot.audits.run import ASSET_AUDITS
from pardot.issues import BY_KEY, ISSUES
from pardot.models import Exemption


def exemptions_in_force(day: date) -> QuerySet[Exemption]:
    """Those that hold on ``day``: an end date is the last day."""
    return Exemption.objects.filter(Q(until=None) | Q(until__gte=day))


def exempt_assets(day: date) -> Mapping[str, frozenset[int]]:
    """Issue key → the ids of the assets that it does not count on ``day``, whether or not they have it; one query."""
    found: dict[str, set[int]] = {}
    for issue, asset in exemptions_in_force(day).values_list("issue", "asset_id"):
        if issue in BY_KEY:
            found.setdefault(issue, set()).add(asset)
    return {issue: frozenset(assets) for issue, assets in found.items()}


def exempt_counts(day: date, assets: Mapping[str, frozenset[int]] | None = None) -> Mapping[str, int]:
    """Issue key → how many of the assets that have it are exempt on ``day``; a query for each area with exemptions.

    ``assets``: those of ``exempt_assets``, when somebody has asked for them already.
    """
    wanted: dict[Area, dict[str, frozenset[int]]] = {}
    for key, ids in (exempt_assets(day) if assets is None else assets).items():
        wanted.setdefault(BY_KEY[key].area, {})[key] = ids
    counted: dict[str, int] = {}
    for audit in ASSET_AUDITS:
        if audit.area in wanted:
            having = {
                key: Count("pk", filter=Q(pk__in=ids, flags__contains=[BY_KEY[key].flag]))
                for key, ids in wanted[audit.area].items()
            }
            counted |= audit.model._default_manager.aggregate(**having)
    return {issue.key: counted.get(issue.key, 0) for issue in ISSUES}
