"""After a fault that begins at any call, the next run succeeds.

The long form (``make soak``) tries every fault at three random calls of each command. ``FAULT_SEED`` (default 1)
changes the random calls. ``FAULT_CALLS`` sets another number of calls, or ``all``, which takes a night.

The short form (``make slow``) tries each kind of fault twice: once in a delivery (of one case, or of three cases), and
once in a sync (``sync_all`` or ``camp_sync``, by REST or by Bulk). New kinds of fault in the simulator are included
automatically.
"""

from __future__ import annotations

import logging
import os
import random
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import pytest

from api.models import CircuitBreaker, OutboundCase
from api.outbox import queue as outbox
from pardot.models import CampaignMember, ContactCategoryScore, LeadCategoryScore, SalesforceCampaign
from sf.models import Account, Adoption, Contact, Opportunity, SyncRun
from simulator.faults import KINDS
from tests.api.outgoing import FIELD, cases_in, deliver, make_queued_cases
from tests.pardot.remote import Pardot, camp_sync
from tests.pardot.remote import assert_equal as assert_copied
from tests.sf.cache import assert_equal, sync
from tests.sf.conftest import quick_retries  # noqa: F401 - for all tests of this file
from tests.simulated import Simulator
from tests.single_faults import FAULTS, Example, Victim, sampled, spread

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(900), pytest.mark.slow]

LONG = [pytest.mark.soak, pytest.mark.timeout(7200)]
SAMPLE = [pytest.param(1, None, id="sample")]
EVERY = [pytest.param(0, kind, id=kind, marks=LONG) for kind in KINDS]
TRANSPORTS = pytest.mark.parametrize("threshold", [pytest.param(10**9, id="REST"), pytest.param(1, id="Bulk")])
EXAMPLES = pytest.mark.parametrize(("seed", "kind"), [*SAMPLE, *EVERY])

SOME_ENTITIES = "forms,tagged_objects,prospects,activities,campaign_members"
CACHED = (Account, Contact, Opportunity, Adoption)
OBJECTS = {"Account": "Name", "Contact": "LastName", "Opportunity": "Name", "Adoption__c": "How_Using__c"}


@pytest.fixture(autouse=True)
def no_log_lines(caplog: pytest.LogCaptureFixture) -> None:
    """Silence the log: the lines of a hundred faults would bury the failed example."""
    caplog.set_level(logging.CRITICAL)


def examples(calls: int, seed: int, kind: str | None, parts: int = 4) -> Iterable[Example]:
    if kind is None:
        return sampled(calls, seed, parts)
    at_most = os.environ.get("FAULT_CALLS", "3")
    seed += int(os.environ.get("FAULT_SEED", "1"))
    return spread(calls, kind, seed, None if at_most == "all" else int(at_most))


@TRANSPORTS
@EXAMPLES
def test_sync_all_recovers_from_a_fault(
    simulator: Simulator, settings: Any, threshold: int, seed: int, kind: str | None
) -> None:
    settings.SALESFORCE_BULK_THRESHOLD = threshold
    settings.SALESFORCE_BULK_JOB_MINUTES = 0.003
    simulator.post("/bulk", {"largest_page": 100})
    forced, plain = (Victim(simulator, partial(sync, "sync_all", force=force)) for force in (True, False))
    plain.run()
    calls = forced.calls()
    for number, example in enumerate(examples(calls, seed + (threshold == 1), kind)):
        change_some(simulator, number)
        (forced if number % 3 else plain).run_with(example)
        assert_the_next_run_succeeds(plain, example, partial(assert_equal, simulator, *CACHED))


def change_some(simulator: Simulator, number: int) -> None:
    """Change a random record of each object, and delete an adoption."""
    chance = random.Random(number)
    for sobject, name in OBJECTS.items():
        ids = simulator.ids(sobject)
        simulator.post(f"/records/{sobject}/{chance.choice(ids)}/raw", {"values": {name: f"changed {number}"}})
    simulator.do("delete", "Adoption__c", chance.choice(simulator.ids("Adoption__c")))


def assert_the_next_run_succeeds(victim: Victim, example: Example, compare: Callable[[], Any]) -> None:
    try:
        victim.run()
        compare()
    except BaseException as error:
        runs = SyncRun.objects.order_by("-started", "-id")[:12]
        error.add_note(f"after {example}")
        error.add_note("\n".join(f"{run.object} {run.state} {run.transport}: {run.message}" for run in runs))
        raise


@EXAMPLES
@pytest.mark.parametrize("cases", [pytest.param(1, id="one case"), pytest.param(3, id="three cases")])
def test_deliver_pending_recovers_from_a_fault(simulator: Simulator, seed: int, kind: str | None, cases: int) -> None:
    victim = Victim(simulator, lambda: deliver("--all"))
    make_queued_cases(cases)
    calls = victim.calls()
    for example in examples(calls, seed + (cases == 1), kind, parts=2):
        accepted = {str(case.pk) for case in make_queued_cases(cases)}
        victim.run_with(example)
        CircuitBreaker.objects.all().delete()  # with an open breaker, the next run would first send one case
        assert_the_next_run_succeeds(victim, example, partial(assert_delivered, simulator, accepted))


def assert_delivered(simulator: Simulator, accepted: set[str]) -> None:
    """Require that each case was delivered exactly once."""
    there = [case[FIELD] for case in cases_in(simulator)]
    assert sorted(case for case in there if case in accepted) == sorted(accepted)
    states = OutboundCase.objects.filter(pk__in=accepted).values_list("state", flat=True)
    assert set(states) == {outbox.State.DELIVERED}


@TRANSPORTS
@EXAMPLES
def test_camp_sync_recovers_from_a_fault(
    simulator: Simulator, settings: Any, threshold: int, seed: int, kind: str | None
) -> None:
    pardot = Pardot(simulator)
    settings.SALESFORCE_BULK_THRESHOLD, settings.PARDOT_PAGE_SIZE = threshold, 60
    settings.SALESFORCE_BULK_JOB_MINUTES = 0.003
    pardot.post("/size", {"assets": 90, "prospects": 80, "activities": 300})
    camp_sync("--survey")
    # The short form reads only some entities, to save time. They cover the ways to copy and delete records.
    arguments = ["--survey"] if kind else ["--entities", SOME_ENTITIES]
    victim = Victim(simulator, lambda: camp_sync(*arguments))
    calls = victim.calls()
    for number, example in enumerate(examples(calls, seed + 2 + (threshold == 1), kind)):
        change_some_of_pardot(pardot, number)
        victim.run_with(example)
        assert_the_next_run_succeeds(victim, example, partial(assert_surveyed, pardot))


def change_some_of_pardot(pardot: Pardot, number: int) -> None:
    chance = random.Random(number)
    pardot.edit("prospects", chance.choice(pardot.ids("prospects")), score=number)
    pardot.edit("forms", chance.choice(pardot.ids("forms")), name=f"changed {number}")
    member = chance.choice(pardot.simulator.ids("CampaignMember"))
    pardot.simulator.set_raw("CampaignMember", member, Status=f"changed {number}")


def assert_surveyed(pardot: Pardot) -> None:
    assert_copied(pardot)
    assert_equal(pardot.simulator, CampaignMember, SalesforceCampaign, LeadCategoryScore, ContactCategoryScore)


def test_every_kind_of_fault_is_tried() -> None:
    assert {fault["kind"] for fault in FAULTS} == set(KINDS)
    for parts in (2, 4):
        tried = [example for seed in range(1, parts + 1) for example in sampled(9, seed, parts)]
        assert {example.fault["kind"] for example in tried} == set(KINDS)
