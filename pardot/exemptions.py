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


def exempt_counts(day: date) -> Mapping[str, int]:
    """Issue key → how many of the assets that have it are exempt on ``day``; a query for each area with exemptions."""
    wanted: dict[Area, dict[str, list[int]]] = {}
    for issue, asset in exemptions_in_force(day).values_list("issue", "asset_id"):
        if issue in BY_KEY:
            wanted.setdefault(BY_KEY[issue].area, {}).setdefault(BY_KEY[issue].key, []).append(asset)
    counted: dict[str, int] = {}
    for audit in ASSET_AUDITS:
        if audit.area in wanted:
            having = {
                key: Count("pk", filter=Q(pk__in=assets, flags__contains=[BY_KEY[key].flag]))
                for key, assets in wanted[audit.area].items()
            }
            counted |= audit.model._default_manager.aggregate(**having)
    return {issue.key: counted.get(issue.key, 0) for issue in ISSUES}
