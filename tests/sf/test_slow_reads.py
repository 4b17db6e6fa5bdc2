"""A read may take days: later pages show later values, and changes in the meantime are not lost.

A run that resumes a paused read finishes it, and then reads what has changed since.
"""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError
from django.db.models import F

from sf.connection.clients import make_salesforce_client
from sf.models import Adoption, SyncRun
from sf.sync import source
from sf.sync.objects import ADOPTIONS
from sf.sync.usage import UsageCounter
from tests.sf.cache import assert_equal, last_run, sync
from tests.simulated import Simulator

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = 200


@pytest.fixture
def paused(simulator: Simulator, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Simulator:
    """Pause a full read of adoptions after its first page, and return the simulator."""
    settings.SALESFORCE_BULK_THRESHOLD = 10**9
    monkeypatch.setattr(source, "REST_PAGE_ROWS", PAGE)
    simulator.fail("quota", path="/query/0r8")
    sync("sync_adoptions")
    assert last_run("adoptions").state == "paused"
    return simulator


@pytest.mark.parametrize("seed", range(4))
def test_changes_during_a_paused_read_are_in_the_cache_afterwards(paused: Simulator, seed: int) -> None:
    """After a day of changes in all pages, the remaining pages show the values at the end of that day."""
    began = let_time_pass(timedelta(hours=24))
    chance = random.Random(seed)
    ids = sorted(paused.ids("Adoption__c"))
    assert len(ids) > PAGE
    changes = [(chance.choice(ids), chance.randrange(24 * 60)) for _ in range(12)]
    changes += [(ids[chance.randrange(PAGE)], 60), (ids[-1], 24 * 60 - 1)]
    for record, minutes in sorted(changes, key=lambda each: each[1]):
        change(paused, record, began + timedelta(minutes=minutes), chance.randrange(10_000))
    answer_with_the_rest_as_it_is_now(paused)
    sync("sync_adoptions")
    assert last_run("adoptions").state == "done"
    assert_equal(paused, Adoption)
    assert last_run("adoptions").watermark == began + timedelta(minutes=24 * 60 - 1), (
        "the watermark is the time stamp of the newest change"
    )


def let_time_pass(time: timedelta) -> datetime:
    """Move the start of the paused read this far into the past, and return the new start."""
    run = last_run("adoptions")
    assert run.resume_state is not None
    began = datetime.now(UTC).replace(microsecond=0) - time
    run.resume_state["began"] = began.isoformat()
    run.save()
    return began


def change(simulator: Simulator, record: str, moment: datetime, students: int) -> None:
    """Change a record, and stamp it with ``moment``. Salesforce's time stamps never go back."""
    stamp = moment.strftime("%Y-%m-%dT%H:%M:%S.000+0000")
    simulator.set_raw(
        "Adoption__c", record, touch=False, Students__c=students, SystemModstamp=stamp, LastModifiedDate=stamp
    )


def answer_with_the_rest_as_it_is_now(simulator: Simulator) -> None:
    """Make the remaining pages current. The simulator's cursors are snapshots; Salesforce's may not be."""
    records = list(make_salesforce_client(UsageCounter("test")).query(ADOPTIONS.build_full_query()[1]))
    records.sort(key=lambda record: str(record["Id"]))
    page = {"totalSize": len(records), "done": True, "records": records[PAGE:]}
    simulator.fail("status", path="/query/0r8", status=200, body=json.dumps(page))


def test_a_full_read_follows_fourteen_days_after_the_start_of_the_last_finished_read(paused: Simulator) -> None:
    let_time_pass(timedelta(days=6))
    paused.fail("error", path="queryAll", errorCode="INSUFFICIENT_ACCESS", message="no Adoption for you", status=403)
    with pytest.raises(CommandError):
        sync("sync_adoptions")
    assert Adoption.objects.exists(), "the paused read was finished; the read after it failed"
    deleted = paused.ids("Adoption__c")[0]
    paused.do("delete", "Adoption__c", deleted)
    paused.do("purge", "Adoption__c", deleted)
    SyncRun.objects.update(started=F("started") - timedelta(days=9), read_began=F("read_began") - timedelta(days=9))
    sync("sync_adoptions")
    assert last_run("adoptions").mode == "full"
    assert_equal(paused, Adoption)
