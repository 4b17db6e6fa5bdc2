"""Make room for a request that accepts the deletions of all entities at once."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sf', '0025_texts_that_stand_alone'),
    ]

    operations = [
        migrations.AlterField(
            model_name='operatoraction',
            name='command',
            field=models.CharField(blank=True, help_text='Arguments of manage.py.', max_length=1000),
        ),
    ]
