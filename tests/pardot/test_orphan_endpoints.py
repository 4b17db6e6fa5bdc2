"""``orphans`` and ``orphans/history``."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from pardot.models import OrphanRecord, OrphanRun
from tests.pardot.prospect_rows import crm_id, prospect

pytestmark = pytest.mark.django_db

ORPHANS = "/api/v1/pardot/orphans"
Kind = OrphanRecord.Kind


def get(client: Client, path: str = ORPHANS, status: int = 200) -> Any:
    answer = client.get(path)
    assert answer.status_code == status, answer.content
    return answer.json()


def run(days_ago: float, **counts: int) -> OrphanRun:
    return OrphanRun.objects.create(captured_at=timezone.now() - timedelta(days=days_ago), **counts)


def record(of: OrphanRun, kind: Kind, record_id: Any, name: str = "", missing: str = "") -> None:
    OrphanRecord.objects.create(run=of, kind=kind, record_id=str(record_id), name=name, missing=missing)


def test_there_are_no_figures_and_no_records_before_the_first_check(super_user: Client) -> None:
    nothing: dict[str, Any] = {"captured_at": None, "total": None, "kinds": [], "count": 0, "records": []}
    assert get(super_user) == nothing
    assert get(super_user, f"{ORPHANS}/history") == {"checks": []}


def test_the_latest_check_is_returned_with_details_of_each_kind(super_user: Client) -> None:
    run(7, forms=9)
    latest = run(0, forms=1, prospects_crm_gone=2, prospects_unlinked=2500, contacts_without_prospect=1)
    gone, lead = prospect(first_name="Ana", last_name="Example", email="ana@camp.example"), crm_id("00Q")
    record(latest, Kind.FORM, 5, "Request a copy", "4242")
    record(latest, Kind.PROSPECT_CRM_GONE, gone.pk, missing=lead[:15])
    record(latest, Kind.PROSPECT_CRM_GONE, 404, missing=lead[:15])
    record(latest, Kind.CONTACT_WITHOUT_PROSPECT, crm_id(), missing="lost@camp.example")
    for number in range(3):
        record(latest, Kind.PROSPECT_UNLINKED, 1000 + number)

    body = get(super_user)
    assert (body["total"], body["count"], len(body["records"])) == (2504, 7, 7)
    kinds = {each["kind"]: each for each in body["kinds"]}
    assert list(kinds) == Kind.values
    assert kinds["prospects_unlinked"] == {"kind": "prospects_unlinked", "count": 2500, "stored": 3, "capped": True}
    assert kinds["landing_pages"] == {"kind": "landing_pages", "count": 0, "stored": 0, "capped": False}
    assert kinds["forms"]["capped"] is False

    (form,) = get(super_user, f"{ORPHANS}?kind=forms")["records"]
    assert form == {"kind": "forms", "record_id": "5", "name": "Request a copy", "email": None, "missing": "4242"}
    known, unknown = get(super_user, f"{ORPHANS}?kind=prospects_crm_gone")["records"]
    assert (known["name"], known["email"], known["missing"]) == ("Ana Example", "ana@camp.example", lead[:15])
    assert (unknown["name"], unknown["email"]) == ("", None), "this prospect is not in the copy"
    (contact,) = get(super_user, f"{ORPHANS}?kind=contacts_without_prospect")["records"]
    assert (contact["email"], contact["missing"]) == ("lost@camp.example", "")


def test_the_check_after_the_clock_was_set_back_is_the_latest(super_user: Client) -> None:
    run(-1, forms=9)
    record(run(0, forms=1), Kind.FORM, 5)
    body = get(super_user)
    assert (body["total"], body["count"]) == (1, 1)
    assert [check["total"] for check in get(super_user, f"{ORPHANS}/history")["checks"]] == [1, 9]


def test_pages_have_every_record_once(super_user: Client) -> None:
    latest = run(0, forms=5)
    for number in range(5):
        record(latest, Kind.FORM, number)
    pages = [get(super_user, f"{ORPHANS}?kind=forms&limit=2&offset={offset}") for offset in (0, 2, 4, 6)]
    assert [row["record_id"] for page in pages for row in page["records"]] == ["0", "1", "2", "3", "4"]
    assert {page["count"] for page in pages} == {5}


def test_the_history_has_the_last_hundred_checks_latest_first(super_user: Client) -> None:
    for days in reversed(range(105)):
        run(days, forms=days, leads_without_prospect=1)
    checks = get(super_user, f"{ORPHANS}/history")["checks"]
    assert [check["counts"]["forms"] for check in checks] == list(range(100))
    assert (checks[3]["total"], set(checks[3]["counts"])) == (4, set(Kind.values))


@pytest.mark.parametrize("query", ["kind=campaigns", "limit=0", "limit=1001", "offset=-1"])
def test_invalid_parameters_are_refused(super_user: Client, query: str) -> None:
    assert get(super_user, f"{ORPHANS}?{query}", 422)["code"] == 422


def test_the_number_of_statements_is_constant(super_user: Client, django_assert_max_num_queries: Any) -> None:
    latest = run(0, prospects_unlinked=200)
    for _ in range(200):
        record(latest, Kind.PROSPECT_UNLINKED, prospect().pk)
    with django_assert_max_num_queries(6):
        get(super_user, f"{ORPHANS}?limit=200")
