"""Store Accounts UUIDs in lower case, as Accounts writes them: contacts with capitals in Salesforce were not found."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("sf", "0006_school_search_order")]

    operations = [
        migrations.RunSQL(
            "UPDATE sf_contact SET accounts_uuid = lower(accounts_uuid), local_update_date = clock_timestamp() "
            "WHERE accounts_uuid <> lower(accounts_uuid)",
            migrations.RunSQL.noop,
        ),
    ]
