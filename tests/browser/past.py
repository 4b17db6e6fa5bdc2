"""Add earlier days to a surveyed site for the length of a test, and set ``camp_dates``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import psycopg

from pardot.domain.days import get_today
from tests.browser.components import run_module
from tests.browser.sites import Site
from tests.browser.visit import Visit

EARLIER = """
INSERT INTO pardot_dailysnapshot
SELECT (jsonb_populate_record(NULL::pardot_dailysnapshot, to_jsonb(latest) || jsonb_build_object(
    'id', nextval(pg_get_serial_sequence('pardot_dailysnapshot', 'id')), 'day', latest.day - ago,
    'health_score', latest.health_score - ago / %(slowness)s))).*
FROM (SELECT * FROM pardot_dailysnapshot ORDER BY day DESC LIMIT 1) latest, generate_series(1, %(days)s) ago
"""
_NO_EARLIER = "DELETE FROM pardot_dailysnapshot WHERE day < (SELECT max(day) FROM pardot_dailysnapshot)"
# On each of the seven days before the latest, two fewer forms had no campaign and one more list had no name.
# All other findings are a month old.
_BEFORE = (
    "UPDATE pardot_finding SET first_seen = first_seen - 30",
    """
    UPDATE pardot_finding SET first_seen = first_seen + 30 WHERE id IN (
        SELECT id FROM pardot_finding WHERE issue = 'forms_no_campaign' ORDER BY asset_id LIMIT 2)
    """,
    """
    INSERT INTO pardot_finding (asset_type, asset_id, issue, first_seen, fixed_on)
    SELECT 'lists', min(id), 'lists_unnamed', current_date - 30, (SELECT max(day) FROM pardot_dailysnapshot)
    FROM pardot_list WHERE name <> ''
    """,
    """
    INSERT INTO pardot_dailysnapshot
    SELECT (jsonb_populate_record(NULL::pardot_dailysnapshot, to_jsonb(latest) || jsonb_build_object(
        'id', nextval(pg_get_serial_sequence('pardot_dailysnapshot', 'id')), 'day', latest.day - ago,
        'issue_counts', issue_counts || jsonb_build_object(
            'forms_no_campaign', (issue_counts ->> 'forms_no_campaign')::int - 2,
            'lists_unnamed', (issue_counts ->> 'lists_unnamed')::int + 1)))).*
    FROM (SELECT * FROM pardot_dailysnapshot ORDER BY day DESC LIMIT 1) latest, generate_series(1, 7) ago
    """,
)
_AFTER = (
    _NO_EARLIER,
    "DELETE FROM pardot_finding WHERE fixed_on IS NOT NULL",
    "UPDATE pardot_finding SET first_seen = (SELECT max(day) FROM pardot_dailysnapshot)",
)


@contextmanager
def earlier_days(site: Site, days: int, *, slowness: int = 1) -> Iterator[psycopg.Connection]:
    """Add this many days before the latest recorded day.

    The score rises by one point every ``slowness`` days.
    """
    with psycopg.connect(site.database, autocommit=True) as connection:
        try:
            connection.execute(EARLIER, {"days": days, "slowness": slowness})
            yield connection
        finally:
            connection.execute(_NO_EARLIER)


@contextmanager
def worse_and_better(site: Site) -> Iterator[None]:
    """Change the past: today two more forms have no campaign than yesterday, and one fewer list has no name."""
    with psycopg.connect(site.database, autocommit=True) as connection:
        try:
            for statement in _BEFORE:
                connection.execute(statement)
            yield
        finally:
            for statement in _AFTER:
                connection.execute(statement)


def plan_camp(visit: Visit) -> None:
    """Set ``camp_dates``, the first and last day of camp: 20 days ago, and in 20 days."""
    start, end = (get_today() + timedelta(days=days) for days in (-20, 20))
    visit.go("/pardot/admin-settings/")
    value = f'{{ value: {{ start: "{start}", end: "{end}" }} }}'
    run_module(visit, "core/api", f"await m.api.put('admin/config/camp_dates', {value});")
