"""Which counts exemptions take off, on the day on which somebody asks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db import connection
from django.db.models import Q, QuerySet

from pardot.audits.asset_audit import AssetAudit
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


def exempt_counts(day: date) -> Mapping[str, int]:
    """Issue key → how many of the assets that have it are exempt on ``day``; one query, led by the exemptions."""
    with connection.cursor() as cursor:
        cursor.execute(_EXEMPT, {"day": day})
        counted = dict(cursor.fetchall())
    return {issue.key: counted.get(issue.key, 0) for issue in ISSUES}


def _exempt_in(audit: AssetAudit) -> str:
    """SQL: issue and number of the exempt assets of one area that have the issue's flag."""
    flags = " ".join(f"WHEN '{issue.key}' THEN '{issue.flag}'" for issue in ISSUES if issue.area is audit.area)
    return f"""
        SELECT e.issue, count(*) FROM pardot_exemption e JOIN {audit.model._meta.db_table} a ON a.id = e.asset_id
        WHERE e.asset_type = '{audit.area.value}' AND (e.until IS NULL OR e.until >= %(day)s)
          AND CASE e.issue {flags} END = ANY (a.flags)
        GROUP BY e.issue
    """  # noqa: S608 - names of our own declarations


_EXEMPT = " UNION ALL ".join(_exempt_in(audit) for audit in ASSET_AUDITS)
