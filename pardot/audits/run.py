"""Run all audits in a fixed order, and record their results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from pardot.audits import campaigns, custom_redirects, forms, landing_pages, list_emails, lists, prospects, tags
from pardot.audits.asset_audit import AssetAudit
from pardot.audits.inputs import AuditInputs, load_audit_inputs
from pardot.audits.ledger import forget_old_findings, record_findings
from pardot.domain.areas import Area
from pardot.domain.days import get_today
from pardot.models import AuditSummary
from sf.ingest.lock import lock_table_for_write


class Audit(Protocol):
    """An audit that stores the ``AuditSummary`` of its area."""

    @property
    def area(self) -> Area: ...

    def run(self, inputs: AuditInputs) -> None: ...


ASSET_AUDITS: tuple[AssetAudit, ...] = (
    campaigns.AUDIT,
    forms.AUDIT,
    landing_pages.AUDIT,
    lists.AUDIT,
    list_emails.AUDIT,
    custom_redirects.AUDIT,
    tags.AUDIT,
)
AUDIT_OF: Mapping[Area, AssetAudit] = {audit.area: audit for audit in ASSET_AUDITS}
"""The audits of assets by area, in the order in which they run."""
AUDITS: tuple[Audit, ...] = (*ASSET_AUDITS, prospects.AUDIT)


def run_audits(audits: Sequence[Audit] = AUDITS, *, now: datetime | None = None) -> AuditInputs:
    """Run these audits, by default all, and return their inputs; call this in a transaction.

    A sync, a change of the configuration, and a retry of records that were set aside may run audits at the same time.
    The lock makes the audits run one after the other, so that each audit sees the changes committed before it.
    """
    lock_table_for_write(AuditSummary._meta.db_table)
    inputs = load_audit_inputs(now)
    counts_before = dict(AuditSummary.objects.values_list("area", "counts"))
    for audit in audits:
        audit.run(inputs)
        if isinstance(audit, AssetAudit):
            record_findings(audit, inputs, counts_before.get(audit.area, {}))
    forget_old_findings(get_today(inputs.now))
    return inputs
