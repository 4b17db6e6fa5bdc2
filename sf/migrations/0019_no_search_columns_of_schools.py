"""Drop the search's columns and index in ``sf_account``: ``sf_searchedschool`` (0018) replaces them."""

from django.db import migrations

DROP = "ALTER TABLE sf_account DROP COLUMN search_text, DROP COLUMN search_order;"  # the index goes with its column
ADD = """
    ALTER TABLE sf_account
        ADD COLUMN search_text text GENERATED ALWAYS AS (
            sf_school_text(name, sheer_id_school_name, city, state, state_code)
        ) STORED,
        ADD COLUMN search_order integer GENERATED ALWAYS AS (
            char_length(coalesce(name, '')) + CASE WHEN coalesce(books_adopted, '') = '' THEN 1000 ELSE 0 END
        ) STORED;
    CREATE INDEX account_search_words ON sf_account USING gin (sf_lexemes(search_text)) WHERE NOT is_deleted;
"""


class Migration(migrations.Migration):
    dependencies = [("sf", "0018_searched_schools")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(DROP, ADD)],
            state_operations=[
                migrations.RemoveIndex(model_name="account", name="account_search_words"),
                migrations.RemoveField(model_name="account", name="search_text"),
                migrations.RemoveField(model_name="account", name="search_order"),
            ],
        ),
    ]
