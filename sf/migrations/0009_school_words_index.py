"""The index that the search for schools reads."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("sf", "0008_school_words")]

    atomic = False
    operations = [
        migrations.RunSQL(
            "CREATE INDEX CONCURRENTLY account_search_words ON sf_account USING gin (sf_lexemes(search_text))"
            " WHERE NOT is_deleted",
            "DROP INDEX CONCURRENTLY account_search_words",
        ),
    ]
