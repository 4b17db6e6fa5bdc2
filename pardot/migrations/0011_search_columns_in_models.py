"""The models know the columns and indexes that 0003 and 0006 made: no table changes."""

import django.contrib.postgres.indexes
import django.db.models.functions.comparison
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('pardot', '0010_configuration_changes'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AddField(
                    model_name='campaign',
                    name='search_words',
                    field=models.GeneratedField(db_persist=True, expression=models.Func(models.Func(django.db.models.functions.comparison.Coalesce('name', models.Value('', models.TextField())), models.Value(' '), django.db.models.functions.comparison.Coalesce('salesforce_id', models.Value('', models.TextField())), arg_joiner=' || ', output_field=models.TextField(), template='%(expressions)s'), function='pardot_words'), output_field=models.TextField()),
                ),
                migrations.AddField(
                    model_name='customredirect',
                    name='search_words',
                    field=models.GeneratedField(db_persist=True, expression=models.Func(models.Func(django.db.models.functions.comparison.Coalesce('name', models.Value('', models.TextField())), models.Value(' '), django.db.models.functions.comparison.Coalesce('url', models.Value('', models.TextField())), arg_joiner=' || ', output_field=models.TextField(), template='%(expressions)s'), function='pardot_words'), output_field=models.TextField()),
                ),
                migrations.AddField(
                    model_name='folder',
                    name='search_words',
                    field=models.GeneratedField(db_persist=True, expression=models.Func(models.Func(django.db.models.functions.comparison.Coalesce('name', models.Value('', models.TextField())), arg_joiner=' || ', output_field=models.TextField(), template='%(expressions)s'), function='pardot_words'), output_field=models.TextField()),
                ),
                migrations.AddField(
                    model_name='form',
                    name='search_words',
                    field=models.GeneratedField(db_persist=True, expression=models.Func(models.Func(django.db.models.functions.comparison.Coalesce('name', models.Value('', models.TextField())), arg_joiner=' || ', output_field=models.TextField(), template='%(expressions)s'), function='pardot_words'), output_field=models.TextField()),
                ),
                migrations.AddField(
                    model_name='landingpage',
                    name='search_words',
                    field=models.GeneratedField(db_persist=True, expression=models.Func(models.Func(django.db.models.functions.comparison.Coalesce('name', models.Value('', models.TextField())), models.Value(' '), django.db.models.functions.comparison.Coalesce('url', models.Value('', models.TextField())), arg_joiner=' || ', output_field=models.TextField(), template='%(expressions)s'), function='pardot_words'), output_field=models.TextField()),
                ),
                migrations.AddField(
                    model_name='list',
                    name='search_words',
                    field=models.GeneratedField(db_persist=True, expression=models.Func(models.Func(django.db.models.functions.comparison.Coalesce('name', models.Value('', models.TextField())), models.Value(' '), django.db.models.functions.comparison.Coalesce('title', models.Value('', models.TextField())), arg_joiner=' || ', output_field=models.TextField(), template='%(expressions)s'), function='pardot_words'), output_field=models.TextField()),
                ),
                migrations.AddField(
                    model_name='listemail',
                    name='search_words',
                    field=models.GeneratedField(db_persist=True, expression=models.Func(models.Func(django.db.models.functions.comparison.Coalesce('name', models.Value('', models.TextField())), models.Value(' '), django.db.models.functions.comparison.Coalesce('subject', models.Value('', models.TextField())), arg_joiner=' || ', output_field=models.TextField(), template='%(expressions)s'), function='pardot_words'), output_field=models.TextField()),
                ),
                migrations.AddField(
                    model_name='tag',
                    name='search_words',
                    field=models.GeneratedField(db_persist=True, expression=models.Func(models.Func(django.db.models.functions.comparison.Coalesce('name', models.Value('', models.TextField())), arg_joiner=' || ', output_field=models.TextField(), template='%(expressions)s'), function='pardot_words'), output_field=models.TextField()),
                ),
                migrations.AddIndex(
                    model_name='prospect',
                    index=models.Index(models.OrderBy(django.db.models.functions.text.Lower(models.Func(models.Func(django.db.models.functions.comparison.Coalesce('first_name', models.Value('', models.TextField())), models.Value(' '), django.db.models.functions.comparison.Coalesce('last_name', models.Value('', models.TextField())), arg_joiner=' || ', output_field=models.TextField(), template='%(expressions)s'), function='btrim')), descending=True), models.F('id'), name='prospect_name'),
                ),
                migrations.AddIndex(
                    model_name='prospect',
                    index=models.Index(django.db.models.functions.comparison.Coalesce(django.db.models.functions.comparison.NullIf(models.Func('grade', function='btrim'), models.Value('', models.TextField())), models.Value('none', models.TextField())), name='prospect_grade'),
                ),
                migrations.AddIndex(
                    model_name='prospect',
                    index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(models.Func(models.Func(django.db.models.functions.comparison.Coalesce('email', models.Value('', models.TextField())), models.Value(' '), django.db.models.functions.comparison.Coalesce('first_name', models.Value('', models.TextField())), models.Value(' '), django.db.models.functions.comparison.Coalesce('last_name', models.Value('', models.TextField())), models.Value(' '), django.db.models.functions.comparison.Coalesce('company', models.Value('', models.TextField())), arg_joiner=' || ', output_field=models.TextField(), template='%(expressions)s'), function='sf_searchable'), name='gin_trgm_ops'), name='prospect_texts'),
                ),
                migrations.AddIndex(
                    model_name='prospect',
                    index=models.Index(condition=models.Q(models.Func(models.F('salesforce_id'), output_field=models.BooleanField(), template="coalesce(%(expressions)s, '') <> ''"), models.Func(models.F('salesforce_lead_id'), output_field=models.BooleanField(), template="coalesce(%(expressions)s, '') <> ''"), models.Func(models.F('salesforce_contact_id'), output_field=models.BooleanField(), template="coalesce(%(expressions)s, '') <> ''"), _connector='OR', _negated=True), fields=['id'], name='prospect_unlinked'),
                ),
                migrations.AddIndex(
                    model_name='prospect',
                    index=models.Index(condition=models.Q(models.Func(models.F('salesforce_lead_id'), output_field=models.BooleanField(), template="coalesce(%(expressions)s, '') <> ''")), fields=['id'], name='prospect_as_lead'),
                ),
                migrations.AddIndex(
                    model_name='prospect',
                    index=models.Index(condition=models.Q(('opted_out', True)), fields=['id'], name='prospect_opted_out'),
                ),
                migrations.AddIndex(
                    model_name='prospect',
                    index=models.Index(condition=models.Q(('is_deleted', True)), fields=['id'], name='prospect_in_bin'),
                ),
                migrations.AddIndex(
                    model_name='prospect',
                    index=models.Index(condition=models.Q(models.Func(models.F('salesforce_id'), output_field=models.BooleanField(), template="(coalesce(%(expressions)s, '') <> '' AND %(expressions)s !~ '^[0-9A-Za-z]{15}([0-9A-Za-z]{3})?$')"), models.Func(models.F('salesforce_lead_id'), output_field=models.BooleanField(), template="(coalesce(%(expressions)s, '') <> '' AND %(expressions)s !~ '^[0-9A-Za-z]{15}([0-9A-Za-z]{3})?$')"), models.Func(models.F('salesforce_contact_id'), output_field=models.BooleanField(), template="(coalesce(%(expressions)s, '') <> '' AND %(expressions)s !~ '^[0-9A-Za-z]{15}([0-9A-Za-z]{3})?$')"), models.Func(models.F('salesforce_account_id'), output_field=models.BooleanField(), template="(coalesce(%(expressions)s, '') <> '' AND %(expressions)s !~ '^[0-9A-Za-z]{15}([0-9A-Za-z]{3})?$')"), _connector='OR'), fields=['id'], name='prospect_bad_id'),
                ),
                migrations.AddIndex(
                    model_name='prospect',
                    index=models.Index(condition=models.Q(models.Func(models.F('adoption_json'), output_field=models.BooleanField(), template="(btrim(coalesce(%(expressions)s, '')) NOT IN ('', 'Blank'))")), fields=['id'], name='prospect_adoption_stuck'),
                ),
            ],
        ),
    ]
