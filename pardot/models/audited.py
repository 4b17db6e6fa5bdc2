"""The base classes of assets that are audited."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower, Trim

BY_NAME = Lower(Trim("name"))
"""The sort key of names. It ignores case, and spaces before and after the name."""


class Audited(models.Model):
    """An asset with the flags that its latest audit set. Only ``pardot/audits`` writes ``flags``.

    When the data that a flag needs is missing, the flag is not set, and its count in ``AuditSummary.counts`` is null.
    """

    flags = ArrayField(models.TextField(), default=list, db_default=[], blank=True, editable=False)

    class Meta:
        abstract = True
        # For lists sorted by name, then by id (``pardot/selectors/assets.py``).
        indexes = [models.Index(BY_NAME, "id", name="%(class)s_by_name")]


class WithActivity(Audited):
    """An audited asset with the number of activities that show its use."""

    activity_count = models.PositiveIntegerField(
        null=True,
        blank=True,
        editable=False,
        help_text="Activities within the window that show use (all types for campaigns); empty: no data.",
    )

    class Meta(Audited.Meta):
        abstract = True
