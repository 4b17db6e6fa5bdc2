"""The outbox: no accepted case is lost; with an external ID field, no case is created twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError
from django.db import OperationalError, connection
from django.db.models.functions import Now
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from api.models import OutboundCase
from api.outbox import queue as outbox
from api.protection import breaker
from sf.models import SFAPIUsageLog
from sf.salesforce.refusals import Group
from tests.api.outgoing import (
    FIELD,
    break_salesforce,
    cases_in,
    deliver,
    deliver_refused,
    make_queued_cases,
    post_case,
    restore_salesforce,
    writer,
)
from tests.plans import analyze, plan_of
from tests.simulated import Simulator

__all__ = ["writer"]


# -- exactly once -----------------------------------------------------------------------------------------------------


def test_a_case_is_made_once_when_salesforce_commits_and_drops_the_connection(
    writer: Client, simulator: Simulator
) -> None:
    break_salesforce(simulator, "drop_after", times=1)
    answer = post_case(writer)
    assert answer.status_code == 202
    (made,) = cases_in(simulator)
    deliver()
    assert cases_in(simulator) == [made]
    assert writer.get(answer["Location"]).json()["salesforce_id"] == made["Id"]


def test_the_external_id_field_may_be_configured_in_upper_case(
    writer: Client, simulator: Simulator, settings: Any
) -> None:
    settings.SALESFORCE_CASE_EXTERNAL_ID_FIELD = FIELD.upper()
    break_salesforce(simulator, "drop_after", times=1)
    assert post_case(writer).status_code == 202
    deliver()
    assert len(cases_in(simulator)) == 1
    assert OutboundCase.objects.get().salesforce_id == cases_in(simulator)[0]["Id"]


def test_a_retry_keeps_the_changes_of_staff(writer: Client, simulator: Simulator) -> None:
    break_salesforce(simulator, "drop_after", times=1)
    post_case(writer)
    (made,) = cases_in(simulator)
    simulator.edit("Case", made["Id"], Subject="[solved] Grades", Status="Closed")
    deliver()
    assert [case["Subject"] for case in cases_in(simulator)] == ["[solved] Grades"]


def test_a_case_that_staff_deleted_is_not_made_again(writer: Client, simulator: Simulator) -> None:
    break_salesforce(simulator, "drop_after", times=1)
    answer = post_case(writer)
    simulator.do("delete", "Case", cases_in(simulator)[0]["Id"])
    deliver()
    assert not cases_in(simulator)
    assert writer.get(answer["Location"]).json()["status"] == "delivered"


def test_cases_are_made_once_when_the_answer_to_their_batch_is_lost(writer: Client, simulator: Simulator) -> None:
    make_queued_cases(30)
    break_salesforce(simulator, "drop_after", times=1)
    assert "Delivery is paused" in deliver()
    assert len(cases_in(simulator)) == 30
    assert deliver().startswith("30 delivered")
    assert len(cases_in(simulator)) == 30


def test_the_queue_depth_does_not_read_delivered_cases(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO api_outboundcase (id, maker, source, values, state, attempts, lease_holder, salesforce_id, "
            "error_code, error_message) SELECT gen_random_uuid(), 'key:test', 'case', '{}', "
            "CASE i % 1000 WHEN 0 THEN 'queued' WHEN 1 THEN 'failed' ELSE 'delivered' END, 1, '', '', '', '' "
            "FROM generate_series(1, 20000) AS i"
        )
    analyze(OutboundCase)
    with CaptureQueriesContext(connection) as queries:
        depth = outbox.load_queue_depth()
    assert (depth.queued, depth.failed) == (20, 20)
    for query in (each for each in queries.captured_queries if "api_outboundcase" in each["sql"]):
        plan = plan_of(query["sql"])
        assert "outbound_case_" in plan
        assert "Seq Scan" not in plan


@pytest.mark.parametrize("count", [1, 3])
def test_a_missing_external_id_field_stops_the_run_and_every_case_stays_queued(
    writer: Client, simulator: Simulator, settings: Any, caplog: pytest.LogCaptureFixture, count: int
) -> None:
    settings.SALESFORCE_CASE_EXTERNAL_ID_FIELD = "Missing__c"
    make_queued_cases(count)
    with pytest.raises(CommandError, match=f"NOT_FOUND.* {count} still queued"):
        deliver()
    assert "until an operator acts" not in caplog.text  # the command reports an error that concerns all cases
    assert not breaker.request_may_call()
    assert OutboundCase.objects.filter(state=OutboundCase.State.QUEUED, error_code="NOT_FOUND").count() == count


@pytest.mark.parametrize("count", [1, 2])
def test_a_case_that_another_attempt_made_first_counts_as_delivered(
    writer: Client, simulator: Simulator, count: int
) -> None:
    cases = make_queued_cases(count)
    made = simulator.create("Case", Subject="Number 0", **{FIELD: str(cases[0].pk)})
    path = r"sobjects/Case/SFAPI_Id__c" if count == 1 else "composite/sobjects"
    body = '[{"message": "duplicate value found", "errorCode": "DUPLICATE_VALUE", "fields": ["SFAPI_Id__c"]}]'
    simulator.fail("status", path=path, times=1, status=400, body=body)
    assert deliver().startswith(f"{count} delivered")
    assert OutboundCase.objects.get(pk=cases[0].pk).salesforce_id == made
    assert len(cases_in(simulator)) == count


def test_a_case_with_several_matches_in_salesforce_counts_as_delivered_and_is_reported(
    writer: Client, simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    (case,) = make_queued_cases(1)
    ids = [simulator.create("Case", Subject="Twin") for _ in range(2)]
    for record in ids:
        simulator.set_raw("Case", record, SFAPI_Id__c=str(case.pk))
    assert deliver().startswith("1 delivered")
    case.refresh_from_db()
    assert case.salesforce_id in ids
    assert "must be unique" in caplog.text


def test_a_case_is_delivered_at_least_once_without_an_external_id_field(
    writer: Client, simulator: Simulator, settings: Any
) -> None:
    settings.SALESFORCE_CASE_EXTERNAL_ID_FIELD = ""
    ours = "Subject = 'Grades do not arrive'"
    assert post_case(writer).status_code == 200
    assert len(cases_in(simulator, ours)) == 1
    break_salesforce(simulator, "drop_after", times=1)
    assert post_case(writer).status_code == 202
    deliver()
    assert len(cases_in(simulator, ours)) == 3
    make_queued_cases(25)
    assert deliver().startswith("25 delivered")
    assert len(cases_in(simulator, "Subject LIKE 'Number %'")) == 25


def test_a_case_is_made_once_when_postgresql_fails_before_the_outcome_is_stored(
    writer: Client, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*arguments: Any) -> None:
        raise OperationalError("the connection is closed")

    with monkeypatch.context() as patch:
        patch.setattr(outbox, "note_delivered", away)
        answer = post_case(writer)
    assert (answer.status_code, answer.json()["code"]) == (503, 503)
    (made,) = cases_in(simulator)
    OutboundCase.objects.update(lease_until=Now() - timedelta(seconds=1))
    assert deliver().startswith("1 delivered")
    assert cases_in(simulator) == [made]


# -- the deliverer ----------------------------------------------------------------------------------------------------


def test_many_cases_take_few_calls(writer: Client, simulator: Simulator) -> None:
    make_queued_cases(150)
    assert deliver() == "150 delivered, 0 refused for good, 0 still queued\n"
    assert len(cases_in(simulator)) == 150
    assert simulator.calls_to("composite/sobjects") == 2
    assert SFAPIUsageLog.objects.get(source="deliver_pending").call_count == simulator.calls()


def test_an_empty_queue_makes_no_call_and_prints_nothing(writer: Client, simulator: Simulator) -> None:
    assert deliver() == ""
    assert simulator.calls() == 0


def test_a_refused_case_does_not_hold_up_the_others(writer: Client, simulator: Simulator) -> None:
    make_queued_cases(3)
    (bad,) = make_queued_cases(1, values={"Subject": "Bad", "Product__c": "Nonsense"})
    assert deliver_refused().startswith("3 delivered, 1 refused for good, 0 still queued\n")
    bad.refresh_from_db()
    assert (bad.state, bad.error_code) == ("failed", "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST")
    assert outbox.load_queue_depth().failed == 1


def test_the_text_of_a_case_is_not_in_the_logs(
    writer: Client, simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    make_queued_cases(1, values={"Subject": "private " * 100})
    assert "private" not in deliver_refused()
    assert "STRING_TOO_LONG Subject" in caplog.text
    assert "private" not in caplog.text


def test_the_cases_of_a_refused_batch_are_sent_one_by_one(writer: Client, simulator: Simulator) -> None:
    make_queued_cases(3)
    simulator.fail("error", path="composite/sobjects", code="JSON_PARSER_ERROR", status=400, times=1)
    assert deliver().startswith("3 delivered")
    assert simulator.calls_to("composite/sobjects") == 1
    assert len(cases_in(simulator)) == 3


def test_a_case_with_a_locked_row_is_retried_with_growing_pauses(writer: Client, simulator: Simulator) -> None:
    (case,) = make_queued_cases(1)
    break_salesforce(simulator, "error", code="UNABLE_TO_LOCK_ROW", status=400)
    pauses = []
    for _ in range(3):
        assert deliver("--all").endswith("1 still queued\n")
        case.refresh_from_db()
        pauses.append(round((case.next_attempt_at - now()).total_seconds()))
    assert pauses == [0, 10, 20]
    assert not breaker.load_breaker_state().open
    restore_salesforce(simulator)
    assert deliver().startswith("0 delivered")
    assert deliver("--all").startswith("1 delivered")


def now() -> Any:
    return timezone.now()


@pytest.mark.django_db(transaction=True)
def test_several_deliverers_at_once_send_each_case_once(writer: Client, simulator: Simulator, settings: Any) -> None:
    make_queued_cases(60)
    settings.SALESFORCE_CASE_EXTERNAL_ID_FIELD = ""  # without the field, a case that is sent twice is stored twice

    def run(_: int) -> str:
        try:
            return deliver()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        outputs = list(pool.map(run, range(4)))
    assert sum(int(line.split()[0]) for line in outputs if line) == 60
    subjects = [case["Subject"] for case in cases_in(simulator, "Subject LIKE 'Number %'")]
    assert len(subjects) == len(set(subjects)) == 60


def test_a_leased_case_is_not_sent_until_the_lease_ends(writer: Client, simulator: Simulator) -> None:
    (case,) = make_queued_cases(1, lease_holder="somebody", lease_until=Now() + timedelta(seconds=20), attempts=1)
    assert deliver() == "0 delivered, 0 refused for good, 1 still queued\n"
    OutboundCase.objects.update(lease_until=Now() - timedelta(seconds=1))
    assert deliver().startswith("1 delivered")
    assert [made[FIELD] for made in cases_in(simulator)] == [str(case.pk)]


def test_queued_cases_do_not_wait_until_a_time_set_before_postgresqls_clock_was_set_back(
    writer: Client, simulator: Simulator
) -> None:
    tomorrow = Now() + timedelta(days=1)
    make_queued_cases(1, lease_holder="killed", lease_until=tomorrow, attempts=1)
    make_queued_cases(1, next_attempt_at=tomorrow, attempts=9)
    deliver()
    waits = OutboundCase.objects.order_by("attempts").values_list("lease_until", "next_attempt_at")
    assert waits[0][0] - now() <= outbox.DELIVERER_LEASE
    assert waits[1][1] - now() <= outbox.compute_pause(9)
    OutboundCase.objects.update(lease_until=None, next_attempt_at=Now())
    assert deliver().startswith("2 delivered")


def test_a_claim_takes_at_most_its_limit_when_the_table_has_no_statistics(db: None) -> None:
    make_queued_cases(20)
    with connection.cursor() as cursor:  # force the plan of a table without statistics
        cursor.execute(
            "SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL enable_hashagg = off"
        )
        cursor.execute("SET LOCAL enable_sort = off; SET LOCAL enable_material = off")
    assert len(outbox.claim_due(holder="a", limit=3, as_of=now())) == 3
    assert OutboundCase.objects.filter(attempts=1).count() == 3


def test_after_a_lost_lease_a_delivery_is_recorded_but_a_failure_is_not(db: None) -> None:
    (case,) = make_queued_cases(1, lease_holder="a", lease_until=Now() - timedelta(seconds=1), attempts=1)
    (taken,) = outbox.claim_due(holder="b", limit=5, as_of=now())
    case.refresh_from_db(fields=["state"])
    why = outbox.Why(Group.UNKNOWN, "X")
    outbox.note_refused(case, why, state=outbox.State.FAILED)
    outbox.put_back([case], why)
    assert OutboundCase.objects.get().lease_holder == "b"
    outbox.note_delivered(case, "500000000000001AAA")
    outbox.put_back([taken], why)
    assert OutboundCase.objects.get().state == "delivered"


# -- what operators see -----------------------------------------------------------------------------------------------


def test_a_wrong_configuration_fails_the_command(writer: Client, settings: Any) -> None:
    make_queued_cases(1)
    settings.SALESFORCE_LOGIN = {**settings.SALESFORCE_LOGIN, "SALESFORCE_PASSWORD": "wrong"}
    with pytest.raises(CommandError, match=r"invalid_grant.*nothing is lost"):
        deliver()
    settings.SALESFORCE_LOGIN = dict.fromkeys(settings.SALESFORCE_LOGIN, "")
    with pytest.raises(CommandError, match="not configured"):
        deliver()
    assert outbox.load_queue_depth().queued == 1


def test_the_admin_shows_dead_letters_and_queues_them_again(
    writer: Client, simulator: Simulator, admin_client: Client
) -> None:
    (bad,) = make_queued_cases(1, values={"Subject": "Bad", "Product__c": "Nonsense"})
    (done,) = make_queued_cases(1)
    deliver_refused()
    page = admin_client.get("/admin/api/outboundcase/?state__exact=failed&q=Bad")
    assert "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST" in page.text
    assert admin_client.get(f"/admin/api/outboundcase/{bad.pk}/change/").status_code == 200
    assert admin_client.get("/admin/api/outboundcase/add/").status_code == 403
    assert admin_client.post(f"/admin/api/outboundcase/{bad.pk}/delete/").status_code == 403
    chosen = {"action": "retry", "_selected_action": [str(bad.pk), str(done.pk)]}
    page = admin_client.post("/admin/api/outboundcase/", chosen, follow=True)
    assert "Queued again: 1" in page.text
    OutboundCase.objects.filter(pk=bad.pk).update(values={"Subject": "Mended"})
    assert deliver().startswith("1 delivered")
    assert len(cases_in(simulator)) == 2
    assert admin_client.get("/admin/api/circuitbreaker/").status_code == 200


def test_healthz_reports_queued_and_failed_cases(db: None) -> None:
    make_queued_cases(2, created_at=Now() - timedelta(minutes=3))
    make_queued_cases(1, state="failed")
    shown = Client().get("/healthz/").json()["outbox"]
    assert (shown["ok"], shown["queued"], shown["failed"], shown["salesforce_is_away"]) == (False, 2, 1, False)
    OutboundCase.objects.filter(state="failed").update(settled_at=Now())
    shown = Client().get("/healthz/").json()["outbox"]
    assert (shown["ok"], shown["failed"]) == (True, 0)
    assert 170 < shown["oldest_seconds"] < 200
    OutboundCase.objects.update(created_at=Now() - timedelta(hours=1))
    answer = Client().get("/healthz/")
    assert (answer.status_code, answer.json()["outbox"]["ok"]) == (503, False)
