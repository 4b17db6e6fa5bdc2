from django.db import models
from django.db.models.functions import Now


class SuperUser(models.Model):
    """A person with an OpenStax account who has all scopes and may see the dashboard."""

    accounts_uuid = models.UUIDField(
        "Accounts UUID", unique=True, help_text="Users find their own UUID at GET /api/v1/me."
    )
    name = models.CharField(max_length=150, blank=True)
    active = models.BooleanField(default=True)
    may_start_jobs = models.BooleanField(
        "may refresh data", default=False, db_default=False, help_text="Shows “Refresh data” on the dashboard."
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = "Super User"
        ordering = ["name", "accounts_uuid"]

    def __str__(self) -> str:
        return self.name or str(self.accounts_uuid)
