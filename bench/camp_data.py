"""Fill the tables with Pardot data of any size, like ``camp_sync --survey``, but by SQL."""

from __future__ import annotations

from dataclasses import dataclass

from bench.world import World


@dataclass(frozen=True)
class CampSize:
    """The amount of data. ``assets`` are of all types together."""

    prospects: int
    activities: int
    assets: int

    def part(self, divisor: int) -> CampSize:
        return CampSize(self.prospects // divisor, self.activities // divisor, self.assets // divisor)


WHOLE = CampSize(prospects=500_000, activities=5_000_000, assets=10_000)

_ASSET = """
    INSERT INTO {table} (id, name, {columns}, created_at, updated_at)
    SELECT n, '{word} ' || n, {values}, now() - interval '3 years' * (n::float / %(each)s),
           now() - interval '2 years' * ((n * 7919 %% %(each)s)::float / %(each)s)
    FROM generate_series(1, %(each)s) n
"""
_CAMPAIGN = "CASE WHEN n %% 11 = 0 THEN NULL WHEN n %% 13 = 0 THEN n + 9000000 ELSE 1 + n * 31 %% %(each)s END"
_SF_ID = "'701Bb' || lpad(n::text, 10, '0') || 'IAA'"

_STATEMENTS = (
    _ASSET.format(
        table="pardot_campaign",
        word="Campaign",
        columns="salesforce_id, folder_id",
        values=f"CASE WHEN n %% 9 = 0 THEN NULL ELSE {_SF_ID} END, n %% 50",
    ),
    _ASSET.format(table="pardot_form", word="Form", columns="campaign_id, folder_id", values=f"{_CAMPAIGN}, n %% 50"),
    _ASSET.format(
        table="pardot_landingpage", word="Page", columns="campaign_id, folder_id", values=f"{_CAMPAIGN}, n %% 50"
    ),
    _ASSET.format(
        table="pardot_listemail",
        word="Email",
        columns="campaign_id, folder_id, subject",
        values=f"{_CAMPAIGN}, n %% 50, CASE WHEN n %% 20 = 0 THEN '' ELSE 'Subject ' || n END",
    ),
    _ASSET.format(
        table="pardot_customredirect", word="Redirect", columns="campaign_id, folder_id", values=f"{_CAMPAIGN}, n %% 50"
    ),
    _ASSET.format(table="pardot_list", word="List", columns="title", values="'List ' || n"),
    _ASSET.format(
        table="pardot_tag",
        word="Area",
        columns="object_count",
        values="n %% 5",
    ),
    (
        "UPDATE pardot_tag SET name = (ARRAY['Region','Topic','Team','Year','x'])[1 + id %% 5] || "
        "(ARRAY[': ','-','_'])[1 + id %% 3] || id"
    ),
    "INSERT INTO pardot_folder (id, name, created_at) SELECT n, 'Folder ' || n, now() FROM generate_series(0, 49) n",
    """
    INSERT INTO pardot_taggedobject (id, tag_id, object_type, object_id, object_name, created_at)
    SELECT n, 1 + n * 17 %% %(each)s, (ARRAY['Form','Campaign','Prospect','List'])[1 + n %% 4], 1 + n %% %(each)s,
           'Object ' || n, now()
    FROM generate_series(1, %(assets)s * 3) n
    """,
    f"""
    INSERT INTO pardot_campaignmembercount (id, members, responded, leads, contacts)
    SELECT {_SF_ID}, n %% 400, n %% 17, n %% 200, n %% 200 FROM generate_series(1, %(each)s) n WHERE n %% 4 > 0
    """,
    """
    INSERT INTO pardot_campaignmember (id, campaign_id, contact_id, status, has_responded, created_date, is_deleted,
                                       system_modstamp)
    SELECT '00vBb' || lpad(n::text, 10, '0') || 'IAA', '701Bb' || lpad((1 + n %% %(each)s)::text, 10, '0') || 'IAA',
           '003Bb' || lpad(n::text, 10, '0') || 'IAA', 'Sent', n %% 5 = 0, now(), false, now()
    FROM generate_series(1, %(assets)s * 20) n
    """,
    """
    INSERT INTO pardot_prospect (id, email, first_name, last_name, company, score, grade, campaign_id, salesforce_id,
        salesforce_lead_id, salesforce_contact_id, opted_out, is_deleted, last_activity_at, created_at, updated_at)
    SELECT n, 'p' || n || '@school.example', 'First' || n, 'Last' || n, 'School ' || n %% 5000,
        (1000 * power(((n * 48271) %% 65536) / 65536.0, 4))::int, (ARRAY['A','B','C','D',NULL])[1 + n %% 5],
        1 + n %% %(each)s,
        CASE WHEN n %% 10 > 0 THEN '003Bb' || lpad(n::text, 10, '0') || 'IAA' END,
        CASE WHEN n %% 10 BETWEEN 1 AND 3 THEN '00QBb' || lpad(n::text, 10, '0') || 'MAA' END,
        CASE WHEN n %% 5001 = 0 THEN 'none' WHEN n %% 10 > 3 THEN '003Bb' || lpad(n::text, 10, '0') || 'IAA' END,
        n %% 25 = 0, n %% 60 = 0, now() - interval '200 days' * ((n * 7919 %% 1000) / 1000.0), now(), now()
    FROM generate_series(1, %(prospects)s::bigint) n
    """,
    """
    INSERT INTO pardot_visitoractivity (id, type, type_name, prospect_id, campaign_id, form_id, landing_page_id,
        custom_redirect_id, list_email_id, created_at)
    SELECT n, kind, 'Activity', 1 + (n * 48271) %% %(prospects)s, 1 + n %% %(each)s,
        CASE WHEN n %% 4 = 0 THEN 1 + n * 31 %% (%(each)s * 4 / 5) END,
        CASE WHEN n %% 4 = 1 THEN 1 + n * 31 %% (%(each)s * 4 / 5) END,
        CASE WHEN n %% 4 = 2 THEN 1 + n * 31 %% (%(each)s * 4 / 5) END,
        CASE WHEN n %% 4 = 3 THEN 1 + n * 31 %% %(each)s END,
        now() - interval '400 days' * (n::float / %(activities)s)
    FROM (SELECT n, (ARRAY[4,2,1,11,3])[1 + n %% 4 + (n %% 100 = 0)::int * 4 %% 5] AS kind
          FROM generate_series(1, %(activities)s::bigint) n) numbered
    """,
    """
    INSERT INTO pardot_entitystate (name, complete_until, withheld)
    SELECT name, now(), false FROM unnest(ARRAY['campaigns','lists','forms','landing_pages','list_emails',
        'custom_redirects','folders','tags','tagged_objects','sf_health','sf_campaign_dates','campaign_member_counts',
        'prospects','activities','campaign_members','lead_category_scores','contact_category_scores']) name
    """,
    """
    INSERT INTO pardot_salesforcehealth (total_leads, total_contacts, leads_with_pardot, contacts_with_pardot)
    VALUES (100000, 400000, 80000, 300000)
    """,
    """
    INSERT INTO pardot_dailysnapshot (day, tier, health_score, area_scores, person_scores, issue_counts)
    SELECT current_date - n, 3, 80 - n %% 10, '{"forms": 70, "lists": 80}', '{}', '{"forms_no_campaign": 5}'
    FROM generate_series(1, 365) n
    """,
)
_TYPES = 7
_FINISH = """
import time
from datetime import timedelta
from django.utils import timezone
from pardot.sync import rollups
from pardot.pipeline.after_sync import finish
from pardot.catalog.entities import Tier
began = time.monotonic()
now = timezone.now()
rollups.count_days((now - timedelta(days=400)).date(), None)
rollups.count_prospects(until=now)
rolled = time.monotonic()
finish(Tier.SURVEY)
print(f"{rolled - began:.1f} {time.monotonic() - rolled:.1f}")
"""


@dataclass(frozen=True)
class Finished:
    """The seconds of the roll-ups, and of the audits with the day's snapshot."""

    rolling: float
    auditing: float


def fill_camp(here: World, size: CampSize) -> Finished:
    """Fill the tables of an empty database, compute the roll-ups, and run the steps after a survey."""
    values = {
        "prospects": size.prospects,
        "activities": size.activities,
        "assets": size.assets,
        "each": size.assets // _TYPES,
    }
    with here.connect() as connection:
        for statement in _STATEMENTS:
            # Every statement gets the values: without values, psycopg would leave doubled percent signs as they are.
            connection.execute(statement, values)
        connection.execute("ANALYZE")
    output = here.manage("shell", "--verbosity=0", "-c", _FINISH).output.split()
    with here.connect() as connection:
        connection.execute("VACUUM ANALYZE")
    return Finished(float(output[-2]), float(output[-1]))
