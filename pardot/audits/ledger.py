"""Keep the ledger of findings: when each issue of an asset was first seen, and when it was fixed.

An audit skips an issue when the needed data is incomplete or too old. The issue's findings then stay unchanged.
Findings of assets that no longer exist are closed. Percentage issues (of prospects) have no findings.

Unchanged findings are not written. ``AuditSummary.audited_at`` tells when an area's open findings were last seen,
unless their issue was skipped.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db import connection

from pardot.audits.asset_audit import AssetAudit
from pardot.audits.inputs import AuditInputs
from pardot.domain.days import get_today
from pardot.domain.issues import ISSUES
from pardot.models import Finding

KEPT_FOR = timedelta(days=400)
"""The time for which fixed findings are kept."""


def record_findings(audit: AssetAudit, inputs: AuditInputs, counts_before: Mapping[str, int | None]) -> None:
    """Open, close and reopen the findings of one area according to its assets' flags, in one statement.

    ``counts_before`` are the counts of the area's previous audit. An issue that occurred in that audit, but has no
    findings yet, is older than the ledger. New findings of such an issue get no ``first_seen``.
    """
    issues = [issue for issue in ISSUES if issue.area is audit.area and not issue.is_percentage]
    audited = audit.select_flags_with_data(inputs)
    parameters: dict[str, Any] = {
        "area": audit.area.value,
        "day": get_today(inputs.now),
        "flags": [issue.flag for issue in issues],
        "issues": [issue.key for issue in issues],
        "audited": [issue.key for issue in issues if issue.flag in audited],
        "older": [issue.key for issue in issues if counts_before.get(issue.flag)],
    }
    with connection.cursor() as cursor:
        cursor.execute(_RECORD.format(assets=audit.model._meta.db_table), parameters)


def forget_old_findings(day: date) -> None:
    """Delete the findings that were fixed more than ``KEPT_FOR`` ago."""
    Finding.objects.filter(fixed_on__lt=day - KEPT_FOR).delete()


# A finding that was closed earlier on the same day is reopened: changing a setting and changing it back must not make
# the finding new. After the clock was set back, or ``TIME_ZONE`` was changed, findings may have been closed on a later
# day. Of several such findings only the newest is reopened, because an asset has at most one open finding of an issue.
_RECORD = """
    WITH seen AS MATERIALIZED (
        SELECT a.id AS asset_id, declared.issue
        FROM {assets} a CROSS JOIN unnest(a.flags) AS found(flag)
        JOIN unnest(%(flags)s::text[], %(issues)s::text[]) AS declared(flag, issue) ON declared.flag = found.flag
    ), recorded AS MATERIALIZED (
        SELECT DISTINCT issue FROM pardot_finding WHERE asset_type = %(area)s
    ), closed AS (
        UPDATE pardot_finding SET fixed_on = %(day)s WHERE id IN (
            SELECT f.id FROM pardot_finding f
            LEFT JOIN seen ON seen.asset_id = f.asset_id AND seen.issue = f.issue
            LEFT JOIN {assets} a ON a.id = f.asset_id
            WHERE f.asset_type = %(area)s AND f.fixed_on IS NULL
              AND (a.id IS NULL OR (seen.asset_id IS NULL AND f.issue = ANY(%(audited)s)))
        )
    ), reopened AS (
        UPDATE pardot_finding SET fixed_on = NULL WHERE id IN (
            SELECT max(f.id) FROM pardot_finding f
            JOIN seen ON seen.asset_id = f.asset_id AND seen.issue = f.issue
            LEFT JOIN pardot_finding other ON other.asset_type = f.asset_type AND other.asset_id = f.asset_id
                                          AND other.issue = f.issue AND other.fixed_on IS NULL
            WHERE f.asset_type = %(area)s AND f.fixed_on >= %(day)s AND other.id IS NULL
            GROUP BY f.asset_id, f.issue
        )
    )
    INSERT INTO pardot_finding (asset_type, asset_id, issue, first_seen)
    SELECT %(area)s, seen.asset_id, seen.issue,
           CASE WHEN seen.issue <> ALL(%(older)s) OR seen.issue IN (SELECT issue FROM recorded) THEN %(day)s::date END
    FROM seen
    LEFT JOIN pardot_finding f ON f.asset_type = %(area)s AND f.asset_id = seen.asset_id AND f.issue = seen.issue
                              AND (f.fixed_on IS NULL OR f.fixed_on >= %(day)s)
    WHERE f.id IS NULL
"""
