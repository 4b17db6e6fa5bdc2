"""Make the cache a copy of another org, on purpose (``sync_all --adopt-org``).

One transaction makes the org the cached org, and forgets what earlier syncs noted, such as watermarks and unfinished
reads. Other apps add functions to ``ON_ADOPTION``. The cached rows stay until the next sync of their object replaces
them. ``CachedOrg.to_replace`` lists the objects whose rows must still be replaced.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from sf.models import CachedOrg, FollowedObject, LookupMiss, RefusedRecord, SyncConfig, SyncRun, UnreadableField
from sf.salesforce.organization import Organization
from sf.sync.identity import UNKNOWN, has_records
from sf.sync.objects import EVERY_OBJECT

OnAdoption = Callable[[str, str], list[str]]
"""Called in the transaction with the ids of the old and the new org; returns lines for the operator."""

ON_ADOPTION: list[OnAdoption] = []
"""The functions of all apps that are called when another org is adopted."""


def adopt_org(organization: Organization, instance_url: str) -> list[str]:
    """Make ``organization`` the org of the cache without reading records. Return lines for the operator."""
    with transaction.atomic():
        known = CachedOrg.objects.select_for_update().first()
        before = known.organization_id if known else UNKNOWN if has_records() else ""
        CachedOrg.objects.update_or_create(
            id=CachedOrg.ONLY_ID,
            defaults={
                "organization_id": organization.id,
                "name": organization.name,
                "is_sandbox": organization.is_sandbox,
                "adopted_at": Now(),
                "to_replace": [synced.name for synced in EVERY_OBJECT],
            },
        )
        forget_runs(SyncRun.objects.all())
        RefusedRecord.objects.filter(object__in=[synced.name for synced in EVERY_OBJECT]).delete()
        LookupMiss.objects.all().delete()
        FollowedObject.objects.all().delete()
        UnreadableField.objects.all().delete()
        SyncConfig.load()
        SyncConfig.objects.update(
            last_usage_check=None, last_usage_value=None, last_usage_limit=None, instance_url=instance_url
        )
        return [line for hook in ON_ADOPTION for line in hook(before, organization.id)]


def forget_runs(runs: QuerySet[SyncRun]) -> None:
    """Remove the watermarks and unfinished reads of runs that read another org or business unit.

    A later run must not continue from them.
    """
    runs.exclude(watermark=None, resume_state=None).update(watermark=None, resume_state=None)


def find_objects_to_replace() -> list[str]:
    """Return the names of the objects whose rows still come from the previous org."""
    return CachedOrg.objects.values_list("to_replace", flat=True).first() or []


def note_replaced(name: str) -> None:
    """Record that an object's rows were replaced; call this in the transaction that replaced them."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE sf_cachedorg SET to_replace = array_remove(to_replace, %s)", [name])
