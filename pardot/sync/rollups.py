"""Update the roll-ups of visitor activities.

The dashboard reads the roll-ups, because a scan of all activities would be too slow. The update is part of the
transaction that merges activities, so readers see roll-ups that match the activities. After an incremental read, only
the days of the activities that were read, or removed because of their age, are counted again. Days are UTC.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.db import connection

from pardot.catalog.complete_reads import note_removed
from pardot.catalog.entities import ACTIVITIES
from pardot.models import AssetActivityDay, AssetKind, VisitorActivity
from sf.ingest.load import Stage

ENGAGEMENT_DAYS = 30
"""The number of days that ``ProspectEngagement`` covers."""

_COLUMN_OF_KIND = {
    AssetKind.CAMPAIGNS: "campaign_id",
    AssetKind.FORMS: "form_id",
    AssetKind.FORM_HANDLERS: "form_handler_id",
    AssetKind.LANDING_PAGES: "landing_page_id",
    AssetKind.CUSTOM_REDIRECTS: "custom_redirect_id",
    AssetKind.EMAILS: "email_id",
    AssetKind.LIST_EMAILS: "list_email_id",
}

# An activity counts once for each asset that it names.
_COUNT_DAYS = f"""
    INSERT INTO pardot_assetactivityday (day, asset_kind, asset_id, type, count)
    SELECT (a.created_at AT TIME ZONE 'UTC')::date, named.kind, named.id, a.type, count(*)
    FROM pardot_visitoractivity a
    CROSS JOIN LATERAL (
        VALUES {", ".join(f"('{kind.value}', a.{column})" for kind, column in _COLUMN_OF_KIND.items())}
    ) AS named (kind, id)
    WHERE named.id IS NOT NULL AND a.type IS NOT NULL AND a.created_at >= %s AND a.created_at < %s
    GROUP BY 1, 2, 3, 4
"""  # noqa: S608 - names of our own columns

# Rows that do not change are not written.
_COUNT_PROSPECTS = """
    WITH counted AS (
        SELECT prospect_id, count(*) AS activity_count, max(created_at) AS last_activity
        FROM pardot_visitoractivity
        WHERE prospect_id IS NOT NULL AND created_at > %s AND created_at <= %s
        GROUP BY prospect_id
    ), gone AS (
        DELETE FROM pardot_prospectengagement e
        WHERE NOT EXISTS (SELECT 1 FROM counted c WHERE c.prospect_id = e.prospect_id)
    )
    INSERT INTO pardot_prospectengagement AS e (prospect_id, activity_count, last_activity)
    SELECT prospect_id, activity_count, last_activity FROM counted
    ON CONFLICT (prospect_id) DO UPDATE
    SET activity_count = excluded.activity_count, last_activity = excluded.last_activity
    WHERE (e.activity_count, e.last_activity) IS DISTINCT FROM (excluded.activity_count, excluded.last_activity)
"""


def update_rollups(stage: Stage, began: datetime, *, since: datetime | None) -> None:
    """Update the roll-ups after a merge of activities; call this in the merge's transaction.

    ``began`` is the start of the read. Activities that are older than the retention period at ``began`` are removed.

    ``since`` is the earliest time that a full read covers: all days from ``since`` on are recounted. Without ``since``,
    only the days of the staged activities are recounted.
    """
    forget_before(began - timedelta(days=settings.PARDOT_ACTIVITY_RETENTION_DAYS))
    if since is not None:
        count_days(since.astimezone(UTC).date(), None)
    else:
        for first, last in _join_days(_load_staged_days(stage)):
            count_days(first, last)
    count_prospects(until=began)


def count_days(first: date, last: date | None) -> None:
    """Recount the days from ``first`` to ``last``; without ``last``, up to the latest day."""
    days = AssetActivityDay.objects.filter(day__gte=first)
    if last is not None:
        days = days.filter(day__lte=last)
    days.delete()
    upper = _compute_midnight(last + timedelta(days=1)) if last else datetime.max.replace(tzinfo=UTC)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_DAYS, [_compute_midnight(first), upper])


def count_prospects(*, until: datetime) -> None:
    """Recount each prospect's activities in the ``ENGAGEMENT_DAYS`` before ``until``."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_PROSPECTS, [until - timedelta(days=ENGAGEMENT_DAYS), until])


def forget_before(moment: datetime) -> int:
    """Remove the activities before ``moment`` and their daily counts, and record the removal.

    Return the number of removed activities.
    """
    oldest = moment.astimezone(UTC).date()
    AssetActivityDay.objects.filter(day__lt=oldest).delete()
    removed = VisitorActivity.objects.filter(created_at__lt=moment).delete()[0]
    if removed:
        count_days(oldest, oldest)
    note_removed(ACTIVITIES.name, before=moment)
    return removed


def _load_staged_days(stage: Stage) -> list[date]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT (s.created_at::timestamptz AT TIME ZONE 'UTC')::date "  # noqa: S608
            f"FROM {connection.ops.quote_name(stage.target.table + stage.target.staging_suffix)} s ORDER BY 1"
        )
        return [day for (day,) in cursor.fetchall() if day is not None]


def _join_days(days: list[date]) -> list[tuple[date, date]]:
    """Join consecutive days into spans."""
    spans: list[tuple[date, date]] = []
    for day in days:
        if spans and day - spans[-1][1] <= timedelta(days=1):
            spans[-1] = (spans[-1][0], day)
        else:
            spans.append((day, day))
    return spans


def _compute_midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
