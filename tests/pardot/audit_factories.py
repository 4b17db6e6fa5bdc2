"""Make assets, activities and tags, audit them, and read the results."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from pardot.audits import run
from pardot.models import AuditSummary, EntityState, PardotRecord, VisitorActivity
from pardot.sync import rollups

NOW = datetime(2026, 6, 30, 15, 0, tzinfo=UTC)
UNTIL = datetime(2026, 6, 29, 3, 20, tzinfo=UTC)
"""The start of the last complete read of activities; 30 days earlier is May 30, 03:20."""
SINCE = UNTIL - timedelta(days=30)
CLICK, VIEW, ERROR, SUCCESS, SENT, BOUNCED, SPAM, VISIT, CUSTOM_URL_CLICK = 1, 2, 3, 4, 6, 13, 14, 20, 21
SF_15, SF_18 = "701Hs0000012AbC", "701Hs0000012AbCIAU"
READ = (
    "campaigns", "lists", "forms", "landing_pages", "list_emails", "custom_redirects", "folders", "tags",
    "tagged_objects", "campaign_member_counts", "campaign_members", "sf_campaign_dates", "activities",
)  # fmt: skip

_ids = count(1001)


def mark_read(*names: str, until: datetime = UNTIL, since: datetime | None = None) -> None:
    """Mark these entities as completely read (activities only from ``since`` on)."""
    for name in names:
        EntityState.objects.update_or_create(
            name=name, defaults={"complete_until": until, "complete_since": since if name == "activities" else None}
        )


def make(model: type[PardotRecord], **values: Any) -> int:
    """Make a row and return its id."""
    values.setdefault("id", next(_ids))
    return int(model._default_manager.create(**values).pk)


def make_activities(kind: int, when: datetime = UNTIL, times: int = 1, **of: int | None) -> None:
    """Make activities of this type, on the asset that a keyword such as ``form_id=`` names."""
    rows = [VisitorActivity(id=next(_ids), type=kind, created_at=when, **of) for _ in range(times)]
    VisitorActivity.objects.bulk_create(rows)


def audit(now: datetime = NOW) -> None:
    """Compute the daily counts of activities, then run every audit as of ``now``."""
    rollups.count_days(datetime(2000, 1, 1, tzinfo=UTC).date(), None)
    run.run_audits(now=now)


def flags(model: type[PardotRecord], record: int) -> set[str]:
    rows: Any = model._default_manager
    return set(rows.values_list("flags", flat=True).get(pk=record))


def counts(area: str) -> Mapping[str, int | None]:
    result: Mapping[str, int | None] = AuditSummary.objects.get(area=area).counts
    return result


def figures(area: str) -> Mapping[str, Any]:
    result: Mapping[str, Any] = AuditSummary.objects.get(area=area).figures
    return result


def columns_of(model: Any, **values: Any) -> Any:
    """Return these ``columns`` of the record ``pk``."""
    return model.objects.values_list(*values["columns"]).get(pk=values["pk"])
