"""A rate count keeps the sum of its passes too, so that a pass need not add them up.

What was counted before is forgotten: callers may pass anew once, as after a crash of the database.
"""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("api", "0004_outbox")]

    operations = [
        migrations.RunSQL("DELETE FROM api_ratecount", "DELETE FROM api_ratecount"),
        migrations.AddField(
            model_name="ratecount",
            name="used",
            field=models.IntegerField(help_text="The sum of them."),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="ratecount",
            name="counts",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.IntegerField(), help_text="How many each stands for.", size=None
            ),
        ),
        migrations.AlterField(
            model_name="ratecount",
            name="hits",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.DateTimeField(),
                help_text="The last passes; of a large limit, the last of each part.",
                size=None,
            ),
        ),
    ]
