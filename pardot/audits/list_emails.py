"""Audit list emails: each should be in a campaign that is not deleted, and have a subject."""

from __future__ import annotations

from pardot.audits.asset_audit import Flag, blank
from pardot.audits.content import content_audit
from pardot.domain.areas import Area
from pardot.models import ListEmail

AUDIT = content_audit(Area.LIST_EMAILS, ListEmail, Flag("no_subject", blank("a.subject")))
