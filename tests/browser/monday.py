"""Make a bad Monday for operators: failed syncs, held-back deletions, refused cases, an alert."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from tests.browser.sites import Site
from tests.databases import run_on

_TABLES = (
    "sf_syncrun, sf_synclease, sf_operatoraction, sf_refusedrecord, sf_syncconfig, sf_unreadablefield, "
    "api_outboundcase, api_circuitbreaker, api_apikey, pardot_digestdelivery, pardot_alert, pardot_teammember"
)
_MONDAY = """
from datetime import timedelta
from django.utils import timezone
from api.auth.api_keys import create_api_key
from api.domain.scopes import Scope
from api.models import APIKey, CircuitBreaker, OutboundCase
from pardot.models import Alert, DigestDelivery, TeamMember
from sf.models import OperatorAction, RefusedRecord, SyncConfig, SyncLease, SyncRun
from sf.status.freshness import MAX_AGE

now = timezone.now()

def ran(name, state="done", minutes=9, **values):
    began = now - timedelta(minutes=minutes)
    ended = None if state == "running" else began + timedelta(seconds=20 + minutes % 7)
    values = {"mode": "incremental", "transport": "rest", "rows_read": 1200 + minutes, "updated": 40, **values}
    return SyncRun.objects.create(object=name, state=state, started=began, ended=ended, **values)

for name in MAX_AGE:
    for minutes in range(600, 0, -60):
        ran(name, minutes=minutes)
ran("contacts", "running", 4, mode="full", transport="bulk", rows_read=248_210)
lease = {"holder": "a", "place": "worker-1 boot", "pid": 4711, "renewed_at": now + timedelta(days=1)}
SyncLease.objects.create(name="contacts", **lease)
ran("accounts", "failed", 3, message="accounts: 1,840 of 4,211 cached records would be deleted, more than 20%; "
    "nothing was changed. If Salesforce really lost them, run again with --allow-deletes accounts=1840")
ran("books", "failed", 2, cause="lasting", message="Salesforce answered 400 INVALID_LOGIN to POST "
    "https://camp.example.my.salesforce.com/services/oauth2/token: Invalid username, password, security token; or user "
    "locked out.")
ran("opportunities", "failed", 2, retry_command="sync_opportunities", message="timed out after 30 seconds")
ran("adoptions", "skipped", 1, cause="busy", message="another run of it is under way")
ran("deliver_pending", "failed", 1, message="3 cases were refused")
SyncConfig.load()
SyncConfig.objects.update(last_usage_check=now, last_usage_value=81_200, last_usage_limit=100_000,
                          instance_url="https://camp.example.my.salesforce.com")
for label, state, words in [
    ("Sync contacts", {"started": now}, "sync_contacts --wait 10"), ("Sync salesforce", {}, "sync_all --wait 10"),
    ("Accept deletions of forms", {"started": now, "ended": now, "exit_status": 1, "outcome": "forms: failed; "
     "the cached forms are unchanged\\nThe login was refused: the Pardot business unit does not belong to this org"},
     "camp_sync --entities forms"),
    ("Switch syncs on", {"ended": now, "exit_status": 0}, ""),
]:
    OperatorAction.objects.create(label=label, command=words, requested_by="maren", host="worker-1", **state)
for number, reason in enumerate(["value too long for type character varying(80)", "invalid date: 0000-00-00"]):
    payload = '{"id": "003000000000000AAA", "first_name": "Ines"}'
    RefusedRecord.objects.create(object="contacts", record_id=f"00300000000000{number}AAA", reason=reason,
                                 payload=payload, fingerprint="a", attempts=4)
values = {"Subject": "The book does not open on a phone", "Description": "It shows a white page.\\nSince Friday.",
          "SuppliedName": "Ines Example", "SuppliedEmail": "ines@camp.example", "Origin": "Web"}
common = {"identity": "key:Wb3kQ", "source": "case", "values": values}
OutboundCase.objects.create(**common, state="failed", attempts=3, error_group="record", ended_at=now,
    error_code="INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", error_fields=["Product__c"],
    error_message="Product: bad value for restricted picklist field: Algebra 7e")
OutboundCase.objects.create(**common, state="delivered", attempts=1, ended_at=now, salesforce_id="500000000000001AAA")
stuck = {"error_group": "org", "error_code": "REQUEST_LIMIT_EXCEEDED"}
OutboundCase.objects.create(**common, state="queued", attempts=7, **stuck)
late = "no answer within 10 seconds"
CircuitBreaker.objects.create(name="salesforce live", failures=9, reason=late, last_failure=now)
create_api_key(name="book store", scopes=[Scope("read:books")])
create_api_key(name="support forms", scopes=[*Scope])
APIKey.objects.filter(name="support forms").update(active=False, created_by="maren", last_used_at=now)
email = "ines@camp.example"
member = TeamMember.objects.create(name="Ines Example", role="Email", areas=["forms", "lists"], email=email)
alert = Alert.objects.create(key="late", text="Forms were last read 3 days ago.", began_at=now)
today = now.date()
DigestDelivery.objects.create(day=today, channel="slack", recipient="Slack")
DigestDelivery.objects.create(day=today, channel=str(member.pk), recipient=member.email,
    text="Good morning, Ines.\\n\\nForms 88 (B), 4 fewer than on Friday\\nForms in no campaign: 9 (2 new)")
DigestDelivery.objects.create(day=today, channel="mail", recipient="team@camp.example", text=alert.text, alert=alert)
"""


@contextmanager
def bad_monday(site: Site) -> Iterator[psycopg.Connection]:
    with psycopg.connect(site.database, autocommit=True) as connection:
        clear(connection)
        run_on(site.database, "shell", "-c", _MONDAY)
        try:
            yield connection
        finally:
            clear(connection)


def clear(connection: psycopg.Connection) -> None:
    """Empty the tables, as in a new installation."""
    connection.execute(f"TRUNCATE {_TABLES} CASCADE")
