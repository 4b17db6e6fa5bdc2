from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('api', '0013_plain_labels'),
    ]

    operations = [
        migrations.AddField(
            model_name='superuser',
            name='may_start_jobs',
            field=models.BooleanField(db_default=False, default=False, help_text='Shows “Refresh data” on the dashboard.', verbose_name='may refresh data'),
        ),
    ]
