"""The models know the columns and indexes of the search for schools, which 0002, 0008 and 0009 made: no table changes."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.expressions
import django.db.models.functions.comparison
import django.db.models.lookups
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sf', '0016_why_syncs_are_off'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AddField(
                    model_name='account',
                    name='search_facets',
                    field=models.GeneratedField(db_persist=True, expression=models.Func('city', 'state', 'state_code', 'country', 'country_code', 'type', function='sf_school_facets'), output_field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ),
                migrations.AddField(
                    model_name='account',
                    name='search_order',
                    field=models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(models.Func(django.db.models.functions.comparison.Coalesce('name', models.Value('', models.TextField())), function='char_length', output_field=models.IntegerField()), '+', models.Case(models.When(django.db.models.lookups.Exact(django.db.models.functions.comparison.Coalesce('books_adopted', models.Value('', models.TextField())), models.Value('', models.TextField())), then=models.Value(1000)), default=models.Value(0), output_field=models.IntegerField())), output_field=models.IntegerField()),
                ),
                migrations.AddField(
                    model_name='account',
                    name='search_text',
                    field=models.GeneratedField(db_persist=True, expression=models.Func('name', 'sheer_id_school_name', 'city', 'state', 'state_code', function='sf_school_text'), output_field=models.TextField()),
                ),
                migrations.AddIndex(
                    model_name='account',
                    index=models.Index(condition=models.Q(('is_deleted', False)), fields=['id'], name='account_present'),
                ),
                migrations.AddIndex(
                    model_name='account',
                    index=django.contrib.postgres.indexes.GinIndex(condition=models.Q(('is_deleted', False)), fields=['search_facets'], name='account_search_facets'),
                ),
                migrations.AddIndex(
                    model_name='account',
                    index=django.contrib.postgres.indexes.GinIndex(models.Func('search_text', function='sf_lexemes'), condition=models.Q(('is_deleted', False)), name='account_search_words'),
                ),
            ],
        ),
    ]
