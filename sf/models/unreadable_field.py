from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class UnreadableField(models.Model):
    """A declared field that the API user may not read: its column keeps its last values.

    Only ``sf/sync/readable.py`` adds rows, including the rows of Pardot's fields. A row is deleted when a later check
    finds that the field can be read again.
    """

    object = models.CharField(max_length=64, help_text="Name in the cache, such as contacts.")
    column = models.CharField(max_length=64, help_text="Name in the cache, such as position.")
    field = models.TextField(help_text="Name in Salesforce, such as Contact.Position__c.")
    since = models.DateTimeField(db_default=Now(), help_text="Time of the first read without the field.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["object", "column"], name="unreadable_field_once")]

    def __str__(self) -> str:
        return self.field
