"""Declarations of the synced entities: source, model, tier, and whether only changes are read.

The models declare the fields and columns (``pardot/models``). ``choose`` turns an operator's input into entities.
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
"""The lease of ``camp_sync``. Two runs at once could open more requests than Pardot allows."""


class Tier(IntEnum):
    """The extent of a sync. A higher tier reads everything that a lower tier reads, and more."""

    SET_UP = 1
    SCOUT = 2
    SURVEY = 3


class UnknownEntity(ValueError):
    """The name is not an entity, alias or group; the message lists the known names."""


@dataclass(frozen=True)
class Entity:
    """A kind of record or figure that ``camp_sync`` reads."""

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
    """The path after ``/api/v5/objects/``."""
    model: type[PardotRecord]
    changes_by: str = ""
    """The API's date field by which changes are read. Empty: every read reads all records."""
    with_deleted: bool = False
    """True when records in the recycle bin are read too."""
    kept_for_days: bool = False
    """True when only records created within ``PARDOT_ACTIVITY_RETENTION_DAYS`` are kept."""
    left_out: frozenset[str] = frozenset()
    """Columns whose fields Pardot currently refuses (``pardot/sync/readable.py``)."""

    def fields(self) -> list[CopiedField]:
        """Return the columns to read. Leave out ``left_out``, and optional columns whose setting is empty."""
        fields = self.model.list_copied_fields()
        return [field for field in fields if self._get_api_name(field) and field.column not in self.left_out]

    def map_columns_to_names(self) -> dict[str, str]:
        """Return the API name of each column that is read."""
        return {str(field.column): self._get_api_name(field) for field in self.fields()}

    @property
    def api_names(self) -> list[str]:
        """Return the API names in the order of the target's columns."""
        return [self._get_api_name(field) for field in self.fields()]

    @staticmethod
    def _get_api_name(field: CopiedField) -> str:
        return field.salesforce_name or str(getattr(settings, _OPTIONAL[field.name]))

    @property
    def target(self) -> Target:
        """Return the target of merges. Rows that Pardot no longer sends are deleted, not marked as deleted."""
        stamp = next((field.column for field in self.fields() if self._get_api_name(field) == self.changes_by), None)
        return Target(
            table=self.model._meta.db_table,
            columns=columns_of(self.fields()),
            stamp=stamp or "created_at",
            keeps_newer=False,
            marks_deleted=False,
        )

    @property
    def fingerprint(self) -> str:
        """Return a hash of fields, host and business unit. After a change, everything must be read again."""
        columns = [f"{field.column}={self._get_api_name(field)}" for field in self.fields()]
        text = "|".join([*columns, settings.PARDOT_API_URL, settings.SALESFORCE_PARDOT_BUSINESS_UNIT])
        return hashlib.sha256(text.encode()).hexdigest()


_OPTIONAL: Mapping[str, str] = {"adoption_json": "PARDOT_ADOPTION_JSON_FIELD"}
"""The setting with the API name of each optional column."""


@dataclass(frozen=True, kw_only=True)
class SalesforceEntity(Entity):
    """An entity that consists of Salesforce objects, which are read like those of ``sf``."""

    objects: tuple[SyncedObject, ...]

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(synced.name for synced in self.objects)


@dataclass(frozen=True, kw_only=True)
class CountedEntity(Entity):
    """An entity that consists of counts or comparisons, without copies of records."""

    @property
    def fingerprint(self) -> str:
        return ""


def _declare_asset(name: str, path: str, model: type[PardotRecord], *aliases: str) -> PardotEntity:
    return PardotEntity(name, Tier.SET_UP, aliases, path=path, model=model)


CAMPAIGNS = _declare_asset("campaigns", "campaigns", models.Campaign)
LISTS = _declare_asset("lists", "lists", models.List)
FORMS = _declare_asset("forms", "forms", models.Form)
LANDING_PAGES = _declare_asset("landing_pages", "landing-pages", models.LandingPage, "lps")
LIST_EMAILS = _declare_asset("list_emails", "list-emails", models.ListEmail, "emails")
CUSTOM_REDIRECTS = _declare_asset("custom_redirects", "custom-redirects", models.CustomRedirect, "redirects")
FOLDERS = _declare_asset("folders", "folders", models.Folder)
TAGS = _declare_asset("tags", "tags", models.Tag)
TAGGED_OBJECTS = _declare_asset("tagged_objects", "tagged-objects", models.TaggedObject)
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
"""The orphan check, the last step of a survey. Operators cannot choose it by name."""

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
"""All entities except ``ORPHANS``, in the order in which they are read."""

GROUPS: Mapping[str, tuple[Entity, ...]] = {"assets": ASSETS, "all": ALL}


def select_tier_entities(tier: Tier) -> list[Entity]:
    """Return the entities that a tier reads completely.

    ``SCOUT`` also reads a sample of prospects (``pardot/sync/sample.py``).
    """
    return [entity for entity in ALL if entity.tier <= tier]


def choose(names: Iterable[str]) -> list[Entity]:
    """Return the entities with these names, aliases and groups, each once, in the order of ``ALL``.

    Raises ``UnknownEntity`` when a name is unknown, or when no name is given.
    """
    known: dict[str, tuple[Entity, ...]] = {
        name: (entity,) for entity in ALL for name in (entity.name, *entity.aliases)
    }
    known |= GROUPS
    chosen: set[str] = set()
    for name in list(names) or [""]:
        if name not in known:
            raise UnknownEntity(f"unknown entity {name!r}. Known: {', '.join(_describe_known())}")
        chosen |= {entity.name for entity in known[name]}
    return [entity for entity in ALL if entity.name in chosen]


def _describe_known() -> list[str]:
    named = [f"{entity.name} ({', '.join(entity.aliases)})" if entity.aliases else entity.name for entity in ALL]
    return [*named, *(f"{group} (group)" for group in GROUPS)]
