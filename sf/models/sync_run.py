from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class SyncRun(models.Model):
    """One sync of one object: its counts, its end, and the point from which the next sync may continue.

    The runs of other jobs are recorded here too (``sf/ingest/jobs.py``).
    """

    class State(models.TextChoices):
        RUNNING = "running"
        DONE = "done"
        PAUSED = "paused"
        FAILED = "failed"
        INTERRUPTED = "interrupted"
        """The run was stopped or lost its lease, or its process died."""
        SKIPPED = "skipped"
        """The run did nothing, on purpose: kill switch, budget, another run, or paused deliveries."""

    class Mode(models.TextChoices):
        FULL = "full"
        INCREMENTAL = "incremental"
        SAMPLE = "sample"
        """A part of the records, chosen on purpose: it says nothing about the other records."""

    class Transport(models.TextChoices):
        REST = "rest", "REST"
        BULK = "bulk", "Bulk API 2.0"
        PARDOT = "Pardot", "Pardot API"

    class Cause(models.TextChoices):
        """The reason why a run was held back or cannot succeed by itself. Empty for other runs."""

        SWITCH = "switch"
        """Syncs are switched off."""
        LIMIT = "limit"
        """The day's calls, or the share of them that syncs may use, are used up."""
        BUSY = "busy"
        """Another run is under way."""
        LASTING = "lasting"
        """A person must act first: a refused login, a wrong configuration."""

    object = models.CharField(max_length=64)
    mode = models.CharField(max_length=16, choices=Mode, blank=True)
    transport = models.CharField(max_length=8, choices=Transport, blank=True)
    state = models.CharField(max_length=16, choices=State, default=State.RUNNING)
    started = models.DateTimeField(db_default=Now())
    ended = models.DateTimeField(null=True, blank=True)
    rows_read = models.PositiveBigIntegerField(default=0)
    inserted = models.PositiveBigIntegerField(default=0)
    updated = models.PositiveBigIntegerField(default=0)
    unchanged = models.PositiveBigIntegerField(default=0)
    soft_deleted = models.PositiveBigIntegerField(default=0)
    set_aside = models.PositiveBigIntegerField(default=0)
    api_calls = models.PositiveIntegerField("API calls", default=0)
    watermark = models.DateTimeField(
        null=True,
        blank=True,
        help_text="Latest SystemModstamp read; after a long read, at most its start.",
    )
    read_began = models.DateTimeField(
        null=True, blank=True, help_text="Start of the read, possibly by an earlier run that was paused."
    )
    fingerprint = models.CharField(
        max_length=64,
        blank=True,
        help_text="Hash of the declared fields; when it changes, everything is read again.",
    )
    message = models.TextField(blank=True)
    cause = models.CharField(max_length=8, choices=Cause, blank=True, default="", db_default="")
    retry_command = models.CharField(
        max_length=500,
        blank=True,
        default="",
        db_default="",
        help_text="The command that is retried automatically if this run fails.",
    )
    resume_state = models.JSONField(
        null=True, blank=True, help_text="Resume point of an unfinished read: job, locator, pages staged."
    )

    class Meta:
        ordering = ["-started", "-id"]
        indexes = [models.Index(fields=["object", "-started"], name="sync_run_object_started")]

    def __str__(self) -> str:
        return f"{self.object} {self.mode} {self.started:%Y-%m-%d %H:%M} {self.state}"
