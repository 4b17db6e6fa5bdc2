"""Audit forms: each should be in an existing campaign, with recent submissions and no recent errors."""

from __future__ import annotations

from pardot.audits.asset_audit import Figure, Flag, activities_of
from pardot.audits.content import build_active_content_audit
from pardot.domain.areas import Area
from pardot.models import ActivityType, AssetKind, Form

_ERRORS = activities_of(ActivityType.ERROR)

AUDIT = build_active_content_audit(
    Area.FORMS,
    Form,
    Flag("errors", f"{_ERRORS} > 0", needs_activity=True),
    kind=AssetKind.FORMS,
    column="form_id",
    used=(ActivityType.SUCCESS,),
    figures=(Figure("error_count", _ERRORS, needs_activity=True),),
)
