"""Keep what the search for schools reads in a separate, narrow table.

The search for a common word reads tens of thousands of rows. In ``sf_account`` each of them was wide, and the two
columns of the search were at its end. Triggers maintain the new table: a school that is deleted has no row, and a
change of other columns writes nothing here.
"""

from importlib import import_module

import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

FUNCTIONS = """
    CREATE FUNCTION sf_school_place(name text, books_adopted text) RETURNS integer
        LANGUAGE sql IMMUTABLE PARALLEL SAFE
        RETURN char_length(coalesce(name, '')) + CASE WHEN coalesce(books_adopted, '') = '' THEN 1000 ELSE 0 END;

    CREATE FUNCTION sf_keep_searched_schools() RETURNS trigger
        LANGUAGE plpgsql
        AS $$
        BEGIN
            IF TG_OP = 'TRUNCATE' THEN
                DELETE FROM sf_searchedschool;
                RETURN NULL;
            ELSIF TG_OP = 'DELETE' THEN
                DELETE FROM sf_searchedschool WHERE account_id IN (SELECT id FROM changed);
                RETURN NULL;
            ELSIF TG_OP = 'UPDATE' THEN
                DELETE FROM sf_searchedschool WHERE account_id IN (SELECT id FROM changed WHERE is_deleted);
            END IF;
            -- Both in their order: two transactions that add the same rows must not wait for each other.
            WITH kept AS (
                INSERT INTO sf_searchedschool AS known (account_id, place, words)
                SELECT id, sf_school_place(name, books_adopted),
                       sf_school_text(name, sheer_id_school_name, city, state, state_code)
                  FROM changed
                 WHERE NOT is_deleted
                 ORDER BY id
                ON CONFLICT (account_id) DO UPDATE SET place = excluded.place, words = excluded.words
                 WHERE known.place <> excluded.place OR known.words <> excluded.words
                RETURNING known.words
            )
            INSERT INTO sf_schoolword
            SELECT DISTINCT lexeme
              FROM (SELECT DISTINCT words FROM kept) AS texts, unnest(tsvector_to_array(sf_lexemes(words))) AS lexeme
             WHERE lexeme !~ '^[~^]' AND char_length(lexeme) BETWEEN 3 AND 60
               AND NOT EXISTS (SELECT FROM sf_schoolword WHERE word = lexeme)
             ORDER BY lexeme
            ON CONFLICT DO NOTHING;
            RETURN NULL;
        END
        $$;
"""

TRIGGERS = """
    DROP TRIGGER school_words_of_inserted ON sf_account;
    DROP TRIGGER school_words_of_updated ON sf_account;
    DROP FUNCTION sf_keep_school_words();
    CREATE TRIGGER searched_schools_of_inserted AFTER INSERT ON sf_account
        REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION sf_keep_searched_schools();
    CREATE TRIGGER searched_schools_of_updated AFTER UPDATE ON sf_account
        REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION sf_keep_searched_schools();
    CREATE TRIGGER searched_schools_of_deleted AFTER DELETE ON sf_account
        REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION sf_keep_searched_schools();
    CREATE TRIGGER searched_schools_of_truncated AFTER TRUNCATE ON sf_account
        FOR EACH STATEMENT EXECUTE FUNCTION sf_keep_searched_schools();
"""

FILL = """
    -- Many search at once: to start parallel workers for each would cost more than it gives.
    ALTER TABLE sf_searchedschool SET (parallel_workers = 0);
    INSERT INTO sf_searchedschool (account_id, place, words)
    SELECT id, search_order, search_text FROM sf_account WHERE NOT is_deleted;
"""

REVERSE_TRIGGERS = """
    DROP TRIGGER searched_schools_of_inserted ON sf_account;
    DROP TRIGGER searched_schools_of_updated ON sf_account;
    DROP TRIGGER searched_schools_of_deleted ON sf_account;
    DROP TRIGGER searched_schools_of_truncated ON sf_account;
"""

REVERSE_FUNCTIONS = """
    DROP FUNCTION sf_keep_searched_schools();
    DROP FUNCTION sf_school_place(text, text);
"""

OLD_TRIGGER = import_module("sf.migrations.0008_school_words").TRIGGER


class Migration(migrations.Migration):
    dependencies = [("sf", "0017_search_columns_in_models")]

    operations = [
        migrations.CreateModel(
            name="SearchedSchool",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="sf.account",
                    ),
                ),
                ("place", models.IntegerField()),
                ("words", models.TextField()),
            ],
        ),
        migrations.RunSQL(FUNCTIONS, REVERSE_FUNCTIONS),
        migrations.RunSQL(TRIGGERS, REVERSE_TRIGGERS + OLD_TRIGGER),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="searchedschool",
            index=django.contrib.postgres.indexes.GinIndex(
                models.Func("words", function="sf_lexemes"), fastupdate=False, name="searched_school_words"
            ),
        ),
    ]
