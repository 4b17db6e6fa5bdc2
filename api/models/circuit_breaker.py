from django.db import models


class CircuitBreaker(models.Model):
    """The state of one breaker, which all processes share. Only ``api/protection/breaker.py`` writes here."""

    name = models.CharField(max_length=32, primary_key=True)
    failures = models.PositiveIntegerField(
        default=0, help_text="Failures in a row, or at least 3 after a lasting failure. The breaker opens at 3."
    )
    failed_probes = models.PositiveIntegerField(
        default=0, help_text="Failed probes of deliver_pending since the breaker opened."
    )
    last_failure = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)

    class Meta:
        verbose_name = "circuit breaker"

    def __str__(self) -> str:
        return self.name
