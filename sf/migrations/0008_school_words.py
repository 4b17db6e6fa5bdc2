"""The search for schools compares words: both sides are folded by ``sf_words`` before they are compared.

``search_text`` is everything that a search looks at: the name and the SheerID name of a school between bars, its city
and state after a tilde, the initials of the name after a caret. ``search_order`` sorts equally good matches: schools
with adoptions first, then the shorter name. Both are generated columns, so the sync does not write them.
``sf_lexemes(search_text)`` is the indexed set of words; the words of city and state begin with a tilde there, and the
initials with a caret, so that a query can tell them from the words of the name.

``sf_schoolword`` has every word of a name once, for the correction of typing errors. A trigger adds the words of new
and changed names. Words of deleted schools stay, which does no harm: they lead to no school.
"""

from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models

NO_UTF8 = (
    "The database must have the encoding UTF8, not {}: create it again with "
    "CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0, then run migrate again."
)

FUNCTIONS = r"""
    -- The words of a text, lower-case, without accents and punctuation, with one blank between them. Apostrophes and
    -- periods become $2: nothing ("st. john's" = "saint johns") or a blank ("saint john s"). A sign of a script without
    -- blanks (Chinese, Japanese, Korean) is a word of its own. Immutable, as long as nobody edits unaccent's rules.
    CREATE FUNCTION sf_words(text, text DEFAULT '') RETURNS text
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        RETURN regexp_replace(btrim(
            regexp_replace(
                regexp_replace(
                    regexp_replace(
                        regexp_replace(
                            replace(
                                regexp_replace(
                                    lower(unaccent('unaccent'::regdictionary, normalize($1, NFKC))),
                                    '[''`.\u00b4\u02b9-\u02bf\u02c8\u2018\u2019\u201b\u2032\u2035]', $2, 'g'
                                ),
                                '&', ' and '
                            ),
                            '([\u3005\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff])', ' \1 ', 'g'
                        ),
                        '[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u00d7\u00f7\u0300-\u036f\u2000-\u206f\u2190-\u23ff\u2500-\u27bf\u2e00-\u2e7f\u3000-\u3004\u3006-\u303f\ufe00-\ufe4f]+',
                        ' ', 'g'
                    ),
                    '\mst\M', 'saint', 'g'
                ),
                '\muniv\M', 'university', 'g'
            )
        ), '^the (?=.)', '');

    -- All foldings of a name, each between bars: apostrophes and periods as nothing and as blanks, "a&m" as "aandm" too.
    CREATE FUNCTION sf_name_words(text) RETURNS text
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        RETURN '| ' || sf_words($1) || ' |'
            || CASE WHEN $1 ~ '[''`.\u00b4\u02b9-\u02bf\u02c8\u2018\u2019\u201b\u2032\u2035]'
                    THEN ' ' || sf_words($1, ' ') || ' |' ELSE '' END
            || CASE WHEN $1 ~ '\S&\S' THEN ' ' || sf_words(replace($1, '&', 'and')) || ' |' ELSE '' END;

    -- "massachusetts institute of technology" → "mit".
    CREATE FUNCTION sf_initials(words text) RETURNS text
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        RETURN regexp_replace(
            regexp_replace(words, '\m(of|the|and|at|in|for|de|del|della|di|da|do|des|du|la|le|y|e)\M', '', 'g'),
            '\s*(\S)\S*\s*', '\1', 'g'
        );

    CREATE FUNCTION sf_school_text(name text, sheer_id_name text, city text, state text, state_code text) RETURNS text
        LANGUAGE sql IMMUTABLE PARALLEL SAFE
        RETURN left(concat_ws(' ', sf_name_words(left(name, 150)), sf_name_words(left(sheer_id_name, 150))), 450)
            || left(' ~ ' || sf_words(concat_ws(' ', city, state, state_code)), 100)
            || left(' ^ ' || coalesce(sf_initials(sf_words(left(name, 150))), ''), 30) || ' |';

    -- The words of ``search_text``; see above.
    CREATE FUNCTION sf_lexemes(text) RETURNS tsvector
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        RETURN array_to_tsvector(
            array_remove(array_remove(string_to_array(split_part($1, ' ~ ', 1), ' '), '|'), '')
            || array_remove(string_to_array(
                regexp_replace(split_part(split_part($1, ' ~ ', 2), ' ^ ', 1), '(^| )(?=\S)', '\1~', 'g'), ' '), '')
            || array_remove(string_to_array('^' || split_part(split_part($1, ' ^ ', 2), ' |', 1), ' '), '')
        );

    -- Known words like ``typed``, or like their beginning, the likest first; at most 5. ``distance`` is the number of
    -- letters to change.
    CREATE FUNCTION sf_near_words(typed text) RETURNS TABLE (word text, distance integer)
        LANGUAGE sql STABLE STRICT PARALLEL SAFE
        SET pg_trgm.similarity_threshold = 0.2
        AS $$
            SELECT word, least(
                levenshtein(word, typed),
                levenshtein(left(word, char_length(typed)), typed),
                levenshtein(left(word, char_length(typed) + 1), typed)
            ) AS distance
              FROM sf_schoolword
             WHERE word % typed
             ORDER BY distance, similarity(word, typed) DESC, word
             LIMIT 5
        $$;
"""

TRIGGER = """
    CREATE FUNCTION sf_keep_school_words() RETURNS trigger
        LANGUAGE plpgsql
        AS $$
        BEGIN
            -- In their order: two transactions that add the same words must not wait for each other.
            INSERT INTO sf_schoolword
            SELECT DISTINCT lexeme
              FROM (SELECT DISTINCT search_text FROM changed) AS texts, unnest(tsvector_to_array(sf_lexemes(search_text))) AS lexeme
             WHERE lexeme !~ '^[~^]' AND char_length(lexeme) BETWEEN 3 AND 60
               AND NOT EXISTS (SELECT FROM sf_schoolword WHERE word = lexeme)
             ORDER BY lexeme
            ON CONFLICT DO NOTHING;
            RETURN NULL;
        END
        $$;
    CREATE TRIGGER school_words_of_inserted AFTER INSERT ON sf_account
        REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION sf_keep_school_words();
    CREATE TRIGGER school_words_of_updated AFTER UPDATE ON sf_account
        REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION sf_keep_school_words();
"""

COLUMNS = """
    ALTER TABLE sf_account
        ADD COLUMN search_text text GENERATED ALWAYS AS (
            sf_school_text(name, sheer_id_school_name, city, state, state_code)
        ) STORED,
        ADD COLUMN search_order integer GENERATED ALWAYS AS (
            char_length(coalesce(name, '')) + CASE WHEN coalesce(books_adopted, '') = '' THEN 1000 ELSE 0 END
        ) STORED;
"""

REVERSE_COLUMNS = """
    DROP TRIGGER school_words_of_inserted ON sf_account;
    DROP TRIGGER school_words_of_updated ON sf_account;
    ALTER TABLE sf_account DROP COLUMN search_text, DROP COLUMN search_order;
"""

REVERSE_FUNCTIONS = """
    DROP FUNCTION sf_keep_school_words();
    DROP FUNCTION sf_near_words(text);
    DROP FUNCTION sf_lexemes(text);
    DROP FUNCTION sf_school_text(text, text, text, text, text);
    DROP FUNCTION sf_initials(text);
    DROP FUNCTION sf_name_words(text);
    DROP FUNCTION sf_words(text, text);
"""

FILL_WORDS = """
    INSERT INTO sf_schoolword
    SELECT DISTINCT lexeme
      FROM sf_account, unnest(tsvector_to_array(sf_lexemes(search_text))) AS lexeme
     WHERE lexeme !~ '^[~^]' AND char_length(lexeme) BETWEEN 3 AND 60;
"""

SHORT_FORMS = {
    "cal poly": "california polytechnic state university",
    "cal state": "california state university",
    "caltech": "california institute of technology",
    "cc": "community college",
    "csu": "california state university",
    "cuny": "city university of new york",
    "ft": "fort",
    "georgia tech": "georgia institute of technology",
    "hs": "high school",
    "intl": "international",
    "isd": "independent school district",
    "mizzou": "university of missouri",
    "mt": "mount",
    "natl": "national",
    "ole miss": "university of mississippi",
    "penn state": "pennsylvania state university",
    "suny": "state university of new york",
    "tx": "texas",
    "uc": "university of california",
    "uconn": "university of connecticut",
    "umass": "university of massachusetts",
    "unc": "university of north carolina",
    "upenn": "university of pennsylvania",
    "ut": "university of texas",
    "uva": "university of virginia",
    "virginia tech": "virginia polytechnic institute and state university",
}


def require_utf8(apps: Any, schema_editor: Any) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_encoding')")
        [encoding] = cursor.fetchone()
    if encoding != "UTF8":
        raise RuntimeError(NO_UTF8.format(encoding))


def add_short_forms(apps: Any, schema_editor: Any) -> None:
    short_form = apps.get_model("sf", "SchoolShortForm")
    short_form.objects.bulk_create(short_form(short=short, stands_for=whole) for short, whole in SHORT_FORMS.items())


class Migration(migrations.Migration):
    dependencies = [("sf", "0007_accounts_uuids_in_lower_case")]

    operations = [
        migrations.RunPython(require_utf8, migrations.RunPython.noop),
        migrations.RunSQL("CREATE EXTENSION IF NOT EXISTS fuzzystrmatch", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="SchoolWord",
            fields=[("word", models.TextField(primary_key=True, serialize=False))],
            options={
                "indexes": [GinIndex(fields=["word"], name="school_word_trigrams", opclasses=["gin_trgm_ops"])],
            },
        ),
        migrations.CreateModel(
            name="SchoolShortForm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "short",
                    models.CharField(
                        help_text="As people type it: georgia tech, uc. Case does not matter.",
                        max_length=60,
                        unique=True,
                        verbose_name="short form",
                    ),
                ),
                (
                    "stands_for",
                    models.CharField(
                        help_text="The words of the name: georgia institute of technology.", max_length=200
                    ),
                ),
            ],
            options={
                "verbose_name": "short form of school names",
                "verbose_name_plural": "short forms of school names",
                "ordering": ["short"],
            },
        ),
        migrations.RunSQL(FUNCTIONS, REVERSE_FUNCTIONS),
        migrations.RunSQL(COLUMNS + FILL_WORDS + TRIGGER, REVERSE_COLUMNS),
        migrations.RunPython(add_short_forms, migrations.RunPython.noop),
    ]
