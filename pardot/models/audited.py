"""What every asset that is audited has beside its copy."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower, Trim

BY_NAME = Lower(Trim("name"))
"""As people look for a name in a list: whatever its case, and whatever spaces somebody has typed before it."""


class Audited(models.Model):
    """The latest audit of one asset, written by ``pardot/audits`` only.

    Flags that need what was not read are absent; whether they are "no data" says ``AuditSummary`` of the area.
    """

    flags = ArrayField(models.TextField(), default=list, db_default=[], blank=True, editable=False)

    class Meta:
        abstract = True
        # Pages of assets are in this order unless another is asked for: ``pardot/selectors/``.
        indexes = [models.Index(BY_NAME, "id", name="%(class)s_by_name")]


class WithActivity(Audited):
    """An asset whose activities count."""

    activity_count = models.PositiveIntegerField(
        null=True, blank=True, editable=False, help_text="Within the look-back; empty: no data."
    )

    class Meta(Audited.Meta):
        abstract = True
