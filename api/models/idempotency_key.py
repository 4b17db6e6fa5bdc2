from django.db import models
from django.db.models.functions import Now


class IdempotencyKey(models.Model):
    """A request with an ``Idempotency-Key``, and the record that it created. Kept for 24 hours."""

    identity = models.CharField(max_length=100, db_column="caller")
    path = models.CharField(max_length=200)
    key = models.CharField(max_length=255)
    body_hash = models.CharField(max_length=64, help_text="SHA-256 of the request body.")
    record_id = models.UUIDField(help_text="ID of the case or submission.")
    created_at = models.DateTimeField(db_default=Now(), db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["identity", "path", "key"], name="idempotency_key_unique")]

    def __str__(self) -> str:
        return f"{self.key} of {self.identity}"
