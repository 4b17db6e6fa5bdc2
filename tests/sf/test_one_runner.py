"""Only one process syncs an object at a time. After a kill, another process on the same host goes on at once."""

from __future__ import annotations

import pytest

from sf.models import Account, SyncRun
from tests.conftest import SCHOOLS, Manage
from tests.sf.cache import assert_equal
from tests.sf.processes import Start, kill, wait_for
from tests.simulated import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


def test_only_one_of_five_syncs_runs_and_the_next_takes_the_lease_of_a_killed_one(
    simulator: Simulator, start: Start, run_manage: Manage
) -> None:
    simulator.fail("hang", path="q=SELECT.Id", seconds=120)
    processes = [start("sync_accounts") for _ in range(5)]
    wait_for(lambda: sum(process.poll() is not None for process in processes) == 4)
    (holder,) = (process for process in processes if process.poll() is None)

    for process in processes:
        if process is not holder:
            output, errors = process.communicate()
            assert (process.returncode, errors) == (0, "")
            assert output.splitlines() == ["accounts: skipped: another run of it is under way"]
    states = SyncRun.objects.order_by("id").values_list("state", flat=True)
    assert sorted(states) == ["running", *["skipped"] * 4]

    wait_for(lambda: simulator.calls_to("query") == 2)
    kill(holder)
    again = run_manage("sync_accounts")
    assert again.returncode == 0
    assert f"{SCHOOLS} inserted" in again.stdout
    interrupted = SyncRun.objects.get(state=SyncRun.State.INTERRUPTED)
    assert "killed" in interrupted.message
    assert_equal(simulator, Account)


def test_a_hanging_sync_does_not_hold_up_the_syncs_of_other_objects(
    simulator: Simulator, start: Start, run_manage: Manage
) -> None:
    simulator.fail("hang", path="FROM.Account", seconds=120)
    holder = start("sync_accounts")
    wait_for(lambda: simulator.calls_to("query") == 1)
    books = run_manage("sync_books")
    everything = run_manage("sync_all")
    kill(holder)
    assert "69 inserted" in books.stdout
    assert everything.returncode == 0
    assert "accounts: skipped: another run of it is under way" in everything.stdout
    assert "contacts: Full by REST: 162 read" in everything.stdout
