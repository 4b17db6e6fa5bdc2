"""Create, find and delete exemptions, and find the assets that are exempt on a given day."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from pardot.audits.asset_audit import AssetAudit
from pardot.audits.run import ASSET_AUDITS, AUDIT_OF
from pardot.catalog.asset_names import UnknownAsset, find_asset_name
from pardot.domain.areas import Area
from pardot.domain.issues import BY_KEY, ISSUES
from pardot.models import Exemption


def select_exemptions_in_force(day: date) -> QuerySet[Exemption]:
    """Return the exemptions that apply on ``day``. An exemption still applies on its end date."""
    return Exemption.objects.filter(Q(until=None) | Q(until__gte=day))


def filter_exemptions(*, asset_type: Area | None, issue: str | None, in_force: bool | None) -> QuerySet[Exemption]:
    """Return the matching exemptions, newest first. A parameter that is ``None`` does not filter."""
    exemptions = Exemption.objects.order_by("-created_at", "-id")
    if asset_type is not None:
        exemptions = exemptions.filter(asset_type=asset_type)
    if issue is not None:
        exemptions = exemptions.filter(issue=issue)
    if in_force is not None:
        day = timezone.localdate()
        exemptions = exemptions.exclude(until__lt=day) if in_force else exemptions.filter(until__lt=day)
    return exemptions


class BadExemption(ValueError):
    """The exemption is invalid. ``field`` says where, the message says why."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def add_exemption(
    *, asset_type: Area, asset_id: int, issue: str, reason: str, until: date | None, created_by: str
) -> Exemption:
    """Exempt an asset from an issue. An exemption that has ended is replaced. Raises ``BadExemption``."""
    check_exemption(asset_type=asset_type, asset_id=asset_id, issue=issue, until=until)
    with transaction.atomic():
        key = {"asset_type": asset_type, "asset_id": asset_id, "issue": issue}
        Exemption.objects.filter(**key, until__lt=timezone.localdate()).delete()
        values = {"reason": reason, "until": until, "created_by": created_by}
        exemption, is_new = Exemption.objects.get_or_create(**key, defaults=values)
    if not is_new:
        raise BadExemption("issue", f"This asset is exempt from {issue} already, {_format_terms(exemption)}")
    return exemption


def add_exemptions(
    *, asset_type: Area, asset_ids: Collection[int], issue: str, reason: str, until: date | None, created_by: str
) -> list[int]:
    """Exempt the given assets that have the issue and are not exempt yet.

    Return the ids of the new exemptions.

    Exemptions that have ended are replaced. Raises ``BadExemption`` for invalid terms, and when there is nothing to
    exempt. An error changes nothing.
    """
    check_terms(asset_type=asset_type, issue=issue, until=until)
    statement = _INSERT.format(table=AUDIT_OF[asset_type].model._meta.db_table)
    with transaction.atomic(), connection.cursor() as cursor:
        ended = Exemption.objects.filter(asset_type=asset_type, issue=issue, until__lt=timezone.localdate())
        ended.filter(asset_id__in=asset_ids).delete()
        flag = BY_KEY[issue].flag
        cursor.execute(statement, [asset_type, issue, reason, until, created_by, list(asset_ids), flag])
        new_ids = [pk for (pk,) in cursor.fetchall()]
        if not new_ids:
            raise BadExemption("issue", f"None of these assets has {issue}, or all that have it are exempt already")
    return new_ids


_INSERT = """
    INSERT INTO pardot_exemption (asset_type, asset_id, issue, reason, until, created_by)
    SELECT %s, id, %s, %s, %s, %s FROM {table} WHERE id = ANY(%s) AND flags @> ARRAY[%s]::text[] ORDER BY id
    ON CONFLICT DO NOTHING RETURNING id
"""


def remove_exemptions(ids: Collection[int]) -> int:
    """Delete these exemptions, so that their assets count again. Return how many were deleted."""
    return Exemption.objects.filter(pk__in=ids).delete()[0]


def check_exemption(*, asset_type: Area, asset_id: int, issue: str, until: date | None) -> None:
    """Raise ``BadExemption`` when the asset, the issue or the end date is not valid."""
    check_terms(asset_type=asset_type, issue=issue, until=until)
    try:
        find_asset_name(asset_type, asset_id)
    except UnknownAsset as error:
        raise BadExemption("asset_id", str(error)) from error


def check_terms(*, asset_type: Area, issue: str, until: date | None) -> None:
    """Check the conditions that do not depend on the asset."""
    if issue not in BY_KEY:
        raise BadExemption("issue", f"There is no issue {issue}. Known: {', '.join(BY_KEY)}")
    declared = BY_KEY[issue]
    if declared.area != asset_type:
        of_type = ", ".join(other.key for other in ISSUES if other.area == asset_type)
        raise BadExemption(
            "issue", f"{issue} is an issue of {declared.area}, not of {asset_type}. Issues of {asset_type}: {of_type}"
        )
    if declared.is_percentage:
        raise BadExemption(
            "issue", f"{issue} is a percentage of all prospects: a single prospect cannot be exempt from it"
        )
    if until is not None and until < timezone.localdate():
        raise BadExemption("until", f"{until} is in the past: the exemption would never be in force")


def _format_terms(exemption: Exemption) -> str:
    by = f", created by {exemption.created_by}" if exemption.created_by else ""
    return f"{f'until {exemption.until}' if exemption.until else 'without an end date'}{by}: {exemption.reason}"


# -- exempt assets -----------------------------------------------------------------------------------------------------


def exempt_assets(day: date) -> Mapping[str, frozenset[int]]:
    """Return, by issue key, the ids of the assets that are exempt on ``day``; one query.

    The ids include assets that do not have the issue now.
    """
    assets_by_issue: dict[str, set[int]] = {}
    for issue, asset in select_exemptions_in_force(day).values_list("issue", "asset_id"):
        if issue in BY_KEY:
            assets_by_issue.setdefault(issue, set()).add(asset)
    return {issue: frozenset(assets) for issue, assets in assets_by_issue.items()}


def count_exempt_assets(day: date) -> Mapping[str, int]:
    """Return, by issue key, how many assets that have the issue are exempt on ``day``; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_EXEMPT, {"day": day})
        counted = dict(cursor.fetchall())
    return {issue.key: counted.get(issue.key, 0) for issue in ISSUES}


def subtract_exempt(count: int | None, exempt: int) -> int | None:
    """Subtract the exempt assets, but never go below zero.

    An audit may end between the queries for the two numbers.
    """
    return None if count is None else max(0, count - exempt)


def _build_exempt_query(audit: AssetAudit) -> str:
    """Return SQL for the number of exempt assets of one area that have the issue's flag, by issue."""
    flags = " ".join(f"WHEN '{issue.key}' THEN '{issue.flag}'" for issue in ISSUES if issue.area is audit.area)
    return f"""
        SELECT e.issue, count(*) FROM pardot_exemption e JOIN {audit.model._meta.db_table} a ON a.id = e.asset_id
        WHERE e.asset_type = '{audit.area.value}' AND (e.until IS NULL OR e.until >= %(day)s)
          AND CASE e.issue {flags} END = ANY (a.flags)
        GROUP BY e.issue
    """  # noqa: S608 - names of our own declarations


_EXEMPT = " UNION ALL ".join(_build_exempt_query(audit) for audit in ASSET_AUDITS)
