"""The operators' page: late and failed objects come first, with a remedy. Models are in groups."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin import site
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from api.models import CircuitBreaker, OutboundCase, User
from api.protection import breaker
from pardot.models import CachedBusinessUnit, PardotQuota
from sf.ingest.jobs import recorded_often
from sf.ingest.lease import hold_lease
from sf.ingest.runs import ENDED_WITHOUT_RESULT
from sf.ingest.scheduled import WORK
from sf.ingest.switch import switch_off
from sf.models import CachedOrg, RefusedRecord, SyncConfig, SyncRun, UnreadableField
from sf.status import freshness
from sfapi.operations.groups import GROUPS

pytestmark = pytest.mark.django_db

HELD_BACK = "contacts: 40 of 118 cached records would be deleted, more than 20%: --allow-deletes contacts=40"


@pytest.fixture
def operator(settings: Any) -> Client:
    settings.SECURE_SSL_REDIRECT = False
    client = Client()
    client.force_login(User.objects.create_superuser("maren"))
    return client


def member_of_staff(*permissions: str) -> Client:
    user = User.objects.create_user("ben", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


def make_run(name: str, state: str = "done", *, ago: timedelta = timedelta(minutes=3), **values: Any) -> SyncRun:
    began = timezone.now() - ago
    values = {"mode": "full", "ended": began + timedelta(seconds=20), **values}
    return SyncRun.objects.create(object=name, state=state, started=began, **values)


def make_all_fresh() -> None:
    for name in freshness.MAX_AGE:
        make_run(name)


def page(client: Client, path: str = "/admin/") -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def rows(html: str) -> list[str]:
    """Return each object in the table with its advice, as text."""
    table = html[html.index("objects-title") : html.index("Each bar is a run")]
    parts = re.split(r'<th scope="row">', table)[1:]
    return [" ".join(re.sub(r"<[^>]*>", " ", part).split()) for part in parts]


def test_a_new_installation_shows_that_nothing_has_been_synced(operator: Client) -> None:
    assert "Nothing has been synced yet." in page(operator)
    make_run("books", "failed", message="INVALID_LOGIN")
    assert "Nothing has been synced yet." not in page(operator)


def test_the_page_says_when_every_object_is_fresh(operator: Client) -> None:
    make_all_fresh()
    html = page(operator)
    assert "Every object is as fresh as promised" in html
    assert [row.split()[2] for row in rows(html)] == ["Fresh"] * len(freshness.MAX_AGE)


def test_the_worst_object_comes_first_with_its_reason_and_remedy(operator: Client) -> None:
    make_all_fresh()
    long_ago = timezone.now() - timedelta(days=30)
    SyncRun.objects.filter(object="books").update(started=long_ago, ended=long_ago)
    make_run("contacts", "failed", ago=timedelta(minutes=1), message=HELD_BACK)
    first, second, *others = rows(page(operator))
    assert first.startswith("Contacts Salesforce Failing")
    assert HELD_BACK in first
    assert "Check at the source that these records are really gone, then accept the deletions." in first
    assert second.startswith("Books Salesforce Late")
    assert all("Fresh" in row for row in others)


@pytest.mark.parametrize(
    ("run", "remedy"),
    [
        ({"cause": "lasting", "message": "INVALID_LOGIN"}, "Run “manage.py sf check” on the server"),
        ({"retry_command": "sync_contacts", "message": "timed out"}, "the next attempt is at"),
        (
            {"retry_command": "sync_contacts", "message": "timed out", "ago": timedelta(minutes=20)},
            "within five minutes",
        ),
        ({"message": "an unexpected answer"}, "Sync the object now."),
        ({"state": "interrupted", "message": "stopped: SystemExit"}, "Sync the object now."),
    ],
)
def test_each_kind_of_failure_has_its_remedy(operator: Client, run: dict[str, Any], remedy: str) -> None:
    make_run("contacts", run.pop("state", "failed"), **run)
    first = rows(page(operator))[0]
    assert run["message"] in first
    assert remedy in first


@pytest.mark.parametrize(
    ("last_good", "skipped", "state"), [(3, [2, 1], "Failing"), (27, [3], "Late")], ids=["skipped twice", "late"]
)
def test_an_object_whose_syncs_are_skipped_because_the_calls_are_used_up_says_so(
    operator: Client, last_good: int, skipped: list[int], state: str
) -> None:
    make_run("contacts", ago=timedelta(hours=last_good))
    for hours in skipped:
        make_run("contacts", "skipped", ago=timedelta(hours=hours), cause="limit", message="903 calls today")
    first = rows(page(operator))[0]
    assert first.startswith(f"Contacts Salesforce {state}")
    assert "903 calls today" in first
    assert "syncs continue by themselves when calls are available again" in first


def test_a_late_object_says_that_syncs_are_switched_off(operator: Client) -> None:
    make_run("contacts", ago=timedelta(hours=27))
    make_run("contacts", "skipped", ago=timedelta(hours=3), cause="switch", message="syncs are switched off")
    assert "Switch syncs on again." not in rows(page(operator))[0]
    switch_off(by="maren", reason="an upgrade", until=None)
    first = rows(page(operator))[0]
    assert first.startswith("Contacts Salesforce Late")
    assert "Switch syncs on again." in first
    assert "sync the object now" not in first


def test_a_failing_job_shows_the_reason_of_its_last_failure(operator: Client) -> None:
    for message in ("the login was refused", "the domain is gone", "the login was refused"):
        with pytest.raises(RuntimeError), recorded_often("deliver_pending"):
            raise RuntimeError(message)
    html = page(operator)
    assert "the login was refused" in html
    assert "the domain is gone" not in html


@pytest.mark.parametrize(
    ("killed", "why"),
    [
        ({"state": "interrupted", "message": "stopped: KeyboardInterrupt"}, "stopped: KeyboardInterrupt"),
        ({"state": "running", "ended": None}, ENDED_WITHOUT_RESULT),
    ],
)
def test_a_job_that_was_killed_does_not_show_the_reason_of_an_older_failure(
    operator: Client, killed: dict[str, Any], why: str
) -> None:
    make_run("cleanup_logs", "failed", ago=timedelta(days=2), message="the disk is full")
    make_run("cleanup_logs", ago=timedelta(days=1))
    make_run("cleanup_logs", **killed)
    html = page(operator)
    assert why in html
    assert "the disk is full" not in html


def test_a_run_whose_process_died_is_shown_as_interrupted_and_a_living_one_as_running(operator: Client) -> None:
    SyncRun.objects.create(object="accounts", started=timezone.now() - timedelta(hours=1), rows_read=10)
    SyncRun.objects.create(object="books", started=timezone.now() - timedelta(minutes=2), rows_read=4321)
    with hold_lease("books"):
        html = page(operator)
        state = operator.get("/admin/ops/state.json").json()
    assert rows(html)[0].startswith("Accounts Salesforce Interrupted")
    assert 'data-progress="books">4,321 rows read, for 2 minutes' in html
    assert 'data-progress="accounts"' not in html
    assert state["mark"] in html, "nothing has changed since the page was shown"
    assert (list(state["running"]), state["is_busy"]) == (["books"], True)
    assert operator.get("/admin/ops/state.json").json()["mark"] != state["mark"], "the process of this sync has died"


def test_bars_say_one_run_in_the_singular(operator: Client) -> None:
    make_run("accounts", "done", ago=timedelta(hours=1))
    assert "Last run: done" in page(operator)


def test_bars_say_how_the_last_runs_ended(operator: Client) -> None:
    for hours in range(20):
        make_run("accounts", "failed" if hours == 5 else "done", ago=timedelta(hours=hours))
    html = page(operator)
    assert "Last 14 runs: 13 done, 1 failed. Latest: done" in html
    assert html.count('<rect class="done"') == 13


def test_the_page_reports_the_org_the_budgets_the_queue_the_breakers_and_the_scheduler(
    operator: Client, settings: Any
) -> None:
    settings.SALESFORCE_PARDOT_BUSINESS_UNIT = "0Uv000000000001"
    now = timezone.now()
    SyncConfig.objects.create(last_usage_check=now, last_usage_value=1200, last_usage_limit=100_000)
    CachedOrg.objects.create(organization_id="00D000000000001EAA", name="Camp Org", is_sandbox=True)
    CachedBusinessUnit.objects.create(business_unit="0Uv000000000001")
    PardotQuota.objects.create(id=PardotQuota.ONLY_ID, used=77, maximum=25_000, told_at=now)
    OutboundCase.objects.create(identity="key:a", values={}, state="queued", created_at=now - timedelta(minutes=3))
    OutboundCase.objects.create(identity="key:a", values={}, state="failed")
    RefusedRecord.objects.create(object="contacts", record_id="1", payload="{}", reason="x", fingerprint="")
    UnreadableField.objects.create(object="contacts", column="lms", field="Contact.LMS__c")
    breaker.note_failure("no answer", name=breaker.LIVE, for_good=True)
    with hold_lease(WORK), hold_lease("follow"):
        html = " ".join(page(operator).split())
    for words in (
        "Camp Org, sandbox, 00D000000000001EAA", "0Uv000000000001",
        "1,200 of 100,000", "Syncs pause from 85,000 on. SFAPI made 0 calls today (UTC).", "77 of 25,000",
        "1 waiting, the oldest for 3 minutes", "1 to correct or mark as dealt with", "1 record</a>",
        "Contact.LMS__c", "salesforce live: no answer", "last heartbeat", "Follower</span> process",
    ):  # fmt: skip
        assert words in html, words
    assert "All is well" not in html


def test_all_is_well_until_a_field_can_no_longer_be_read(operator: Client) -> None:
    make_all_fresh()
    assert "All is well" in page(operator)
    UnreadableField.objects.create(object="contacts", column="lms", field="Contact.LMS__c")
    assert "All is well" not in page(operator)


def test_without_a_worker_and_without_cron_the_page_says_what_to_start(operator: Client) -> None:
    assert "Start <code>manage.py work</code>, or run <code>manage.py crontab add</code>" in page(operator)
    make_run("deliver_pending")
    assert "No worker. Cron: a job was last active 2 minutes ago." in page(operator)
    long_ago = timezone.now() - timedelta(hours=1)
    SyncRun.objects.update(started=long_ago, ended=long_ago)
    assert "a job was last active 1 hour ago. Start <code>manage.py work</code>" in page(operator)


def queries(client: Client) -> int:
    page(client)
    with CaptureQueriesContext(connection) as captured:
        page(client)
    return len(captured)


def test_the_page_takes_fewer_than_twenty_queries_however_bad_the_day_is(operator: Client) -> None:
    make_all_fresh()
    assert queries(operator) < 20
    for name in freshness.MAX_AGE:
        for hours in range(30):
            make_run(name, "failed", ago=timedelta(hours=hours / 2), retry_command=f"sync_{name}", message="x")
    CircuitBreaker.objects.create(name="accounts", failures=9)
    assert queries(operator) < 20


def test_staff_who_may_not_see_the_operators_page_see_only_the_list_of_models(operator: Client) -> None:
    staff = member_of_staff("view_account")
    html = page(staff)
    assert "objects-title" not in html
    assert "/admin/sf/account/" in html
    assert staff.get("/admin/ops/state.json").status_code == 403
    assert "objects-title" in page(operator)


def test_ops_redirects_to_the_page(operator: Client) -> None:
    answer = operator.get("/ops/")
    assert (answer.status_code, answer["Location"]) == (302, "/admin/")


# -- groups -----------------------------------------------------------------------------------------------------------


def test_groups_are_in_order_and_no_model_is_missing(operator: Client) -> None:
    groups = operator.get("/admin/").context["app_list"]
    assert [group["name"] for group in groups] == list(GROUPS)
    assert {model["object_name"] for group in groups for model in group["models"]} == {
        model.__name__ for model in site._registry
    }
    group_of = {model["object_name"]: group["name"] for group in groups for model in group["models"]}
    assert (group_of["SyncRun"], group_of["Group"], group_of["APIKey"]) == ("Operate", "Access", "Access")
    assert (group_of["Task"], group_of["Form"], group_of["Contact"]) == (
        "Pardot work",
        "Pardot cache",
        "Salesforce cache",
    )


def test_every_name_in_a_group_is_a_model_of_the_admin() -> None:
    registered = {model.__name__ for model in site._registry}
    assert {name for names in GROUPS.values() for name in names} <= registered


# -- labels of the admin ----------------------------------------------------------------------------------------------

UNFIT = re.compile(r"^(is|has) |\b(id2?|uuid|url|lms|api|json|sf|nces|ipeds)\b")
"""Parts of column names that no label may contain. The filters of the admin would say "By is deleted" or "By lms"."""


def test_labels_of_fields_are_words_and_help_is_no_markup() -> None:
    project = [model for model in site._registry if model._meta.app_label in {"api", "pardot", "sf"}]
    fields = [(model.__name__, field) for model in project for field in model._meta.fields]
    assert [(name, field.name) for name, field in fields if UNFIT.search(str(field.verbose_name))] == []
    assert [(name, field.name) for name, field in fields if "<" in str(field.help_text)] == [], (
        "help is shown unescaped"
    )


def test_lists_lead_back_to_the_start_page_and_name_an_empty_value(operator: Client) -> None:
    for code in ("", "NEW_CODE"):
        OutboundCase.objects.create(identity="key:a", values={}, state="failed", error_code=code)
    html = " ".join(page(operator, "/admin/api/outboundcase/").split())
    assert '<a href="/admin/">Operations</a> &rsaquo; Cases (outbox)' in html
    assert ">(empty)</a>" in html
    assert not re.search(r"<li[^>]*> <a [^>]*></a>", html)
