from django.db import models
from django.db.models.functions import Now


class RefusedRecord(models.Model):
    """A record that PostgreSQL refused to store, kept whole until a later run can store it."""

    object = models.CharField(max_length=64)
    record_id = models.TextField("record ID")
    payload = models.TextField(help_text="Values that Salesforce sent, as JSON by column name.")
    fingerprint = models.CharField(max_length=64, help_text="Hash of the declared fields when the record was read.")
    reason = models.TextField()
    attempts = models.PositiveIntegerField(default=1)
    first_seen = models.DateTimeField(db_default=Now())
    last_tried = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "record set aside"
        verbose_name_plural = "records set aside"
        ordering = ["-last_tried"]
        constraints = [models.UniqueConstraint(fields=["object", "record_id"], name="refused_record_once")]

    def __str__(self) -> str:
        return f"{self.object} {self.record_id}: {self.reason}"
