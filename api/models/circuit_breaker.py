from django.db import models


class CircuitBreaker(models.Model):
    """Salesforce's recent answers: one row that all processes share, written by ``api/protection/breaker.py``."""

    name = models.CharField(max_length=32, primary_key=True)
    failures = models.PositiveIntegerField(default=0, help_text="In a row; from 3 on no request waits for it.")
    failed_probes = models.PositiveIntegerField(default=0, help_text="Of deliver_pending, since it is open.")
    last_failure = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)

    class Meta:
        verbose_name = "circuit breaker"

    def __str__(self) -> str:
        return self.name
