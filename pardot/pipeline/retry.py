"""Retry records that ``camp_sync`` set aside, with the same steps after the merge as in a sync."""

from __future__ import annotations

from functools import partial

from django.db import transaction
from django.utils import timezone

from pardot.audits.run import run_audits
from pardot.catalog.entities import ACTIVITIES, ALL, PardotEntity, SalesforceEntity
from pardot.models import Campaign, EntityState, SalesforceCampaign, VisitorActivity
from pardot.sync import rollups
from pardot.sync.campaign_dates import fill_campaign_dates
from sf.ingest.load import Stage
from sf.sync.objects import SyncedObject
from sf.sync.retry import Retry, retry_refused

Kept = PardotEntity | SyncedObject
"""A copied entity or object, which may have set-aside records."""


def retry_set_aside(kept: Kept) -> tuple[int, int]:
    """Retry the set-aside records; if any was stored, run the audits.

    Return how many were stored, and how many are still set aside.

    Raises ``SyncSkipped`` while a sync of ``kept`` is running.
    """
    stored, left = retry_refused(kept, after_merge=partial(_follow_merge, kept))
    if stored:
        with transaction.atomic():
            run_audits()
    return stored, left


def build_retries() -> dict[str, Retry]:
    """Return a retry function for each name under which records can be set aside."""
    copied: list[Kept] = []
    for entity in ALL:
        if isinstance(entity, PardotEntity):
            copied.append(entity)
        elif isinstance(entity, SalesforceEntity):
            copied.extend(entity.objects)
    return {kept.name: partial(retry_set_aside, kept) for kept in copied}


def _follow_merge(kept: Kept, stage: Stage) -> None:
    if kept.model in {Campaign, SalesforceCampaign}:
        fill_campaign_dates()
    elif kept.model is VisitorActivity:
        state = EntityState.objects.filter(name=ACTIVITIES.name).first()
        rollups.update_rollups(stage, state.complete_until if state else timezone.now(), since=None)
