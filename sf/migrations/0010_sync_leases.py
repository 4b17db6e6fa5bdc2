import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sf', '0009_school_words_index'),
    ]

    operations = [
        migrations.CreateModel(
            name='SyncLease',
            fields=[
                ('name', models.CharField(max_length=96, primary_key=True, serialize=False)),
                ('holder', models.CharField(help_text="One process's run; another holder means that it was lost.", max_length=32)),
                ('place', models.CharField(blank=True, help_text='Host, boot and process namespace of the holder.', max_length=200)),
                ('pid', models.PositiveIntegerField(help_text="The holder's process there.")),
                ('taken_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('renewed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), help_text="The last heartbeat, by PostgreSQL's clock.")),
            ],
        ),
        migrations.AddField(
            model_name='syncconfig',
            name='off_until',
            field=models.DateTimeField(blank=True, help_text='Syncs that are off are on again from then; empty: until somebody does it.', null=True),
        ),
        migrations.AddField(
            model_name='syncconfig',
            name='switched_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='syncconfig',
            name='switched_by',
            field=models.CharField(blank=True, db_default='', default='', editable=False, max_length=150),
        ),
        migrations.AddField(
            model_name='syncrun',
            name='cause',
            field=models.CharField(blank=True, choices=[('switch', 'Switch'), ('limit', 'Limit'), ('busy', 'Busy'), ('lasting', 'Lasting')], db_default='', default='', max_length=8),
        ),
        migrations.AddField(
            model_name='syncrun',
            name='retry_command',
            field=models.CharField(blank=True, db_default='', default='', help_text='The command that is tried again by itself when this run fails.', max_length=500),
        ),
    ]
