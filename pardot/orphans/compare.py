"""Find orphans: assets in a deleted campaign, and people whom only Pardot or only Salesforce has.

SQL compares prospects with the staged leads and contacts (``pardot/orphans/people.py``), and inserts the orphans into
``OrphanRecord``. A prospect's lead or contact is found by the first 15 characters of the id in the prospect. The
prospect of a lead or contact is found by the email address. Prospects in Pardot's recycle bin are left out.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection, transaction

from pardot.audits.asset_audit import CAMPAIGN_KNOWN, NO_CAMPAIGN
from pardot.audits.prospects import LINKED
from pardot.domain.prospect_sql import VALID_ID
from pardot.models import CustomRedirect, Form, LandingPage, ListEmail, OrphanRecord, OrphanRun
from pardot.orphans.people import CONTACTS, LEADS, PEOPLE, PersonObject
from sf.ingest.lease import fence
from sf.ingest.load import Stage

RECORDS_A_KIND = 1_000
"""The largest number of orphans of each kind that are stored with details. Counts are exact."""
RUNS_KEPT = 100

Kind = OrphanRecord.Kind


def _quote_table(stage: Stage) -> str:
    return f'"{stage.target.table}{stage.target.staging_suffix}"'


_PEOPLE_KNOWN = " UNION ALL ".join(
    f"SELECT left(id, 15) AS crm_id FROM {_quote_table(person.linked)}"  # noqa: S608 - our own tables
    for person in PEOPLE
)

# Suspects have ids of leads or contacts, but none of these ids is staged (``PersonObject.linked``).
_SUSPECTS = f"""
    CREATE UNLOGGED TABLE pardot_orphan_suspect AS
    WITH named AS (
        SELECT DISTINCT p.id AS prospect_id, left(v.id, 15) AS crm_id
        FROM pardot_prospect p
        CROSS JOIN LATERAL (
            VALUES (p.salesforce_id), (p.salesforce_lead_id), (p.salesforce_contact_id)
        ) AS v (id)
        WHERE p.is_deleted IS NOT TRUE AND v.id ~ '{VALID_ID}'
    ), known AS (
        SELECT named.prospect_id FROM named JOIN ({_PEOPLE_KNOWN}) people ON people.crm_id = named.crm_id
    )
    SELECT prospect_id, crm_id FROM named
    WHERE NOT EXISTS (SELECT 1 FROM known WHERE known.prospect_id = named.prospect_id)
"""  # noqa: S608 - our own tables

_BECOMES = " UNION ALL ".join(
    f"SELECT left(id, 15) AS crm_id, left({column}, 15) AS becomes FROM {_quote_table(person.by_id)} "  # noqa: S608 - our own tables
    f"WHERE is_deleted = 'true' AND {column} IS NOT NULL"
    for person in PEOPLE
    for column in person.by_id_paths
    if column.startswith("becomes_")
)
_WITH_FOLLOWED = f"""
    WITH RECURSIVE followed AS (
        SELECT prospect_id, crm_id FROM pardot_orphan_suspect
        UNION SELECT f.prospect_id, n.becomes FROM followed f JOIN ({_BECOMES}) n ON n.crm_id = f.crm_id
    )
"""  # noqa: S608 - our own tables
"""The ids of the suspects' leads and contacts, and of their successors after a merge or conversion."""

_STORE_IDS = f"""
    {_WITH_FOLLOWED}
    INSERT INTO pardot_orphan_to_ask (round, crm_id)
    SELECT DISTINCT %s, f.crm_id FROM followed f
    WHERE NOT EXISTS (SELECT 1 FROM pardot_orphan_to_ask known WHERE known.crm_id = f.crm_id)
      AND NOT EXISTS (SELECT 1 FROM ({_PEOPLE_KNOWN}) people WHERE people.crm_id = f.crm_id)
"""  # noqa: S608 - our own tables

_READ_AND_LIVING = " UNION ALL ".join(
    f"SELECT left(id, 15) AS crm_id FROM {_quote_table(person.by_id)} WHERE is_deleted = 'false'"  # noqa: S608 - our own tables
    for person in PEOPLE
)

_GONE = f"""
    {_WITH_FOLLOWED}, living AS (
        SELECT f.prospect_id FROM followed f
        JOIN ({_PEOPLE_KNOWN} UNION ALL {_READ_AND_LIVING}) people ON people.crm_id = f.crm_id
    )
    SELECT p.id::text AS record_id, '' AS name, string_agg(s.crm_id, ', ' ORDER BY s.crm_id) AS missing,
           row_number() OVER (ORDER BY p.score DESC NULLS LAST, p.id) AS place
    FROM pardot_orphan_suspect s JOIN pardot_prospect p ON p.id = s.prospect_id
    WHERE NOT EXISTS (SELECT 1 FROM living WHERE living.prospect_id = s.prospect_id)
    GROUP BY p.id
"""  # noqa: S608 - our own tables

_UNLINKED = f"""
    SELECT p.id::text AS record_id, '' AS name, '' AS missing,
           row_number() OVER (ORDER BY p.score DESC NULLS LAST, p.id) AS place
    FROM pardot_prospect p WHERE p.is_deleted IS NOT TRUE AND NOT {LINKED}
"""  # noqa: S608 - our own condition


def _build_assets_query(table: str) -> str:
    return f"""
        SELECT a.id::text AS record_id, coalesce(a.name, '') AS name, a.campaign_id::text AS missing,
               row_number() OVER (ORDER BY a.id) AS place
        FROM {table} a WHERE NOT ({NO_CAMPAIGN}) AND NOT {CAMPAIGN_KNOWN}
    """  # noqa: S608 - our own tables and conditions


def _without_prospect(person: PersonObject) -> str:
    return f"""
        SELECT k.id AS record_id, '' AS name, coalesce(k.email, '') AS missing,
               row_number() OVER (ORDER BY k.id) AS place
        FROM {_quote_table(person.linked)} k
        WHERE NOT EXISTS (
            SELECT 1 FROM pardot_prospect p WHERE lower(p.email) = lower(k.email) AND p.is_deleted IS NOT TRUE
        )
    """  # noqa: S608 - our own tables


_QUERIES: dict[str, str] = {
    Kind.FORM: _build_assets_query(Form._meta.db_table),
    Kind.LANDING_PAGE: _build_assets_query(LandingPage._meta.db_table),
    Kind.LIST_EMAIL: _build_assets_query(ListEmail._meta.db_table),
    Kind.CUSTOM_REDIRECT: _build_assets_query(CustomRedirect._meta.db_table),
    Kind.PROSPECT_CRM_GONE: _GONE,
    Kind.PROSPECT_UNLINKED: _UNLINKED,
    Kind.LEAD_WITHOUT_PROSPECT: _without_prospect(LEADS),
    Kind.CONTACT_WITHOUT_PROSPECT: _without_prospect(CONTACTS),
}

_KEEP = """
    WITH found AS ({query}), kept AS (
        INSERT INTO pardot_orphanrecord (run_id, kind, record_id, name, missing)
        SELECT %s, %s, record_id, name, missing FROM found WHERE place <= %s ORDER BY place
    )
    SELECT count(*) FROM found
"""


def find_suspects() -> None:
    """Store the suspects: prospects with ids of leads or contacts, none of which is staged.

    The next step reads the leads and contacts with these ids from Salesforce, in rounds. The tables are not
    temporary, because behind a pooler the next transaction may use another session.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        forget_suspects()
        cursor.execute("CREATE UNLOGGED TABLE pardot_orphan_to_ask (round integer, crm_id text PRIMARY KEY)")
        cursor.execute(_SUSPECTS)
        cursor.execute("ANALYZE pardot_orphan_suspect")


def forget_suspects() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        fence()
        cursor.execute("DROP TABLE IF EXISTS pardot_orphan_suspect, pardot_orphan_to_ask")


def store_ids_to_read(round_number: int) -> int:
    """Store the ids that a round must read, and return their number.

    The first round reads the ids in the suspects. Each later round reads the ids of records into which deleted records
    of earlier rounds were merged or converted.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STORE_IDS, [round_number])
        return int(cursor.rowcount)


def load_ids_to_read(person: PersonObject, round_number: int, *, at_most: int) -> Sequence[str]:
    """Return the ids of this object that the round must read, but no more than ``at_most``."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT crm_id FROM pardot_orphan_to_ask WHERE round = %s AND left(crm_id, 3) = %s ORDER BY 1 LIMIT %s",
            [round_number, person.prefix, at_most],
        )
        return [crm_id for (crm_id,) in cursor.fetchall()]


def store_orphans() -> OrphanRun:
    """Find and store orphans of all kinds in one transaction.

    The counts of the last ``RUNS_KEPT`` runs are kept.
    """
    with transaction.atomic():
        fence()
        run = OrphanRun.objects.create()
        for kind, query in _QUERIES.items():
            setattr(run, kind, _keep(run, kind, query))
        run.save()
        OrphanRecord.objects.exclude(run=run).delete()
        OrphanRun.objects.exclude(pk__in=list(OrphanRun.objects.values_list("pk", flat=True)[:RUNS_KEPT])).delete()
    run.refresh_from_db()
    return run


def _keep(run: OrphanRun, kind: str, query: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_KEEP.format(query=query), [run.pk, kind, RECORDS_A_KIND])
        return int(cursor.fetchone()[0])
