from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import or_
from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce, Lower, NullIf

from pardot.domain.prospect_sql import CRM_FIELDS, bad_id, filled, stuck
from pardot.models.record import PardotRecord
from pardot.models.words import EMPTY, joined
from sf.models.fields import Boolean, DateTime, Integer, Text


def _any_column(condition: Callable[[str], str], *columns: str) -> Q:
    """Return the condition that at least one column meets ``condition``."""
    sql = condition("%(expressions)s")
    return reduce(or_, (Q(Func(F(column), template=sql, output_field=models.BooleanField())) for column in columns))


def _partial_index(condition: Q, name: str) -> models.Index:
    """Return a partial index, so that a query with ``condition`` need not scan all prospects."""
    return models.Index(fields=["id"], condition=condition, name=name)


NAME = Lower(Func(joined("first_name", "last_name"), function="btrim"))
TEXTS = Func(joined("email", "first_name", "last_name", "company"), function="sf_searchable")
GRADE = Coalesce(NullIf(Func("grade", function="btrim"), EMPTY), Value("none", models.TextField()))


class Prospect(PardotRecord):
    """A person whom Pardot knows. Prospects in Pardot's recycle bin stay here, with ``is_deleted``.

    The CRM id fields contain what Pardot sends: ids of 15 or 18 characters, or other text. ``adoption_json`` is the
    custom field named by the setting ``PARDOT_ADOPTION_JSON_FIELD``; without this setting it is null.
    """

    kept_when_deleted: ClassVar[frozenset[str]] = frozenset({"id", "is_deleted", "created_at", "updated_at"})
    """The columns that stay when a prospect was deleted long ago (``sf/ingest/tombstones.py``)."""

    email = Text("email")
    first_name = Text("firstName")
    last_name = Text("lastName")
    company = Text("company")
    score = Integer("score")
    grade = Text("grade")
    campaign_id = Integer("campaignId")
    salesforce_id = Text("salesforceId")
    salesforce_lead_id = Text("salesforceLeadId")
    salesforce_contact_id = Text("salesforceContactId")
    salesforce_account_id = Text("salesforceAccountId")
    opted_out = Boolean("optedOut")
    is_deleted = Boolean("isDeleted")
    last_activity_at = DateTime("lastActivityAt")
    created_at = DateTime("createdAt")
    updated_at = DateTime("updatedAt")
    adoption_json = Text("")

    class Meta(PardotRecord.Meta):
        indexes = [
            models.Index(Lower("email"), name="prospect_email_lower"),
            models.Index(fields=["-score", "id"], name="prospect_score"),
            models.Index(fields=["-last_activity_at", "id"], name="prospect_last_activity"),
            models.Index(NAME.desc(), "id", name="prospect_name"),
            models.Index(GRADE, name="prospect_grade"),
            GinIndex(OpClass(TEXTS, name="gin_trgm_ops"), name="prospect_texts"),
            _partial_index(
                ~_any_column(filled, "salesforce_id", "salesforce_lead_id", "salesforce_contact_id"),
                "prospect_unlinked",
            ),
            _partial_index(_any_column(filled, "salesforce_lead_id"), "prospect_as_lead"),
            _partial_index(Q(opted_out=True), "prospect_opted_out"),
            _partial_index(Q(is_deleted=True), "prospect_in_bin"),
            _partial_index(_any_column(bad_id, *CRM_FIELDS), "prospect_bad_id"),
            _partial_index(_any_column(stuck, "adoption_json"), "prospect_adoption_stuck"),
        ]

    def __str__(self) -> str:
        return self.email or f"prospect {self.id}"
