"""The base class of every copied Pardot object."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from sf.models.fields import CopiedField, Integer, Reference, SalesforceField


class PardotRecord(models.Model):
    """A copy of one Pardot record.

    Pardot has the authoritative values, so users cannot change the copied columns.

    ``name = Text("name")`` declares column, type and API name. The column is the API name in snake_case. Only
    ``Prospect.adoption_json`` declares no API name: the setting ``PARDOT_ADOPTION_JSON_FIELD`` contains it.

    Ids of other Pardot records are plain numbers, not foreign keys, because these records may be deleted, or not copied
    yet.
    """

    id = Integer("id", primary_key=True, null=False, blank=False)
    local_create_date = models.DateTimeField(db_default=Now(), editable=False)
    local_update_date = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        abstract = True

    @classmethod
    def list_copied_fields(cls) -> list[CopiedField]:
        """Return the columns that come from Pardot, in the order of their declaration."""
        return [field for field in cls._meta.concrete_fields if isinstance(field, SalesforceField | Reference)]
