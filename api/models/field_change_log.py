from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class FieldChangeLog(models.Model):
    """One change of a field of a Salesforce record, made through this service."""

    time = models.DateTimeField(db_default=Now(), editable=False)
    object = models.TextField(help_text="Name in Salesforce, such as Contact.")
    record_id = models.CharField("record ID", max_length=18)
    field = models.TextField(help_text="Name in the cache, such as first_name.")
    old = models.TextField(null=True, blank=True, help_text="Value in Salesforce before the change.")
    new = models.TextField(null=True, blank=True, help_text="Value in Salesforce after the change.")
    source = models.TextField(help_text="Source of the change, such as PUT /api/v1/contact.")
    identity = models.TextField(
        "changed by",
        db_column="who",
        help_text="“user:” and an Accounts UUID, or “key:” and a public ID.",
    )
    request_id = models.TextField("request ID", blank=True)

    class Meta:
        verbose_name = "field change"
        verbose_name_plural = "field change log"
        ordering = ["-time", "-id"]
        indexes = [
            models.Index(fields=["-time", "-id"], name="field_change_time"),
            models.Index(fields=["record_id", "-time"], name="field_change_record"),
        ]

    def __str__(self) -> str:
        return f"{self.object} {self.record_id} {self.field}"
