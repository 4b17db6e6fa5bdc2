"""The synced entities, each declared once: its source, model, tier and manner of reading.

Fields and columns are the model's (``pardot/models``). ``NAMES`` and ``choose`` turn an operator's input into
entities.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from django.conf import settings

from pardot import models
from pardot.models import PardotRecord
from sf.ingest.load import Target
from sf.models.fields import CopiedField
from sf.sync.objects import SyncedObject, columns_of

LOCK = "camp_sync"
"""The lease of ``camp_sync``: two commands at once would open more requests than Pardot allows."""


class Tier(IntEnum):
    """The amount that is read."""

    SET_UP = 1
    SCOUT = 2
    SURVEY = 3


class UnknownEntity(ValueError):
    """The name is not an entity, alias or group; the message lists the known ones."""


@dataclass(frozen=True)
class Entity:
    """One row of the table of entities."""

    name: str
    tier: Tier
    aliases: tuple[str, ...] = ()

    @property
    def parts(self) -> tuple[str, ...]:
        """Return the names under which the entity's runs are stored."""
        return (self.name,)


@dataclass(frozen=True, kw_only=True)
class PardotEntity(Entity):
    """An entity that is read from the Pardot API."""

    path: str
    """The path behind ``/api/v5/objects/``."""
    model: type[PardotRecord]
    changes_by: str = ""
    """The API's date field by which only changes can be read; empty: all records are read every time."""
    with_deleted: bool = False
    """Records in the recycle bin are read too."""
    kept_for_days: bool = False
    """Only records created within ``PARDOT_ACTIVITY_RETENTION_DAYS`` are kept."""
    left_out: frozenset[str] = frozenset()
    """Columns whose fields Pardot does not show now (``pardot/sync/readable.py``)."""

    def fields(self) -> list[CopiedField]:
        """Return the columns that are read; an optional one only when its setting names the custom field."""
        fields = self.model.copied_fields()
        return [field for field in fields if self._api_name(field) and field.column not in self.left_out]

    def named_columns(self) -> dict[str, str]:
        """Return the API name of each column that is read."""
        return {str(field.column): self._api_name(field) for field in self.fields()}

    @property
    def api_names(self) -> list[str]:
        """Return the API names in the order of the target's columns."""
        return [self._api_name(field) for field in self.fields()]

    @staticmethod
    def _api_name(field: CopiedField) -> str:
        return field.salesforce_name or str(getattr(settings, _OPTIONAL[field.name]))

    @property
    def target(self) -> Target:
        """Return the target. Rows that Pardot lacks are removed; rows in its bin arrive with ``is_deleted``."""
        stamp = next((field.column for field in self.fields() if self._api_name(field) == self.changes_by), None)
        return Target(
            table=self.model._meta.db_table,
            columns=columns_of(self.fields()),
            stamp=stamp or "created_at",
            keeps_newer=False,
            marks_deleted=False,
        )

    @property
    def fingerprint(self) -> str:
        """Return a hash of fields and business unit: when it changes, everything must be read again."""
        columns = [f"{field.column}={self._api_name(field)}" for field in self.fields()]
        text = "|".join([*columns, settings.PARDOT_API_URL, settings.SALESFORCE_PARDOT_BUSINESS_UNIT])
        return hashlib.sha256(text.encode()).hexdigest()


_OPTIONAL: Mapping[str, str] = {"adoption_json": "PARDOT_ADOPTION_JSON_FIELD"}
"""Columns whose API name is a setting."""


@dataclass(frozen=True, kw_only=True)
class SalesforceEntity(Entity):
    """Objects of Salesforce, read like those of ``sf``: REST or Bulk, full or incremental."""

    objects: tuple[SyncedObject, ...]

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(synced.name for synced in self.objects)


@dataclass(frozen=True, kw_only=True)
class CountedEntity(Entity):
    """Figures that Salesforce counts; no record is copied."""

    @property
    def fingerprint(self) -> str:
        return ""


def _asset(name: str, path: str, model: type[PardotRecord], *aliases: str) -> PardotEntity:
    return PardotEntity(name, Tier.SET_UP, aliases, path=path, model=model)


CAMPAIGNS = _asset("campaigns", "campaigns", models.Campaign)
LISTS = _asset("lists", "lists", models.List)
FORMS = _asset("forms", "forms", models.Form)
LANDING_PAGES = _asset("landing_pages", "landing-pages", models.LandingPage, "lps")
LIST_EMAILS = _asset("list_emails", "list-emails", models.ListEmail, "emails")
CUSTOM_REDIRECTS = _asset("custom_redirects", "custom-redirects", models.CustomRedirect, "redirects")
FOLDERS = _asset("folders", "folders", models.Folder)
TAGS = _asset("tags", "tags", models.Tag)
TAGGED_OBJECTS = _asset("tagged_objects", "tagged-objects", models.TaggedObject)
ASSETS = (
    CAMPAIGNS,
    LISTS,
    FORMS,
    LANDING_PAGES,
    LIST_EMAILS,
    CUSTOM_REDIRECTS,
    FOLDERS,
    TAGS,
    TAGGED_OBJECTS,
)

SF_HEALTH = CountedEntity("sf_health", Tier.SET_UP)
SF_CAMPAIGN_DATES = SalesforceEntity(
    "sf_campaign_dates",
    Tier.SET_UP,
    ("sf_dates",),
    objects=(SyncedObject("sf_campaign_dates", models.SalesforceCampaign),),
)
CAMPAIGN_MEMBER_COUNTS = CountedEntity("campaign_member_counts", Tier.SET_UP, ("member_counts",))
PROSPECTS = PardotEntity(
    "prospects", Tier.SURVEY, path="prospects", model=models.Prospect, changes_by="updatedAt", with_deleted=True
)
ACTIVITIES = PardotEntity(
    "activities",
    Tier.SURVEY,
    path="visitor-activities",
    model=models.VisitorActivity,
    changes_by="createdAt",
    kept_for_days=True,
)
CAMPAIGN_MEMBERS = SalesforceEntity(
    "campaign_members",
    Tier.SURVEY,
    ("members",),
    objects=(SyncedObject("campaign_members", models.CampaignMember),),
)
SCORING_CATEGORIES = SalesforceEntity(
    "scoring_categories",
    Tier.SURVEY,
    ("scores",),
    objects=(
        SyncedObject("lead_category_scores", models.LeadCategoryScore),
        SyncedObject("contact_category_scores", models.ContactCategoryScore),
    ),
)

ORPHANS = CountedEntity("orphans", Tier.SURVEY)
"""The search for orphans, after everything else of a survey; operators cannot choose it by name."""

ALL: tuple[Entity, ...] = (
    *ASSETS,
    SF_HEALTH,
    SF_CAMPAIGN_DATES,
    CAMPAIGN_MEMBER_COUNTS,
    PROSPECTS,
    ACTIVITIES,
    CAMPAIGN_MEMBERS,
    SCORING_CATEGORIES,
)
"""The entities in the order in which they are read."""

GROUPS: Mapping[str, tuple[Entity, ...]] = {"assets": ASSETS, "all": ALL}


def of_tier(tier: Tier) -> list[Entity]:
    """Return the entities that a tier reads. The prospects of ``SCOUT`` are a sample: ``sample.py``."""
    return [entity for entity in ALL if entity.tier <= tier]


def choose(names: Iterable[str]) -> list[Entity]:
    """Return the entities of these names, aliases and groups, each once, in the usual order."""
    known: dict[str, tuple[Entity, ...]] = {
        name: (entity,) for entity in ALL for name in (entity.name, *entity.aliases)
    }
    known |= GROUPS
    wanted: set[str] = set()
    for name in list(names) or [""]:
        if name not in known:
            raise UnknownEntity(f"unknown entity {name!r}. Known: {', '.join(_described())}")
        wanted |= {entity.name for entity in known[name]}
    return [entity for entity in ALL if entity.name in wanted]


def _described() -> list[str]:
    named = [f"{entity.name} ({', '.join(entity.aliases)})" if entity.aliases else entity.name for entity in ALL]
    return [*named, *(f"{group} (group)" for group in GROUPS)]
