"""Indexes for a page of prospects in any order, group and search.

``pardot/selectors/prospects.py`` must use the same expressions. Orders are read from an index; a group that is a
small part of all has its own index, because reading in order would meet too few of its members.
"""

from django.db import migrations, models

NAME = "lower(btrim(coalesce(first_name, '') || ' ' || coalesce(last_name, '')))"
TEXTS = """
    sf_searchable(
        coalesce(email, '') || ' ' || coalesce(first_name, '') || ' ' || coalesce(last_name, '') || ' '
        || coalesce(company, '')
    )
"""
LINKED = """
    (coalesce(salesforce_id, '') <> '' OR coalesce(salesforce_lead_id, '') <> ''
     OR coalesce(salesforce_contact_id, '') <> '')
"""


def bad(column: str) -> str:
    return f"(coalesce({column}, '') <> '' AND {column} !~ '^[0-9A-Za-z]{{15}}([0-9A-Za-z]{{3}})?$')"


BAD_ID = " OR ".join(
    map(bad, ("salesforce_id", "salesforce_lead_id", "salesforce_contact_id", "salesforce_account_id"))
)
ADOPTION_STUCK = "(btrim(coalesce(adoption_json, '')) NOT IN ('', 'Blank'))"

INDEXES = f"""
    CREATE INDEX prospect_name ON pardot_prospect (({NAME}) DESC, id);
    CREATE INDEX prospect_grade ON pardot_prospect ((coalesce(nullif(btrim(grade), ''), 'none')));
    CREATE INDEX prospect_texts ON pardot_prospect USING gin (({TEXTS}) gin_trgm_ops);
    CREATE INDEX prospect_unlinked ON pardot_prospect (id) WHERE NOT {LINKED};
    CREATE INDEX prospect_as_lead ON pardot_prospect (id) WHERE coalesce(salesforce_lead_id, '') <> '';
    CREATE INDEX prospect_opted_out ON pardot_prospect (id) WHERE opted_out;
    CREATE INDEX prospect_in_bin ON pardot_prospect (id) WHERE is_deleted;
    CREATE INDEX prospect_bad_id ON pardot_prospect (id) WHERE ({BAD_ID});
    CREATE INDEX prospect_adoption_stuck ON pardot_prospect (id) WHERE {ADOPTION_STUCK};
"""
# Without these, PostgreSQL estimates that such a condition matches almost no row, or almost every row.
STATISTICS = """
    CREATE STATISTICS prospect_of_adoption ON (btrim(coalesce(adoption_json, ''))) FROM pardot_prospect;
    CREATE STATISTICS prospect_of_email ON (coalesce(email, '')) FROM pardot_prospect;
    CREATE STATISTICS prospect_of_link ON (coalesce(salesforce_id, '')) FROM pardot_prospect;
    CREATE STATISTICS prospect_of_lead ON (coalesce(salesforce_lead_id, '')) FROM pardot_prospect;
    CREATE STATISTICS prospect_of_contact ON (coalesce(salesforce_contact_id, '')) FROM pardot_prospect;
    CREATE STATISTICS prospect_of_account ON (coalesce(salesforce_account_id, '')) FROM pardot_prospect;
"""
REVERSE_STATISTICS = """
    DROP STATISTICS prospect_of_adoption, prospect_of_email, prospect_of_link, prospect_of_lead, prospect_of_contact,
        prospect_of_account;
"""
REVERSE_INDEXES = """
    DROP INDEX prospect_name, prospect_grade, prospect_texts, prospect_unlinked, prospect_as_lead, prospect_opted_out,
        prospect_in_bin, prospect_bad_id, prospect_adoption_stuck;
"""


class Migration(migrations.Migration):
    dependencies = [("pardot", "0002_audits_tasks_and_team"), ("sf", "0002_school_search")]

    operations = [
        migrations.RemoveIndex("prospect", "prospect_last_activity"),
        migrations.AddIndex(
            "prospect", models.Index(fields=["-last_activity_at", "id"], name="prospect_last_activity")
        ),
        migrations.AddIndex(
            "prospectengagement",
            models.Index(fields=["-activity_count", "prospect_id"], name="engagement_count"),
        ),
        migrations.RunSQL(INDEXES, REVERSE_INDEXES),
        migrations.RunSQL(STATISTICS, REVERSE_STATISTICS),
    ]
