"""Audit lists: each should have a name and a change within the configured number of months."""

from __future__ import annotations

from pardot.audits.asset_audit import AssetAudit, Flag, build_blank_condition
from pardot.domain.areas import Area
from pardot.models import List

_CHANGED = "coalesce(a.updated_at, a.created_at)"
_STALE = f"{_CHANGED} <= %(now)s - make_interval(months => %(stale_months)s)"
_SEVERE = f"{_CHANGED} < %(now)s - make_interval(months => %(severe_months)s)"

AUDIT = AssetAudit(
    area=Area.LISTS,
    model=List,
    flags=(
        Flag("unnamed", build_blank_condition("a.name")),
        Flag("stale", f"{_STALE} AND NOT ({_SEVERE})"),
        Flag("stale_1y", _SEVERE),
    ),
)
