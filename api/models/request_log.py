from __future__ import annotations

from django.db import models


class RequestLog(models.Model):
    """One request under ``/api/``: the caller, the request, and its result.

    Only ``api/observe/audit.py`` adds rows; ``api/retention/`` removes them.
    """

    time = models.DateTimeField(help_text="When the request arrived.")
    method = models.TextField()
    path = models.TextField()
    query = models.TextField(blank=True, help_text="Secrets are masked as ***.")
    auth_type = models.TextField(
        blank=True, help_text="cookie, development, key, refused or none; empty if no caller was checked."
    )
    identity = models.TextField(
        "caller",
        blank=True,
        db_column="who",
        help_text="“user:” and an Accounts UUID, or “key:” and a public ID.",
    )
    status = models.PositiveSmallIntegerField()
    milliseconds = models.FloatField(help_text="Time until the answer was ready.")
    address = models.GenericIPAddressField(null=True, blank=True)
    user_agent = models.TextField(blank=True)
    request_id = models.TextField("request ID", blank=True)

    class Meta:
        verbose_name = "request"
        verbose_name_plural = "request log"
        ordering = ["-time", "-id"]
        indexes = [
            models.Index(fields=["-time", "-id"], name="request_log_time"),
            models.Index(fields=["identity", "-time"], name="request_log_who"),
            models.Index(fields=["request_id"], name="request_log_request_id"),
        ]

    def __str__(self) -> str:
        return f"{self.time:%Y-%m-%d %H:%M:%S} {self.method} {self.path} {self.status}"
