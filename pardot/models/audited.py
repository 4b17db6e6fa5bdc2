"""What every asset that is audited has beside its copy."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower


class Audited(models.Model):
    """The latest audit of one asset, written by ``pardot/audits`` only.

    Flags that need what was not read are absent; whether they are "no data" says ``AuditSummary`` of the area.
    """

    flags = ArrayField(models.TextField(), default=list, db_default=[], blank=True, editable=False)

    class Meta:
        abstract = True
        # Pages of assets are in this order unless another is asked for: ``pardot/selectors/assets.py``.
        indexes = [models.Index(Lower("name"), "id", name="%(class)s_by_name")]


class WithActivity(Audited):
    """An asset whose activities count."""

    activity_count = models.PositiveIntegerField(
        null=True, blank=True, editable=False, help_text="Within the look-back; empty: no data."
    )

    class Meta(Audited.Meta):
        abstract = True
