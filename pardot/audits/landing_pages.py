"""Audit landing pages: each should be in a campaign that is not deleted, and have recent views."""

from __future__ import annotations

from pardot.audits.content import build_active_content_audit
from pardot.domain.areas import Area
from pardot.models import ActivityType, AssetKind, LandingPage

AUDIT = build_active_content_audit(
    Area.LANDING_PAGES,
    LandingPage,
    kind=AssetKind.LANDING_PAGES,
    column="landing_page_id",
    used=(ActivityType.VIEW,),
)
