"""Audit list emails: each should be in a campaign that is not deleted, and have a subject."""

from __future__ import annotations

from pardot.audits.asset_audit import Flag, build_blank_condition
from pardot.audits.content import build_content_audit
from pardot.domain.areas import Area
from pardot.models import ListEmail

AUDIT = build_content_audit(Area.LIST_EMAILS, ListEmail, Flag("no_subject", build_blank_condition("a.subject")))
