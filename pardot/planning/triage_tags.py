"""Create the missing clean-up tags in Pardot while the caller waits."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.models.functions import Now
from django.utils import timezone

from api.protection.bulkhead import Neighbor, place
from pardot.catalog.entities import TAGS
from pardot.configuration.values import Configuration
from pardot.models import Tag
from pardot.planning.triage import load_tag_ids
from pardot.platform import quota
from pardot.platform.client import PardotClient
from pardot.platform.connection import PardotCalls, make_pardot_client
from sf.connection.clients import make_salesforce_client
from sf.salesforce.errors import DailyLimitReached, RequestRefused, SalesforceError, TransientError
from sf.salesforce.http import Patience
from sf.sync.usage import UsageCounter

logger = logging.getLogger(__name__)

SECONDS = 15.0
"""The time limit for all calls together, the login included; each call is tried once."""
RETRY_SECONDS = 60
"""The minimum number of seconds before a retry."""
RETRY_SECONDS_WITHOUT_CALLS = 3600
"""The number of seconds before a retry when the day's calls are used up."""


class TagsNotMade(Exception):
    """Not all tags could be created now.

    A retry after ``retry_after`` seconds may help. Created tags are kept.
    """

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class TagsRefused(Exception):
    """Pardot or Salesforce refuses, or a setting is missing or wrong.

    The message gives the reason. A retry does not help.
    """


@dataclass(frozen=True)
class CleanupTag:
    """A tag that exists in Pardot."""

    action: str
    name: str
    tag_id: int
    created: bool
    """True when the tag was created just now; false when Pardot already had it."""


def make_missing_tags(values: Configuration) -> list[CleanupTag]:
    """Create the configured actions' tags that Pardot lacks; store and return the tags of all actions.

    A retry is harmless.

    Raises ``TagsNotMade`` or ``TagsRefused``.
    """
    with place(Neighbor.SALESFORCE) as free:
        if not free:
            raise TagsNotMade("Too many requests are waiting for Salesforce and Pardot", retry_after=RETRY_SECONDS)
        return _make_missing_tags(values)


def _make_missing_tags(values: Configuration) -> list[CleanupTag]:
    try:
        salesforce = make_salesforce_client(UsageCounter("api cleanup"), Patience.for_seconds(SECONDS))
        client = make_pardot_client(salesforce, PardotCalls())
        try:
            return [_find_or_create(client, action, name) for action, name in values.cleanup_tags.items()]
        finally:
            quota.keep_usage(client.usage)
    except ImproperlyConfigured as error:
        raise TagsRefused(str(error)) from error
    except DailyLimitReached as error:
        raise TagsNotMade(str(error), retry_after=RETRY_SECONDS_WITHOUT_CALLS) from error
    except TransientError as error:
        raise TagsNotMade(str(error), retry_after=max(RETRY_SECONDS, int(error.retry_after))) from error
    except SalesforceError as error:
        raise TagsRefused(error.in_full) from error


def _find_or_create(client: PardotClient, action: str, name: str) -> CleanupTag:
    known = _look_up(client, name)
    if known is not None:
        return CleanupTag(action, name, known, created=False)
    try:
        tag_id = client.create_tag(name)
    except RequestRefused:
        # Perhaps another process created the tag first, or Pardot answered the look-up from its cache, which may be a
        # minute old.
        known = _look_up(client, name) or load_tag_ids([name]).get(name.lower())
        if known is None:
            raise
        return CleanupTag(action, name, known, created=False)
    now = timezone.now()
    _keep(tag_id, name=name, object_count=0, created_at=now, updated_at=now)
    logger.info("tag %s was created in Pardot: %s", tag_id, name)
    return CleanupTag(action, name, tag_id, created=True)


def _look_up(client: PardotClient, name: str) -> int | None:
    """Return the id of Pardot's tag with this name, and store the tag here.

    ``None``: Pardot has no such tag.
    """
    page = client.page(TAGS.path, fields=TAGS.api_names, params={"name": name, "limit": "10"})
    match = next((record for record in page.values if str(record["name"]).lower() == name.lower()), None)
    if match is None:
        return None
    _keep(int(match["id"]), **_as_columns(match))
    return int(match["id"])


def _as_columns(record: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": record["name"],
        "object_count": record["objectCount"],
        "created_at": _parse_moment(record["createdAt"]),
        "updated_at": _parse_moment(record["updatedAt"]),
    }


def _parse_moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _keep(tag_id: int, **values: Any) -> None:
    """Store the tag, so that the next request shows it.

    The new ``local_update_date`` keeps a running sync from deleting the tag.
    """
    Tag.objects.update_or_create(pk=tag_id, defaults={**values, "local_update_date": Now()})
