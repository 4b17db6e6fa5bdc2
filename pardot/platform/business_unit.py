"""Record the business unit of Pardot's copies, and keep data of other units out.

``sf/sync/identity.py`` checks the Salesforce org, but one org may have several business units.
"""

from __future__ import annotations

from collections.abc import Callable

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, models

from pardot.catalog.entities import ALL, ORPHANS, PardotEntity
from pardot.domain.areas import Area
from pardot.models import (
    CachedBusinessUnit,
    ConfigurationChange,
    ConfiguredValue,
    DayNote,
    SavedView,
    Task,
    TeamMember,
    ViewSubscription,
)
from sf.ingest.errors import SyncError
from sf.models import RefusedRecord, SyncRun, UnreadableField
from sf.sync.adoption import forget_runs

KEPT = (ConfiguredValue, ConfigurationChange, DayNote, SavedView, Task, TeamMember, ViewSubscription)
"""Models whose rows are kept when the business unit changes.

People entered these rows, and the rows are still useful without the copies.
"""


class AnotherBusinessUnit(ImproperlyConfigured):
    """The configured business unit is not the copied one. The message names both, if known."""


def load_copied_unit() -> str:
    """Return the business unit of the copies; empty when none is recorded."""
    return CachedBusinessUnit.objects.values_list("business_unit", flat=True).first() or ""


def check_business_unit() -> None:
    """Raise ``AnotherBusinessUnit`` when the configured unit is not the copied one."""
    copied = load_copied_unit()
    if copied == settings.SALESFORCE_PARDOT_BUSINESS_UNIT or (not copied and _older_copies_fit()):
        return
    raise AnotherBusinessUnit(
        f"the copies are of the Pardot business unit {copied or '(unknown: an older release did not record it)'}, but "
        f"SALESFORCE_PARDOT_BUSINESS_UNIT is {settings.SALESFORCE_PARDOT_BUSINESS_UNIT}. Nothing was read or changed. "
        "Check .env; to copy the other business unit on purpose: camp_sync --adopt-org"
    )


def confirm_business_unit() -> None:
    """Check the unit, and store it with the first copies.

    Call this in each transaction that stores Pardot data.

    Raises ``SyncError`` when the copies are now of another unit.
    """
    unit = settings.SALESFORCE_PARDOT_BUSINESS_UNIT
    with connection.cursor() as cursor:
        cursor.execute(_STORE_FIRST, [unit])
        cursor.execute("SELECT business_unit FROM pardot_cachedbusinessunit FOR KEY SHARE")
        row = cursor.fetchone()
    if row is None or row[0] != unit:
        raise SyncError(f"the copies are now of another business unit; the data read from {unit} is not stored")


def forget_copies() -> None:
    """Remove all rows of this app except those of the models in ``KEPT``; call this in a transaction.

    Tasks stay, but no longer point to assets. Also remove the runs, refused records and unreadable fields of all
    entities: if the runs stayed, the entities would look as if they had been read. A run that is still under way loses
    only its watermark and its unfinished read.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT business_unit FROM pardot_cachedbusinessunit FOR UPDATE")
        for model in apps.get_app_config("pardot").get_models():
            if model not in KEPT:
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)}")  # noqa: S608
    _detach_tasks()
    names = [part for entity in (*ALL, ORPHANS) for part in entity.parts]
    SyncRun.objects.filter(object__in=names).exclude(state=SyncRun.State.RUNNING).delete()
    forget_runs(SyncRun.objects.filter(object__in=names))
    RefusedRecord.objects.filter(object__in=names).delete()
    UnreadableField.objects.filter(object__in=names).delete()


def _detach_tasks() -> None:
    """Remove the assets' ids from tasks: in another business unit, other assets may have these ids.

    The names of assets stay. Only the names of prospects are removed, because without the prospect's id
    ``erase_person`` could not find the task. The issue is removed too: a task with an issue and without an asset is
    about all assets that have the issue.
    """
    tasks = Task.objects.exclude(asset_id=None)
    tasks.filter(asset_type=Area.PROSPECTS).update(asset_name="")
    tasks.update(asset_type="", asset_id=None, issue="")


def forget_on_adoption(before: str, now: str) -> list[str]:
    """Remove the copies when SFAPI adopts another org, because that org has another business unit.

    Return lines for the operator.
    """
    if not has_copies():
        return []
    forget_copies()
    removed = "Pardot's copies, audits, history and exemptions are removed: run camp_sync --survey"
    return [f"{removed} (team, configuration, saved views, tasks and notes stay)"]


def has_copies() -> bool:
    """Return whether there are any rows that ``forget_copies`` would remove."""
    return any(_has_rows(model) for model in apps.get_app_config("pardot").get_models() if model not in KEPT)


def _has_rows(model: type[models.Model]) -> bool:
    return model._base_manager.exists()


def _older_copies_fit() -> bool:
    """Return whether copies without a recorded unit can be of the configured unit.

    Older releases recorded the unit only in the fingerprint of each run.
    """
    done = SyncRun.objects.filter(state=SyncRun.State.DONE)
    entities = [entity for entity in ALL if isinstance(entity, PardotEntity)]
    last = {entity: done.filter(object=entity.name).first() for entity in entities}
    known = {entity: run for entity, run in last.items() if run}
    return not known or not has_copies() or any(run.fingerprint == entity.fingerprint for entity, run in known.items())


def make_unit_confirmation(confirm_org: Callable[[], None]) -> Callable[[], None]:
    """Return a function that confirms the org and the business unit."""

    def confirm() -> None:
        confirm_org()
        confirm_business_unit()

    return confirm


_STORE_FIRST = """
    INSERT INTO pardot_cachedbusinessunit (id, business_unit)
    SELECT 1, %s WHERE NOT EXISTS (SELECT 1 FROM pardot_cachedbusinessunit)
    ON CONFLICT DO NOTHING
"""
