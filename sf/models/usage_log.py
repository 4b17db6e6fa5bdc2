from django.db import models


class SFAPIUsageLog(models.Model):
    """The number of HTTP calls to Salesforce by source and day (UTC), including logins."""

    date = models.DateField()
    source = models.CharField(max_length=64, help_text="The caller: a sync command, the API, or an operator.")
    call_count = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "Salesforce API usage"
        verbose_name_plural = "Salesforce API usage"
        ordering = ["-date", "source"]
        constraints = [models.UniqueConstraint(fields=["date", "source"], name="usage_log_day_source")]

    def __str__(self) -> str:
        return f"{self.date} {self.source}: {self.call_count}"
