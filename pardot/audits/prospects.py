"""Audit prospects: their links to Salesforce, their CRM fields, and their engagement.

There are too many prospects to store flags in each row, as the audits of assets do. Instead, this audit scans the
table, and stores only figures about all of them, with sample ids, in ``AuditSummary``.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

from pardot.audits.inputs import AuditInputs, LookBack, look_back
from pardot.catalog.entities import ACTIVITIES, PROSPECTS
from pardot.domain.areas import Area
from pardot.domain.prospect_sql import CRM_FIELDS, build_bad_id_condition, build_filled_condition, build_stuck_condition
from pardot.models import AuditSummary
from pardot.sync.rollups import ENGAGEMENT_DAYS

AS_LEAD = build_filled_condition("p.salesforce_lead_id")
AS_CONTACT = build_filled_condition("p.salesforce_contact_id")
LINKED = f"({build_filled_condition('p.salesforce_id')} OR {AS_LEAD} OR {AS_CONTACT})"
"""The SQL condition that prospect ``p`` has any id of a lead or contact, valid or not."""
ANY_BAD_ID = f"({' OR '.join(build_bad_id_condition(f'p.{field}') for field in CRM_FIELDS)})"
"""The SQL condition that a CRM field of prospect ``p`` contains text that is not a Salesforce id."""
GRADE = "coalesce(nullif(btrim(p.grade), ''), 'none')"
"""The SQL expression for the grade of prospect ``p``; ``none`` without a grade."""
WITH_EMAIL = build_filled_condition("p.email")
STUCK = build_stuck_condition("p.adoption_json")
HIGH_SCORE = 100
STUCK_HIGH_SCORE = f"({STUCK} AND p.score >= {HIGH_SCORE})"
SAMPLE_SIZE = 50
"""The largest number of ids in each sample."""


def _build_percentage_sql(condition: str) -> str:
    """Return SQL for the percentage of rows that meet ``condition``, to one decimal; null without rows."""
    return f"round(100.0 * count(*) FILTER (WHERE {condition}) / nullif(count(*), 0), 1)::double precision"


_COUNTS = {
    "total": "count(*)",
    "linked": f"count(*) FILTER (WHERE {LINKED})",
    "as_lead": f"count(*) FILTER (WHERE {AS_LEAD})",
    "as_contact": f"count(*) FILTER (WHERE {AS_CONTACT})",
    "unlinked": f"count(*) FILTER (WHERE NOT {LINKED})",
    "with_email": f"count(*) FILTER (WHERE {WITH_EMAIL})",
    "opted_out": "count(*) FILTER (WHERE p.opted_out)",
    "bad_lead_ids": f"count(*) FILTER (WHERE {build_bad_id_condition('p.salesforce_lead_id')})",
    "bad_contact_ids": f"count(*) FILTER (WHERE {build_bad_id_condition('p.salesforce_contact_id')})",
    "bad_salesforce_ids": f"count(*) FILTER (WHERE {build_bad_id_condition('p.salesforce_id')})",
    "bad_account_ids": f"count(*) FILTER (WHERE {build_bad_id_condition('p.salesforce_account_id')})",
    "bad_ids": f"count(*) FILTER (WHERE {ANY_BAD_ID})",
    "adoption_stuck": f"count(*) FILTER (WHERE {STUCK})",
    "adoption_stuck_high_score": f"count(*) FILTER (WHERE {STUCK_HIGH_SCORE})",
    "unlinked_pct": f"coalesce({_build_percentage_sql(f'NOT {LINKED}')}, 0)",
    "link_rate": _build_percentage_sql(LINKED),
    "scored": "count(p.score)",
    "avg_score": "round(avg(p.score), 1)::double precision",
    "top_score": "max(p.score)",
}
_SELECT = f"SELECT {', '.join(_COUNTS.values())} FROM pardot_prospect p WHERE p.is_deleted IS NOT TRUE"  # noqa: S608 - our own SQL
_DELETED = "SELECT count(*) FROM pardot_prospect WHERE is_deleted"
_GRADES = f"SELECT {GRADE}, count(*) FROM pardot_prospect p WHERE p.is_deleted IS NOT TRUE GROUP BY 1 ORDER BY 1"  # noqa: S608 - our own SQL
_SAMPLES = {
    "bad_lead_sample": (build_bad_id_condition("p.salesforce_lead_id"), "p.id"),
    "bad_contact_sample": (build_bad_id_condition("p.salesforce_contact_id"), "p.id"),
    "adoption_stuck_sample": (STUCK, "p.score DESC NULLS LAST, p.id"),
}
"""The condition and the order of each sample. A sample is a figure that lists the ids of prospects."""
_ACTIVE = """
    SELECT count(*) FROM pardot_prospectengagement e JOIN pardot_prospect p ON p.id = e.prospect_id
    WHERE p.is_deleted IS NOT TRUE
"""


class ProspectAudit:
    """The audit of prospects. Prospects in Pardot's recycle bin count only in the figure ``deleted``."""

    area = Area.PROSPECTS

    def run(self, inputs: AuditInputs) -> None:
        """Update the audit summary of the prospects. Call this in a transaction."""
        figures, span = _load_figures(), _compute_look_back(inputs)
        if span is None:
            figures["active_30d"] = None
        AuditSummary.objects.update_or_create(
            area=self.area,
            defaults={
                "audited_at": inputs.now,
                "is_complete": inputs.has(PROSPECTS.name),
                "items": figures["total"],
                "counts": {},
                "activity_until": span.until if span else None,
                "figures": figures,
            },
        )


AUDIT = ProspectAudit()


def _compute_look_back(inputs: AuditInputs) -> LookBack | None:
    """Return the span of ``ProspectEngagement``; ``None`` if its activities are incomplete or too old.

    The table always covers ``ENGAGEMENT_DAYS``, so the configured look-back does not apply.
    """
    return look_back(inputs.read.get(ACTIVITIES.name), days=ENGAGEMENT_DAYS, now=inputs.now)


def _load_figures() -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(_SELECT)
        figures: dict[str, Any] = dict(zip(_COUNTS, cursor.fetchone(), strict=True))
        cursor.execute(_DELETED)
        figures["deleted"] = cursor.fetchone()[0]
        cursor.execute(_GRADES)
        figures["grade_distribution"] = dict(cursor.fetchall())
        for name, (condition, order) in _SAMPLES.items():
            cursor.execute(
                f"SELECT p.id FROM pardot_prospect p WHERE p.is_deleted IS NOT TRUE AND {condition} "  # noqa: S608 - our own SQL
                f"ORDER BY {order} LIMIT {SAMPLE_SIZE}"
            )
            figures[name] = [prospect for (prospect,) in cursor.fetchall()]
        cursor.execute(_ACTIVE)
        figures["active_30d"] = cursor.fetchone()[0]
    return figures
