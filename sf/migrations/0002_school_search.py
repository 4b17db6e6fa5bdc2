"""Columns and indexes for the search for schools; PostgreSQL keeps both columns up to date itself.

``search_name`` is the name in lower case without accents. ``search_facets`` are the exact filters as one array
of ``city:…``, ``state:…`` (name and code), ``country:…`` (name and code), ``type:…``. They are generated
columns, so the sync does not write them. ``sf/reads/school_search.py`` is their only reader.
"""

from django.db import migrations

FUNCTIONS = """
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE EXTENSION IF NOT EXISTS unaccent;

    -- unaccent() is only STABLE, because its rules could be edited; ours are not.
    CREATE FUNCTION sf_searchable(text) RETURNS text
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        RETURN lower(unaccent('unaccent'::regdictionary, $1));

    -- Escape the text of a search for use in a LIKE pattern.
    CREATE FUNCTION sf_like_pattern(text) RETURNS text
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        RETURN regexp_replace(sf_searchable($1), '([\\\\%_])', '\\\\\\1', 'g');

    CREATE FUNCTION sf_school_facets(city text, state text, state_code text, country text, country_code text, type text)
        RETURNS text[]
        LANGUAGE sql IMMUTABLE PARALLEL SAFE
        RETURN string_to_array(
            sf_searchable(concat_ws(
                chr(31), 'city:' || city, 'state:' || state, 'state:' || state_code,
                'country:' || country, 'country:' || country_code, 'type:' || type
            )),
            chr(31)
        );
"""

COLUMNS = """
    ALTER TABLE sf_account
        ADD COLUMN search_name text GENERATED ALWAYS AS (sf_searchable(name)) STORED,
        ADD COLUMN search_facets text[] GENERATED ALWAYS AS (
            sf_school_facets(city, state, state_code, country, country_code, type)
        ) STORED;
    CREATE INDEX account_search_name ON sf_account USING gin (search_name gin_trgm_ops) WHERE NOT is_deleted;
    CREATE INDEX account_search_facets ON sf_account USING gin (search_facets) WHERE NOT is_deleted;
    CREATE INDEX account_present ON sf_account (id) WHERE NOT is_deleted;
"""

REVERSE_COLUMNS = """
    DROP INDEX account_present;
    ALTER TABLE sf_account DROP COLUMN search_name, DROP COLUMN search_facets;
"""

REVERSE_FUNCTIONS = """
    DROP FUNCTION sf_school_facets(text, text, text, text, text, text);
    DROP FUNCTION sf_like_pattern(text);
    DROP FUNCTION sf_searchable(text);
"""


class Migration(migrations.Migration):
    dependencies = [("sf", "0001_initial")]

    operations = [
        migrations.RunSQL(FUNCTIONS, REVERSE_FUNCTIONS),
        migrations.RunSQL(COLUMNS, REVERSE_COLUMNS),
    ]
