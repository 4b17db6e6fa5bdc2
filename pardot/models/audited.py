"""The base class of every asset that is audited."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower, Trim

BY_NAME = Lower(Trim("name"))
"""The sort key of names: case and leading spaces do not matter."""


class Audited(models.Model):
    """An asset with the flags of its latest audit, which only ``pardot/audits`` writes.

    Flags without data are absent. The area's ``AuditSummary`` says which flags have "no data".
    """

    flags = ArrayField(models.TextField(), default=list, db_default=[], blank=True, editable=False)

    class Meta:
        abstract = True
        # The default order of pages of assets: ``pardot/selectors/``.
        indexes = [models.Index(BY_NAME, "id", name="%(class)s_by_name")]


class WithActivity(Audited):
    """An audited asset whose activities are counted."""

    activity_count = models.PositiveIntegerField(
        null=True, blank=True, editable=False, help_text="Activities within the window; empty: no data."
    )

    class Meta(Audited.Meta):
        abstract = True
