"""Count each entity's rows at the end of a sync: counting millions for a page would be too slow."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import models
from django.db.models import Q, QuerySet

from pardot.catalog.entities import (
    ALL,
    CAMPAIGN_MEMBER_COUNTS,
    SF_HEALTH,
    CountedEntity,
    Entity,
    PardotEntity,
    SalesforceEntity,
)
from pardot.models import CampaignMemberCount, EntityState, SalesforceHealth

_COUNTED: Mapping[str, type[models.Model]] = {
    SF_HEALTH.name: SalesforceHealth,
    CAMPAIGN_MEMBER_COUNTS.name: CampaignMemberCount,
}


def count_rows() -> None:
    """Update ``EntityState.rows``. Call this in a transaction that locks no tables."""
    tables = {name: model for entity in ALL for name, model in _list_tables(entity).items()}
    states = list(EntityState.objects.filter(name__in=tables))
    for state in states:
        state.rows = _select_rows(tables[state.name]).count()
    EntityState.objects.bulk_update(states, ["rows"])


def _list_tables(entity: Entity) -> dict[str, type[models.Model]]:
    """Return the tables by the names under which the entity's state is stored."""
    if isinstance(entity, PardotEntity):
        return {entity.name: entity.model}
    if isinstance(entity, SalesforceEntity):
        return {synced.name: synced.model for synced in entity.objects}
    return {entity.name: _COUNTED[entity.name]} if isinstance(entity, CountedEntity) else {}


def _select_rows(model: type[models.Model]) -> QuerySet[models.Model]:
    """Return the rows outside the recycle bin."""
    rows = model._default_manager.all()
    deletable = any(field.name == "is_deleted" for field in model._meta.concrete_fields)
    return rows.filter(Q(is_deleted=False) | Q(is_deleted=None)) if deletable else rows
