"""One narrow index with everything that the search for a common word reads: PostgreSQL need not read the wide rows."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("sf", "0005_when_the_stored_read_began")]

    atomic = False
    operations = [
        migrations.RunSQL(
            'CREATE INDEX CONCURRENTLY account_search_order ON sf_account (search_name COLLATE "C", id) WHERE NOT is_deleted',
            "DROP INDEX CONCURRENTLY account_search_order",
        ),
    ]
