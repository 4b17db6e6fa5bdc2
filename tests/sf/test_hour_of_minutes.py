"""With a sync every minute, an hour's changes arrive with no more calls than ``sync_status`` predicts."""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db.models import F

from sf.models import Account, Adoption, Book, CachedRecord, Contact, Opportunity, ScheduledJob, SyncRun
from tests.conftest import Manage
from tests.in_background import in_background
from tests.sf.cache import assert_equal
from tests.simulated import Simulator

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.soak, pytest.mark.timeout(3600)]

PACE = "1m,books=1m"
MINUTES = 60
MINUTES_OF_A_DAY = 1440
RECORDS = 20
"""The number of records of each object that are changed repeatedly."""
EDIT_SECONDS = 0.2
EDITED: list[tuple[type[CachedRecord], str, str]] = [
    (Account, "Name", "name"), (Contact, "LastName", "last_name"), (Opportunity, "Name", "name"),
    (Adoption, "Students__c", "students"), (Book, "Official_Name__c", "official_name"),
]  # fmt: skip


@dataclass(frozen=True)
class Change:
    """A change in Salesforce, and its minute. ``number`` grows with each change."""

    number: int
    model: type[CachedRecord]
    record: str
    minute: int


def not_shown(changes: list[Change]) -> list[Change]:
    """Return the changes that the cache lacks. A change writes its number at the end of its record's value."""
    shown = {
        (model, record): int(str(value).rpartition(" ")[2])
        for model, _, column in EDITED
        for record, value in model.objects.filter(
            pk__in={change.record for change in changes if change.model is model}
        ).values_list("pk", column)
    }
    return [change for change in changes if shown[change.model, change.record] < change.number]


class Editors:
    """Changes records of all objects, even while a sync reads them."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator, self._random = simulator, random.Random(7)
        self._ids = {model: list(model.objects.values_list("id", flat=True)[:RECORDS]) for model, _, _ in EDITED}
        self.changes: list[Change] = []
        self.minute = 0

    @contextmanager
    def at_work(self) -> Iterator[None]:
        stop = threading.Event()

        def work() -> None:
            while not stop.wait(EDIT_SECONDS):
                self.edit()

        with in_background([work], stop):
            yield

    def edit(self) -> None:
        minute, number = self.minute, len(self.changes) + 1
        model, field, column = self._random.choice(EDITED)
        record = self._random.choice(self._ids[model])
        value = number if column == "students" else f"Change {number}"
        self._simulator.edit(model.salesforce_object, record, **{field: value})
        self.changes.append(Change(number, model, record, minute))


def calls_shown(run_manage: Manage) -> int:
    """Return the calls per day that ``sync_status`` predicts for this pace."""
    output = run_manage("sync_status", SYNC_EVERY=PACE).stdout
    [calls] = re.findall(r"Salesforce is read every minute: about ([\d,]+) calls a day", output)
    return int(calls.replace(",", ""))


def intervals() -> int:
    """Return the number of intervals so far: each has one incremental sync of each object."""
    done = SyncRun.objects.filter(state=SyncRun.State.DONE, mode=SyncRun.Mode.INCREMENTAL)
    return max(done.filter(object=name).count() for name in ("accounts", "books"))


def work_once(run_manage: Manage) -> None:
    done = run_manage("work", "--once", SYNC_EVERY=PACE)
    assert done.returncode == 0, done.stderr


def pass_a_minute(run_manage: Manage) -> None:
    """Make each sync due again, as if a minute had passed, and run the worker."""
    due = ScheduledJob.objects.filter(command__startswith="sync_", command__endswith="--quiet")
    assert due.update(handled_until=F("handled_until") - timedelta(minutes=1)) == 2
    work_once(run_manage)


def test_every_change_is_cached_within_two_intervals_with_no_more_calls_than_predicted(
    simulator: Simulator, run_manage: Manage
) -> None:
    for command in ("sync_books", "sync_all"):
        assert run_manage(command).returncode == 0
    work_once(run_manage)
    editors = Editors(simulator)
    with editors.at_work():
        pass_a_minute(run_manage)
        shown, before, begun = calls_shown(run_manage), simulator.calls(), intervals()
        for minute in range(1, MINUTES + 1):
            editors.minute = minute
            pass_a_minute(run_manage)
            assert not_shown([change for change in editors.changes if minute - 2 <= change.minute < minute]) == []
        calls, passed = simulator.calls() - before, intervals() - begun
    print(f"{passed} intervals, {len(editors.changes)} changes, {calls} calls, {shown} a day predicted")  # noqa: T201
    assert passed >= MINUTES
    assert len(editors.changes) > 3 * MINUTES
    assert calls <= shown * passed / MINUTES_OF_A_DAY
    pass_a_minute(run_manage)
    assert_equal(simulator)
