"""Store running totals in rate counts, so that a pass needs no sum.

Earlier counts are dropped: callers may pass once more, as after a crash of the database.
"""

import django.contrib.postgres.fields
from django.db import migrations, models

FORGET = "DELETE FROM api_ratecount"


class Migration(migrations.Migration):

    dependencies = [("api", "0004_outbox")]

    operations = [
        migrations.RunSQL(FORGET, migrations.RunSQL.noop),
        migrations.RemoveField(model_name="ratecount", name="counts"),
        migrations.AddField(
            model_name="ratecount",
            name="totals",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), help_text="How many had passed by then.", size=None
            ),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="ratecount",
            name="hits",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.DateTimeField(),
                help_text="Times of the last passes, and of the one before.",
                size=None,
            ),
        ),
        migrations.RunSQL(migrations.RunSQL.noop, FORGET),
    ]
