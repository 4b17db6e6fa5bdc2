"""Labels only: no table changes."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('pardot', '0011_search_columns_in_models'),
    ]

    operations = [
        migrations.AlterField(
            model_name='auditsummary',
            name='area',
            field=models.CharField(choices=[('campaigns', 'Campaigns'), ('forms', 'Forms'), ('landing_pages', 'Landing pages'), ('lists', 'Lists'), ('list_emails', 'List emails'), ('custom_redirects', 'Custom redirects'), ('prospects', 'Prospects'), ('tags', 'Tags')], max_length=32, primary_key=True, serialize=False),
        ),
        migrations.AlterField(
            model_name='exemption',
            name='asset_type',
            field=models.CharField(choices=[('campaigns', 'Campaigns'), ('forms', 'Forms'), ('landing_pages', 'Landing pages'), ('lists', 'Lists'), ('list_emails', 'List emails'), ('custom_redirects', 'Custom redirects'), ('prospects', 'Prospects'), ('tags', 'Tags')], max_length=32),
        ),
        migrations.AlterField(
            model_name='finding',
            name='asset_type',
            field=models.CharField(choices=[('campaigns', 'Campaigns'), ('forms', 'Forms'), ('landing_pages', 'Landing pages'), ('lists', 'Lists'), ('list_emails', 'List emails'), ('custom_redirects', 'Custom redirects'), ('prospects', 'Prospects'), ('tags', 'Tags')], max_length=32),
        ),
        migrations.AlterField(
            model_name='task',
            name='area',
            field=models.CharField(blank=True, choices=[('campaigns', 'Campaigns'), ('forms', 'Forms'), ('landing_pages', 'Landing pages'), ('lists', 'Lists'), ('list_emails', 'List emails'), ('custom_redirects', 'Custom redirects'), ('prospects', 'Prospects'), ('tags', 'Tags')], max_length=32),
        ),
        migrations.AlterField(
            model_name='task',
            name='asset_type',
            field=models.CharField(blank=True, choices=[('campaigns', 'Campaigns'), ('forms', 'Forms'), ('landing_pages', 'Landing pages'), ('lists', 'Lists'), ('list_emails', 'List emails'), ('custom_redirects', 'Custom redirects'), ('prospects', 'Prospects'), ('tags', 'Tags')], max_length=32),
        ),
        migrations.AlterField(
            model_name='teammember',
            name='areas',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('campaigns', 'Campaigns'), ('forms', 'Forms'), ('landing_pages', 'Landing pages'), ('lists', 'Lists'), ('list_emails', 'List emails'), ('custom_redirects', 'Custom redirects'), ('prospects', 'Prospects'), ('tags', 'Tags')], max_length=32), blank=True, default=list, size=None),
        ),
    ]
