from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from pardot.domain.areas import Area
from pardot.models.team_member import TeamMember


class Task(models.Model):
    """Work for a person, often about one asset."""

    class Status(models.TextChoices):
        OPEN = "open"
        DONE = "done"

    class Priority(models.TextChoices):
        HIGH = "high"
        NORMAL = "normal"
        LOW = "low"

    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    assignee = models.ForeignKey(TeamMember, on_delete=models.SET_NULL, null=True, blank=True, related_name="tasks")
    area = models.CharField(max_length=32, choices=Area, blank=True)
    issue = models.CharField(max_length=64, blank=True, help_text="Key of the issue that the task is about.")
    asset_type = models.CharField(max_length=32, choices=Area, blank=True)
    asset_id = models.BigIntegerField("asset ID", null=True, blank=True)
    asset_name = models.TextField(blank=True)
    status = models.CharField(max_length=8, choices=Status, default=Status.OPEN)
    priority = models.CharField(max_length=8, choices=Priority, default=Priority.NORMAL)
    due_date = models.DateField(null=True, blank=True)
    created_by = models.CharField(max_length=200, blank=True, help_text="Name or UUID of the user.")
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())
    completed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["status", "assignee"], name="task_status_assignee")]

    def __str__(self) -> str:
        return self.title
