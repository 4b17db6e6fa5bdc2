"""Indexes for pages of assets that are sorted by name, then by id."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Lower, Trim

ASSETS = ("campaign", "customredirect", "form", "landingpage", "list", "listemail", "tag")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("pardot", "0003_pages_of_prospects")]

    operations = [
        AddIndexConcurrently(model, models.Index(Lower(Trim("name")), "id", name=f"{model}_by_name")) for model in ASSETS
    ]
