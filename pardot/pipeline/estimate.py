"""Estimate the number of Pardot calls of a survey (``camp_sync --survey``)."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings

from pardot.catalog.complete_reads import complete_reads
from pardot.catalog.entities import ACTIVITIES, PROSPECTS, Entity, PardotEntity
from pardot.models import SalesforceHealth
from pardot.sync.options import CampOptions
from pardot.sync.slices import SLICES
from sf.salesforce.limits import ApiUsage


def compose_question(entities: Sequence[Entity], options: CampOptions, usage: ApiUsage | None) -> str:
    """Return the question that the operator must answer before a survey."""
    calls, at_least = estimate_calls(entities, full=options.full)
    left = f"{usage.maximum - usage.used:,} of {usage.maximum:,} are left today" if usage else "the quota is unknown"
    return f"A survey takes {'at least' if at_least else 'about'} {calls:,} Pardot calls; {left}. Go ahead? [y/N] "


def estimate_calls(entities: Sequence[Entity], *, full: bool) -> tuple[int, bool]:
    """Return the number of calls, and whether this number is a lower bound.

    It is a lower bound when activities were never read completely.
    """
    known = complete_reads()
    calls, at_least = 0, False
    for entity in entities:
        if not isinstance(entity, PardotEntity):
            continue
        state = known.get(entity.name)
        rows = (state.rows or 0) if state else 0  # counted by the last sync, because counting millions takes seconds
        if entity.changes_by and entity.name in known and not full:
            rows = 0  # only changes are read: a page or two
        elif entity is PROSPECTS and entity.name not in known:
            rows = max(rows, _count_people())
        at_least = at_least or (entity is ACTIVITIES and entity.name not in known)
        calls += rows // settings.PARDOT_PAGE_SIZE + 1 + (SLICES if rows and entity.changes_by else 0)
    return calls, at_least


def _count_people() -> int:
    """Return the number of people whom Pardot knows, as Salesforce counted them."""
    health = SalesforceHealth.objects.first()
    return health.leads_with_pardot + health.contacts_with_pardot if health else 0
