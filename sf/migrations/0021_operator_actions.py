import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sf', '0020_followed_objects'),
    ]

    operations = [
        migrations.CreateModel(
            name='OperatorAction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('label', models.CharField(max_length=120)),
                ('command', models.CharField(blank=True, help_text='What manage.py is called with.', max_length=300)),
                ('requested_by', models.CharField(max_length=200)),
                ('requested_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('started', models.DateTimeField(blank=True, null=True)),
                ('ended', models.DateTimeField(blank=True, null=True)),
                ('exit_status', models.IntegerField(blank=True, help_text='Empty: it was not started, or was killed.', null=True)),
                ('host', models.CharField(blank=True, max_length=100)),
                ('outcome', models.TextField(blank=True, help_text='The last lines of its output.')),
            ],
            options={
                'ordering': ['-requested_at', '-id'],
                'permissions': [('start_jobs', 'Can start syncs and other jobs')],
                'indexes': [models.Index(fields=['-requested_at', '-id'], name='operator_action_newest')],
                'constraints': [
                    models.UniqueConstraint(
                        condition=models.Q(('ended', None), models.Q(('command', ''), _negated=True)),
                        fields=('command',), name='operator_action_once_at_a_time',
                    )
                ],
            },
        ),
    ]
