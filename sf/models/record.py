"""The base class of every cached Salesforce object."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models.functions import Now

from sf.models.fields import Boolean, CopiedField, DateTime, Identifier, Reference, SalesforceField


class PresentRecords(models.Manager["CachedRecord"]):
    """Hides records that were deleted in Salesforce."""

    def get_queryset(self) -> models.QuerySet[Any]:
        return super().get_queryset().filter(is_deleted=False)


class CachedRecord(models.Model):
    """A copy of one Salesforce record; Salesforce has the authoritative values."""

    salesforce_object: ClassVar[str]
    """The API name of the sObject."""
    kept_when_deleted: ClassVar[frozenset[str]] = frozenset({"id", "system_modstamp", "is_deleted"})
    """The copied columns that stay when a record was deleted long ago (``sf/ingest/tombstones.py``)."""

    id = Identifier("Id", primary_key=True, null=False, blank=False)
    system_modstamp = DateTime("SystemModstamp", null=False, blank=False)
    is_deleted = Boolean("IsDeleted", null=False, blank=True, default=False)
    local_create_date = models.DateTimeField(db_default=Now(), editable=False)
    local_update_date = models.DateTimeField(db_default=Now(), editable=False)

    objects: ClassVar[models.Manager[Self]] = PresentRecords()  # type: ignore[assignment]
    all_objects: ClassVar[models.Manager[Self]] = models.Manager()

    class Meta:
        abstract = True
        # Django follows references by this manager: it must find deleted rows too.
        base_manager_name = "all_objects"

    @classmethod
    def list_copied_fields(cls) -> list[CopiedField]:
        """Return the columns that come from Salesforce, in the order of their declaration."""
        return [field for field in cls._meta.concrete_fields if isinstance(field, SalesforceField | Reference)]


class ServedMeta(CachedRecord.Meta):
    """The ``Meta`` of objects in the records API. The API uses this index for paging (``api/records/``)."""

    indexes = [models.Index(fields=["local_update_date", "id"], name="%(class)s_changed")]
