"""The Pardot objects, each declared once. Tables, queries and checks follow from the declarations.

Sources: the object pages of the version 5 reference
(developer.salesforce.com/docs/marketing/pardot/guide/<object>-v5.html) and its page "Version 5 Overview".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

FieldType = Literal["integer", "string", "boolean", "datetime"]

_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True)
class Field:
    """One field, as the API names it."""

    name: str
    type: FieldType = "string"
    expression: str = ""
    """SQL that computes the value from the row ``t``. It is empty for a stored field."""

    @property
    def column(self) -> str:
        """Return the column: ``salesforce_lead_id`` for ``salesforceLeadId``."""
        return _CAPITAL.sub("_", self.name).lower()

    @property
    def sql(self) -> str:
        return self.expression or f"t.{self.column}"

    @property
    def sort_key(self) -> str:
        """Return the SQL to sort by. Its value is never null, so that a page can continue after any row."""
        if self.type == "integer" or self.name in ("createdAt", "updatedAt"):
            return self.column
        return f"coalesce({self.column}, '')"


@dataclass(frozen=True)
class PardotObject:
    """One kind of record."""

    path: str
    """The name in ``/api/v5/objects/<path>``."""
    fields: tuple[Field, ...]
    dates: tuple[str, ...] = ()
    """Date fields that can be filtered. Forms, custom redirects and folders have no date filters."""
    filters: tuple[str, ...] = ()
    """Fields, other than ``id`` and ``dates``, that can be filtered by equality."""
    sortable: tuple[str, ...] = ("id", "createdAt", "updatedAt")
    recycle_bin: bool = False
    """Deleted records can still be read with ``deleted=all`` or ``deleted=true``."""
    creatable: tuple[str, ...] = ()
    """Fields that POST and PATCH accept. An object without such fields is read-only in the API."""

    @property
    def table(self) -> str:
        return "pardot_" + self.path.replace("-", "_")

    @cached_property
    def by_name(self) -> dict[str, Field]:
        return {field.name: field for field in self.fields}

    @cached_property
    def columns(self) -> tuple[Field, ...]:
        """Return the fields that are stored, in the order of the table's columns."""
        return tuple(field for field in self.fields if not field.expression)


def _integers(*names: str) -> tuple[Field, ...]:
    return tuple(Field(name, "integer") for name in names)


def _strings(*names: str) -> tuple[Field, ...]:
    return tuple(Field(name) for name in names)


def _booleans(*names: str) -> tuple[Field, ...]:
    return tuple(Field(name, "boolean") for name in names)


def _dates(*names: str) -> tuple[Field, ...]:
    return tuple(Field(name, "datetime") for name in names)


ID = _integers("id")
STAMPS = (*_dates("createdAt", "updatedAt"), *_integers("createdById", "updatedById"))
BOTH_DATES = ("createdAt", "updatedAt")

CAMPAIGNS = PardotObject(
    path="campaigns",
    fields=(
        *ID,
        *_strings("name"),
        *_integers("cost"),
        *_strings("salesforceId"),
        *_integers("folderId", "parentCampaignId"),
        *_booleans("isDeleted"),
        *STAMPS,
    ),
    dates=BOTH_DATES,
    filters=("name",),
    sortable=("id", "name", "createdAt", "updatedAt"),
    recycle_bin=True,
)

LISTS = PardotObject(
    path="lists",
    fields=(
        *ID,
        *_strings("name", "title", "description"),
        *_booleans("isDynamic", "isPublic"),
        *_integers("folderId", "campaignId"),
        *_booleans("isDeleted"),
        *STAMPS,
    ),
    dates=BOTH_DATES,
    filters=("name",),
    sortable=("id", "name", "createdAt", "updatedAt"),
    recycle_bin=True,
)

FORMS = PardotObject(
    path="forms",
    fields=(
        *ID,
        *_strings("name"),
        *_integers("campaignId", "folderId", "trackerDomainId", "layoutTemplateId"),
        *_strings("embedCode", "url", "salesforceId"),
        *_booleans("isDeleted"),
        *STAMPS,
    ),
    filters=("name",),
    recycle_bin=True,
)

LANDING_PAGES = PardotObject(
    path="landing-pages",
    fields=(
        *ID,
        *_strings("name"),
        *_integers("campaignId", "folderId", "formId"),
        *_strings("url", "title", "description", "vanityUrlPath"),
        *_booleans("isDoNotIndex", "isDeleted"),
        *STAMPS,
    ),
    dates=("updatedAt",),
    filters=("name",),
    recycle_bin=True,
)

LIST_EMAILS = PardotObject(
    path="list-emails",
    fields=(
        *ID,
        *_strings("name"),
        *_integers("campaignId"),
        *_strings("subject"),
        *_integers("folderId", "emailTemplateId"),
        *_booleans("isSent", "isPaused", "isOperational"),
        *_dates("sentAt"),
        *_booleans("isDeleted"),
        *STAMPS,
    ),
    dates=BOTH_DATES,
    filters=("name", "campaignId"),
    recycle_bin=True,
)

CUSTOM_REDIRECTS = PardotObject(
    path="custom-redirects",
    fields=(
        *ID,
        *_strings("name"),
        *_integers("campaignId"),
        *_strings("url", "destinationUrl"),
        *_integers("folderId", "trackerDomainId"),
        *_booleans("isDeleted"),
        *STAMPS,
    ),
    filters=("name",),
    recycle_bin=True,
)

FOLDERS = PardotObject(
    path="folders",
    fields=(
        *ID,
        *_strings("name"),
        *_integers("parentFolderId"),
        *_strings("path"),
        *_booleans("usePermissions"),
        *STAMPS,
    ),
    filters=("name", "parentFolderId"),
)

TAGS = PardotObject(
    path="tags",
    fields=(
        *ID,
        *_strings("name"),
        Field(
            "objectCount",
            "integer",
            expression="(SELECT count(*) FROM pardot_tagged_objects o WHERE o.tag_id = t.id)",
        ),
        *STAMPS,
    ),
    dates=("updatedAt",),
    filters=("name",),
    sortable=("id", "name", "createdAt", "updatedAt"),
    creatable=("name",),
)

TAGGED_OBJECTS = PardotObject(
    path="tagged-objects",
    fields=(
        *ID,
        *_integers("tagId"),
        *_strings("objectType"),
        *_integers("objectId"),
        *_strings("objectName"),
        *_dates("createdAt"),
        *_integers("createdById"),
    ),
    dates=("createdAt",),
    filters=("tagId", "objectType"),
    sortable=("id", "createdAt"),
)

ADOPTION_JSON_FIELD = "AdoptionJSON__c"
"""The custom field of prospects that contains adoption data."""

PROSPECTS = PardotObject(
    path="prospects",
    fields=(
        *ID,
        *_strings("email", "firstName", "lastName", "company", "jobTitle", "country"),
        *_integers("score"),
        *_strings("grade"),
        *_integers("campaignId"),
        *_strings("salesforceId", "salesforceLeadId", "salesforceContactId", "salesforceAccountId"),
        *_booleans("optedOut", "isDoNotEmail", "isDeleted"),
        *_dates("lastActivityAt"),
        Field(ADOPTION_JSON_FIELD),
        *STAMPS,
    ),
    dates=BOTH_DATES,
    filters=("email", "campaignId", "salesforceId"),
    sortable=("id", "createdAt", "updatedAt", "lastActivityAt"),
    recycle_bin=True,
)

VISITOR_ACTIVITIES = PardotObject(
    path="visitor-activities",
    fields=(
        *_integers("id", "prospectId", "visitorId", "type"),
        *_strings("typeName"),
        *_integers("campaignId", "formId", "formHandlerId", "landingPageId", "customRedirectId"),
        *_integers("emailId", "listEmailId"),
        *_strings("details"),
        *_dates("createdAt", "updatedAt"),
    ),
    dates=BOTH_DATES,
    filters=("prospectId", "visitorId", "type", "campaignId"),
    sortable=("id", "createdAt", "updatedAt"),
)

OBJECTS: dict[str, PardotObject] = {
    pardot_object.path: pardot_object
    for pardot_object in (
        CAMPAIGNS,
        LISTS,
        FORMS,
        LANDING_PAGES,
        LIST_EMAILS,
        CUSTOM_REDIRECTS,
        FOLDERS,
        TAGS,
        TAGGED_OBJECTS,
        PROSPECTS,
        VISITOR_ACTIVITIES,
    )
}
