"""Audit custom redirects: each should be in a campaign that is not deleted, and have recent clicks."""

from __future__ import annotations

from pardot.audits.content import build_active_content_audit
from pardot.domain.areas import Area
from pardot.models import ActivityType, AssetKind, CustomRedirect

AUDIT = build_active_content_audit(
    Area.CUSTOM_REDIRECTS,
    CustomRedirect,
    kind=AssetKind.CUSTOM_REDIRECTS,
    column="custom_redirect_id",
    used=(ActivityType.CLICK, ActivityType.CUSTOM_URL_CLICK),
)
