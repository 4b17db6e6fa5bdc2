from django.db import models
from django.db.models.functions import Now


class LookupMiss(models.Model):
    """A user for whom Salesforce had no contact.

    For some minutes, Salesforce is asked again only when the user requests fresh data.

    The table is UNLOGGED (see the migration): a crash of the database empties it, which costs one look-up per user.
    """

    accounts_uuid = models.TextField(primary_key=True)
    looked_up = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "look-up without result"
        verbose_name_plural = "look-ups without result"

    def __str__(self) -> str:
        return self.accounts_uuid
