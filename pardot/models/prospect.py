from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import or_
from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce, Lower, NullIf

from pardot.domain.prospect_sql import CRM_FIELDS, build_bad_id_condition, build_filled_condition, build_stuck_condition
from pardot.models.record import PardotRecord
from pardot.models.words import EMPTY, join_columns
from sf.models.fields import Boolean, DateTime, Integer, Text


def _match_any_column(condition: Callable[[str], str], *columns: str) -> Q:
    """Return the condition that at least one column meets ``condition``."""
    sql = condition("%(expressions)s")
    return reduce(or_, (Q(Func(F(column), template=sql, output_field=models.BooleanField())) for column in columns))


def _make_partial_index(condition: Q, name: str) -> models.Index:
    """Return a partial index, so that a query with ``condition`` need not scan all prospects."""
    return models.Index(fields=["id"], condition=condition, name=name)


NAME = Lower(Func(join_columns("first_name", "last_name"), function="btrim"))
TEXTS = Func(join_columns("email", "first_name", "last_name", "company"), function="sf_searchable")
GRADE = Coalesce(NullIf(Func("grade", function="btrim"), EMPTY), Value("none", models.TextField()))


class Prospect(PardotRecord):
    """A person whom Pardot knows. Prospects in Pardot's recycle bin stay here, with ``is_deleted``.

    The CRM id fields contain what Pardot sends: ids of 15 or 18 characters, or other text. ``adoption_json`` is the
    custom field named by the setting ``PARDOT_ADOPTION_JSON_FIELD``; without this setting it is null.
    """

    kept_when_deleted: ClassVar[frozenset[str]] = frozenset({"id", "is_deleted", "created_at", "updated_at"})
    """The columns that a tombstone keeps (``sf/ingest/tombstones.py``)."""

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
            _make_partial_index(
                ~_match_any_column(
                    build_filled_condition, "salesforce_id", "salesforce_lead_id", "salesforce_contact_id"
                ),
                "prospect_unlinked",
            ),
            _make_partial_index(_match_any_column(build_filled_condition, "salesforce_lead_id"), "prospect_as_lead"),
            _make_partial_index(Q(opted_out=True), "prospect_opted_out"),
            _make_partial_index(Q(is_deleted=True), "prospect_in_bin"),
            _make_partial_index(_match_any_column(build_bad_id_condition, *CRM_FIELDS), "prospect_bad_id"),
            _make_partial_index(_match_any_column(build_stuck_condition, "adoption_json"), "prospect_adoption_stuck"),
        ]

    def __str__(self) -> str:
        return self.email or f"prospect {self.id}"
