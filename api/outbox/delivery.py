"""Send cases: a request sends one case, ``deliver_pending`` sends all cases that are due.

Cases are sent even while the kill switch or the API budget stops the syncs.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from api.models import OutboundCase
from api.outbox import queue as outbox
from api.outbox.queue import Why
from api.protection import breaker
from sf.connection import refused_logins
from sf.connection.clients import build_login_request, make_salesforce_client
from sf.ingest.runs import load_database_now
from sf.salesforce.cases import MOST_AT_ONCE, NewCase, Outcome, deliver_cases
from sf.salesforce.errors import DailyLimitReached, LoginFailed, SalesforceError
from sf.salesforce.http import Patience
from sf.salesforce.refusals import Group
from sf.sync.identity import AnotherOrg
from sf.sync.usage import UsageCounter

logger = logging.getLogger(__name__)

REQUEST_SECONDS = 2.8
"""The limit for all calls of a request together.
The request must answer within 3 s, and PostgreSQL needs some time."""
DELIVERER_SECONDS = 25.0
"""The limit for all calls of one batch: shorter than the lease with which a run claims its cases."""
BATCH_WITHOUT_EXTERNAL_ID = 10
"""The number of cases in one call while ``SALESFORCE_CASE_EXTERNAL_ID_FIELD`` is not set.
It is small, because after a lost answer all these cases may be created twice."""

State = OutboundCase.State


class SalesforceAway(Exception):
    """Nothing can be sent now. With ``for_good``, a person must first fix the configuration."""

    def __init__(self, message: str, *, for_good: bool) -> None:
        super().__init__(message)
        self.for_good = for_good


@dataclass
class Tally:
    """The number of cases by outcome, in one run of ``deliver_pending``."""

    delivered: int = 0
    failed: int = 0
    put_back: int = 0

    def count(self, outcome: Outcome) -> None:
        if outcome.error is None:
            self.delivered += 1
        elif outcome.is_final:
            self.failed += 1
        else:
            self.put_back += 1


def deliver_in_request(case: OutboundCase, *, refusal: State = State.REFUSED) -> None:
    """Try once to send a case that this request has claimed.

    Salesforce's errors are not raised. The row records them, except ``AnotherOrg``, which is only logged.
    """
    try:
        _send([case], source="api case", seconds=REQUEST_SECONDS, refusal=refusal)
    except SalesforceAway as away:
        level = logging.ERROR if away.for_good else logging.WARNING
        logger.log(level, "a case stays in the outbox: %s", away)


def deliver_due(tally: Tally, *, everything: bool = False) -> None:
    """Send the cached org's cases that are due, and count them in ``tally``.

    With ``everything``, send all queued cases of this org, without regard to pauses. Raises ``SalesforceAway`` when
    sending must stop; all unsent cases are kept.
    """
    outbox.shorten_waits()
    if everything:
        outbox.hasten_all()
    _check_login(everything=everything)
    holder, began, state = outbox.make_deliverer_name(), load_database_now(), breaker.load_breaker_state()
    if state.open and not (everything or state.probe_is_due):
        message = f"not tried again yet, after {state.failed_probes} failed attempts: {state.reason}"
        raise SalesforceAway(message, for_good=False)
    batch = 1 if state.open else get_batch_size()
    while cases := outbox.claim_due(holder=holder, limit=batch, as_of=began):
        outcomes = _send(
            cases, source="deliver_pending", seconds=DELIVERER_SECONDS, refusal=State.FAILED, probe=state.open
        )
        for outcome in outcomes:
            tally.count(outcome)
        batch, state = get_batch_size(), breaker.BreakerState()


def _check_login(*, everything: bool) -> None:
    """Raise ``SalesforceAway`` during the pause after a refused login; ``everything`` ends the pause."""
    try:
        login = build_login_request()
    except ImproperlyConfigured:
        return  # _send reports the wrong configuration if a case is due
    if everything:
        refused_logins.forget_refusal(login)
    elif refusal := refused_logins.find_refusal_in_force(login):
        raise SalesforceAway(refused_logins.explain(refusal), for_good=False)


def get_batch_size() -> int:
    return MOST_AT_ONCE if settings.SALESFORCE_CASE_EXTERNAL_ID_FIELD else BATCH_WITHOUT_EXTERNAL_ID


def _send(
    cases: Sequence[OutboundCase], *, source: str, seconds: float, refusal: State, probe: bool = False
) -> list[Outcome]:
    """Send claimed cases and record each outcome.

    Raises ``SalesforceAway`` after an error that concerns all cases; the cases then stay in the queue. Raises nothing
    when one of the cases was delivered, or refused for its values.
    """
    began = time.monotonic()
    try:
        client = make_salesforce_client(UsageCounter(source), Patience.for_seconds(seconds))
        external_id = settings.SALESFORCE_CASE_EXTERNAL_ID_FIELD
        outcomes = deliver_cases(client, [_build_new_case(case) for case in cases], external_id=external_id)
    except ImproperlyConfigured as error:
        outbox.put_back(cases, Why(Group.ORG, message=str(error)))
        raise SalesforceAway(str(error), for_good=True) from error
    except AnotherOrg as error:
        breaker.note_failure(str(error), for_good=True, probe=probe)
        outbox.unclaim(cases)
        raise SalesforceAway(str(error), for_good=True) from error
    except SalesforceError as error:
        outbox.put_back(cases, _build_why(error))
        raise _note_salesforce_away(error, probe=probe) from error
    seconds_each = (time.monotonic() - began) / len(cases)
    for case in cases:
        _note(case, outcomes[str(case.pk)], refusal)
    if stopper := _find_stopper(outcomes.values()):
        raise _note_salesforce_away(stopper, probe=probe) from stopper
    breaker.note_answer(breaker.NAME, seconds_each)
    return list(outcomes.values())


def _note_salesforce_away(error: SalesforceError, *, probe: bool) -> SalesforceAway:
    # A refused login is not counted as a failed probe: logins have their own pauses (sf.connection.refused_logins),
    # which end when the settings change.
    probe = probe and not isinstance(error, LoginFailed)
    breaker.note_failure(str(error), for_good=error.lasting, probe=probe)
    return SalesforceAway(str(error), for_good=error.lasting and not isinstance(error, DailyLimitReached))


def _find_stopper(outcomes: Collection[Outcome]) -> SalesforceError | None:
    """Return the first error that concerns all cases.

    Returns ``None`` when no error concerns all cases, or when an outcome is final.
    """
    if any(outcome.is_final for outcome in outcomes):
        return None
    return next((outcome.error for outcome in outcomes if outcome.error and outcome.error.concerns_everything), None)


def _build_why(error: SalesforceError) -> Why:
    return Why(error.group, error.code, error.fields, error.in_full)


def _build_new_case(case: OutboundCase) -> NewCase:
    return NewCase(key=str(case.pk), values=case.values, sent_before=case.attempts > 1)


def _note(case: OutboundCase, outcome: Outcome, refusal: State) -> None:
    error = outcome.error
    if error is None:
        outbox.note_delivered(case, outcome.salesforce_id)
        return
    if refusal is State.FAILED or not outcome.is_final:
        _report(case, error)
    if outcome.is_final:
        outbox.note_refused(case, replace(_build_why(error), message=error.reason), state=refusal)
    else:
        outbox.put_back([case], _build_why(error), pause=outbox.compute_pause(case.attempts))


def _report(case: OutboundCase, error: SalesforceError) -> None:
    """Log a refusal that needs a person, without Salesforce's message, which may quote personal data."""
    if error.group is Group.RECORD:
        reason = f"{error.code} {', '.join(error.fields)}".strip()
        logger.error("Salesforce refuses case %s for good: %s", case.pk, reason)
    elif error.concerns_everything or error.group is Group.MOMENT:
        return  # the command reports an error that concerns all cases; a transient error needs no person
    elif case.error_code != error.code:  # once, not at each try
        logger.error("case %s stays queued until an operator acts: %s", case.pk, error)
