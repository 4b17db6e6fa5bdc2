"""Fill the columns of Pardot's campaigns that contain dates from Salesforce."""

from __future__ import annotations

from django.db import connection

from pardot.models import Campaign
from sf.ingest.lock import lock_table_for_write

# Pardot may store a Salesforce id in its form of 15 characters.
_FILL = """
    UPDATE pardot_campaign c
    SET sf_created_at = f.created_date, sf_modified_at = f.last_modified_date,
        start_date = f.start_date, end_date = f.end_date
    FROM (
        SELECT p.id, s.created_date, s.last_modified_date, s.start_date, s.end_date
        FROM pardot_campaign p
        LEFT JOIN pardot_salesforcecampaign s ON left(s.id, 15) = left(p.salesforce_id, 15) AND NOT s.is_deleted
    ) f
    WHERE f.id = c.id
    AND (c.sf_created_at, c.sf_modified_at, c.start_date, c.end_date)
        IS DISTINCT FROM (f.created_date, f.last_modified_date, f.start_date, f.end_date)
"""


def fill_campaign_dates() -> int:
    """Copy the dates of Salesforce campaigns to the linked Pardot campaigns. Return how many changed.

    Call this in a transaction.
    """
    lock_table_for_write(Campaign._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(_FILL)
        return int(cursor.rowcount)
