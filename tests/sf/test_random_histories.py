"""After random changes in Salesforce, a sync makes the cache equal to Salesforce again (property-based)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sf.models import Account, Adoption, Contact, Opportunity
from tests.sf.cache import assert_equal, sync
from tests.simulated import Simulator

pytestmark = pytest.mark.django_db(transaction=True)

OBJECTS = ("Account", "Contact", "Opportunity", "Adoption__c")

edits = st.tuples(st.sampled_from(OBJECTS), st.sampled_from(["edit", "delete", "undelete"]), st.integers(0, 10**6))
merges = st.tuples(st.sampled_from(["Account", "Contact"]), st.just("merge"), st.integers(0, 10**6))
filter_changes = st.tuples(st.just("Contact"), st.sampled_from(["leave", "enter"]), st.integers(0, 10**6))
births = st.tuples(st.sampled_from(["Account", "Contact"]), st.just("create"), st.integers(0, 10**6))
steps = st.one_of(edits, merges, filter_changes, births)
History = list[list[tuple[str, str, int]]]
histories = st.lists(st.lists(steps, min_size=1, max_size=8), min_size=1, max_size=4)


few, many = (
    settings(
        max_examples=examples,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
        phases=[Phase.explicit, Phase.reuse, Phase.generate],  # finding a smaller example would take minutes
    )
    for examples in (3, 40)
)


@pytest.mark.slow
@few
@given(history=histories, bulk=st.booleans())
def test_each_sync_makes_the_cache_equal(simulator: Simulator, settings: Any, history: History, bulk: bool) -> None:
    assert_each_sync_makes_it_equal(simulator, settings, history, bulk)


@pytest.mark.soak
@pytest.mark.timeout(1800)
@many
@given(history=histories, bulk=st.booleans())
def test_each_sync_of_many_histories_makes_the_cache_equal(
    simulator: Simulator, settings: Any, history: History, bulk: bool
) -> None:
    assert_each_sync_makes_it_equal(simulator, settings, history, bulk)


def assert_each_sync_makes_it_equal(simulator: Simulator, settings: Any, history: History, bulk: bool) -> None:
    simulator.reset()
    settings.SALESFORCE_BULK_THRESHOLD = 1 if bulk else 10**9
    sync("sync_accounts", "sync_contacts", "sync_opportunities", "sync_adoptions", forcedelete=True)
    for period in history:
        for sobject, action, number in period:
            apply_change(simulator, sobject, action, number)
        sync("sync_all")
        assert_equal(simulator, Account, Contact, Opportunity, Adoption)


def apply_change(simulator: Simulator, sobject: str, action: str, number: int) -> None:
    """Apply one change. If fewer than two records can be changed in this way, change nothing."""
    if action == "create":
        values = {"Account": {"Name": f"New school {number}"}}.get(sobject, {"LastName": f"Newcomer {number}"})
        simulator.create(sobject, **values)
        return
    rows = simulator.query(f"SELECT Id, IsDeleted FROM {sobject}", all_rows=True)
    live = [row["Id"] for row in rows if not row["IsDeleted"]]
    dead = [row["Id"] for row in rows if row["IsDeleted"]]
    chosen = dead if action == "undelete" else live
    if len(chosen) < 2:
        return
    record, other = chosen[number % len(chosen)], chosen[(number + 1) % len(chosen)]
    if action == "edit":
        simulator.edit(sobject, record, **_edit(sobject, number))
    elif action == "merge":
        simulator.merge(sobject, record, other)
    elif action == "leave":
        simulator.edit(sobject, record, Accounts_UUID__c=None)
    elif action == "enter":
        simulator.set_raw(sobject, record, Accounts_UUID__c=f"uuid-{number}", FV_Status__c="pending_faculty")
    else:
        simulator.do(action, sobject, record)


def _edit(sobject: str, number: int) -> dict[str, Any]:
    text = f'edited {number}, "quoted"\nand more \N{SNOWMAN}'
    edits: dict[str, dict[str, Any]] = {
        "Account": {"Name": text, "BillingCity": None},
        "Contact": {"LastName": f"O’Edited {number}", "Title": None},
        "Opportunity": {"Description": text, "Amount": number / 100},
        "Adoption__c": {"Students__c": number, "How_Using__c": None},
    }
    return edits[sobject]
