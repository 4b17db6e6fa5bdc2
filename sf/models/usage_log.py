from django.db import models


class SFAPIUsageLog(models.Model):
    """How many HTTP calls to Salesforce a source made on a day (UTC): logins and limits included."""

    date = models.DateField()
    source = models.CharField(max_length=64, help_text="Who asked: a sync command, the API, an operator's look.")
    call_count = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "Salesforce API usage"
        verbose_name_plural = "Salesforce API usage"
        ordering = ["-date", "source"]
        constraints = [models.UniqueConstraint(fields=["date", "source"], name="usage_log_day_source")]

    def __str__(self) -> str:
        return f"{self.date} {self.source}: {self.call_count}"
