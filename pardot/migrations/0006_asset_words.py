"""Words for the search of assets, folded as the search for schools folds them.

``search_words`` has the words of an asset's own texts, each after a blank: once with apostrophes and periods left out,
once with blanks in their place ("st. john's" = "saint johns", "saint john s"). It is a generated column, so the sync
does not know it. ``pardot/selectors/asset_search.py`` is its only reader.
"""

from django.db import migrations

SEARCHED = {
    "pardot_campaign": ("name", "salesforce_id"),
    "pardot_customredirect": ("name", "url"),
    "pardot_folder": ("name",),
    "pardot_form": ("name",),
    "pardot_landingpage": ("name", "url"),
    "pardot_list": ("name", "title"),
    "pardot_listemail": ("name", "subject"),
    "pardot_tag": ("name",),
}
FUNCTION = """
    CREATE FUNCTION pardot_words(text) RETURNS text
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        RETURN ' ' || sf_words(left($1, 2000)) || ' ' || sf_words(left($1, 2000), ' ');
"""


def column(table: str, searched: tuple[str, ...]) -> migrations.RunSQL:
    text = " || ' ' || ".join(f"coalesce({name}, '')" for name in searched)
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD COLUMN search_words text GENERATED ALWAYS AS (pardot_words({text})) STORED",
        f"ALTER TABLE {table} DROP COLUMN search_words",
    )


class Migration(migrations.Migration):
    dependencies = [("pardot", "0005_cached_business_unit"), ("sf", "0008_school_words")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION pardot_words(text)"),
        *(column(table, searched) for table, searched in SEARCHED.items()),
    ]
