"""The admin shows the cache read-only, has one row of configuration, and retries refused records."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.admin import site
from django.contrib.auth.models import Permission
from django.db import connection
from django.db.models import Model
from django.db.models.signals import pre_save
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from api.models import User
from sf.ingest.switch import switch_off
from sf.models import (
    Account,
    Adoption,
    Book,
    CachedRecord,
    Contact,
    Opportunity,
    RefusedRecord,
    SFAPIUsageLog,
    SyncConfig,
    SyncRun,
)
from tests.sf.cache import sync
from tests.simulated import Simulator

pytestmark = pytest.mark.django_db(transaction=True)

CACHED: list[type[CachedRecord]] = [Account, Book, Contact, Opportunity, Adoption]
READ_ONLY: list[type[Model]] = [*CACHED, SyncRun, SFAPIUsageLog, RefusedRecord]
EVERYTHING: list[type[Model]] = [model for model in site._registry if model._meta.app_label == "sf"]


@pytest.fixture
def admin(simulator: Simulator, settings: Any) -> Client:
    """Return a superuser's client. One account is deleted in the cache, and one was set aside."""
    settings.SECURE_SSL_REDIRECT = False
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    simulator.set_raw("Account", simulator.ids("Account")[0], Name="bad\0")
    sync()
    simulator.do("delete", "Account", simulator.ids("Account")[1])
    sync("sync_accounts")
    client = Client()
    client.force_login(User.objects.create_superuser("admin", password="a long password"))
    return client


def page(model: type[Model], kind: str = "changelist", *arguments: Any) -> str:
    return reverse(f"admin:sf_{model._meta.model_name}_{kind}", args=arguments)


def first_in_list(model: type[Model]) -> Any:
    records = model._default_manager.all()
    return (records.order_by("-system_modstamp", "id") if issubclass(model, CachedRecord) else records)[0]


def html(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_the_front_page_lists_everything(admin: Client) -> None:
    front = html(admin, reverse("admin:index"))
    for model in EVERYTHING:
        assert page(model) in front


def test_lists_and_records_can_be_viewed_but_not_changed(admin: Client) -> None:
    for model in READ_ONLY:
        record = first_in_list(model)
        assert page(model, "change", record.pk) in html(admin, page(model))
        shown = html(admin, page(model, "change", record.pk))
        assert 'name="_save"' not in shown
        assert "deletelink" not in shown
        before = list(model._default_manager.values())
        for address in (page(model, "change", record.pk), page(model, "delete", record.pk), page(model, "add")):
            assert admin.post(address, {"post": "yes"}).status_code == 403
        assert list(model._default_manager.values()) == before


def test_lists_can_be_searched_filtered_and_sorted(admin: Client) -> None:
    for model in READ_ONLY:
        options = site._registry[model]
        record = model._default_manager.all()[0]
        # Only filters by a field: the filter class of runs, EndFilter, has its own test.
        for name in filter(lambda each: isinstance(each, str), options.list_filter):
            html(admin, f"{page(model)}?{name}__exact={getattr(record, str(name))}")
        for place in range(1, len(options.list_display) + 1):
            html(admin, f"{page(model)}?o={place}")
        if options.search_fields:
            assert page(model, "change", record.pk) in html(admin, f"{page(model)}?q={_search_word(record)}")
            assert page(model, "change", record.pk) not in html(admin, f"{page(model)}?q=nothing-has-this")


def _search_word(record: Any) -> str:
    return str(record.record_id if isinstance(record, RefusedRecord) else record.pk)


def test_deleted_records_are_shown_too(admin: Client) -> None:
    deleted = Account.all_objects.get(is_deleted=True)
    assert page(Account, "change", deleted.pk) in html(admin, page(Account))
    html(admin, page(Account, "change", deleted.pk))


def test_records_link_to_salesforce(admin: Client, simulator: Simulator) -> None:
    for model in CACHED:
        record = model.objects.all()[0]
        link = f"{simulator.variables['SALESFORCE_HOST']}/lightning/r/{model.salesforce_object}/{record.pk}/view"
        assert f'<a href="{link}"' in html(admin, f"{page(model)}?q={record.pk}")
        assert f'<a href="{link}"' in html(admin, page(model, "change", record.pk))


def test_records_do_not_link_to_salesforce_while_the_orgs_address_is_unknown(admin: Client) -> None:
    SyncConfig.objects.update(instance_url="")
    assert "/lightning/" not in html(admin, page(Account))


def test_a_long_list_takes_at_most_two_queries_more_than_a_short_one(admin: Client) -> None:
    def queries(address: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            html(admin, address)
        return len(captured)

    for model in CACHED:
        record = model.objects.all()[0]
        assert queries(page(model)) <= queries(f"{page(model)}?q={record.pk}") + 2


def test_a_contact_shows_the_id_of_a_school_that_is_not_cached(admin: Client) -> None:
    contact = Contact.objects.exclude(account_id=None)[0]
    Account.all_objects.filter(pk=contact.account_id).delete()
    assert str(contact.account_id) in html(admin, f"{page(Contact)}?q={contact.pk}")


def test_text_from_salesforce_is_shown_as_text(admin: Client) -> None:
    Account.objects.filter(pk=Account.objects.all()[0].pk).update(name="<script>alert(1)</script>")
    shown = html(admin, page(Account))
    assert "<script>alert(1)" not in shown
    assert "&lt;script&gt;alert(1)" in shown


# -- usage, runs -----------------------------------------------------------------------------------------------


def test_the_usage_log_has_todays_total_in_its_title(admin: Client) -> None:
    SFAPIUsageLog.objects.all().delete()
    today = timezone.now().date()
    SFAPIUsageLog.objects.create(date=today, source="sync_all", call_count=1_200)
    SFAPIUsageLog.objects.create(date=today, source="api", call_count=34)
    SFAPIUsageLog.objects.create(date="2020-01-01", source="api", call_count=999)
    assert "1,234 calls today" in html(admin, page(SFAPIUsageLog))


def test_runs_show_their_counts_and_messages(admin: Client) -> None:
    SyncRun.objects.create(object="accounts", state="failed", message="Salesforce said no. " * 20)
    shown = html(admin, page(SyncRun))
    assert "Salesforce said no." in shown
    run = SyncRun.objects.filter(object="contacts", state="done")[0]
    assert f"{run.inserted} / {run.updated} / {run.soft_deleted}" in shown
    assert "…" in shown


def test_a_filter_shows_only_the_runs_that_ended_badly(admin: Client) -> None:
    SyncRun.objects.create(object="accounts", state="failed", message="Salesforce said no.")
    SyncRun.objects.create(object="books", state="interrupted", message="Killed.")
    shown = html(admin, f"{page(SyncRun)}?end=bad")
    assert ("Salesforce said no." in shown, "Killed." in shown) == (True, True)
    good = page(SyncRun, "change", SyncRun.objects.filter(object="contacts", state="done")[0].pk)
    assert good not in shown
    assert good in html(admin, f"{page(SyncRun)}?end=done")


@pytest.mark.parametrize(
    "address",
    [
        "/admin/sf/account/%00/change/",
        "/admin/sf/account/?type=%00",
        "/admin/sf/syncrun/?end=%00",
        "/admin/sf/syncrun/?started__year=9999",
        "/admin/sf/syncrun/?started__year=9999&started__month=12",
        "/admin/sf/syncrun/?started__year=99999999999999",
        "/admin/sf/syncrun/?started__year__gte=99999",
        "/admin/sf/syncrun/?started__year__gte=0000",
        "/admin/sf/syncrun/?started__iso_year=9999",
        "/admin/pardot/task/?due_date__year=0000",
        "/admin/sf/syncrun/?started__year=2026&started__month=99999999999999",
        "/admin/sf/syncrun/?started__year=2026&started__month=1&started__day=99999999999999",
    ],
)
def test_an_address_that_cannot_be_right_is_not_found(admin: Client, address: str) -> None:
    assert admin.get(address).status_code == 404


# -- the configuration -----------------------------------------------------------------------------------------


def test_the_configuration_is_one_row_that_can_be_changed(admin: Client) -> None:
    answer = admin.get(page(SyncConfig))
    assert (answer.status_code, answer["Location"]) == (302, page(SyncConfig, "change", 1))
    form = html(admin, page(SyncConfig, "change", 1))
    assert "Cases and forms are still delivered" in form
    assert 'name="api_limit" value="285000"' in form
    assert 'name="last_usage_value"' not in form
    answer = admin.post(page(SyncConfig, "change", 1), {"api_limit": "1000", "pause_threshold": "0.5"})
    assert answer.status_code == 302
    config = SyncConfig.load()
    assert (config.sync_enabled, config.api_limit, config.pause_threshold) == (True, 1000, 0.5)
    assert f'on · <a href="{reverse("admin:operations-switch")}">' in form, "the switch has its own page"
    assert admin.post(page(SyncConfig, "add"), {}).status_code == 403
    assert admin.post(page(SyncConfig, "delete", 1), {"post": "yes"}).status_code == 403
    assert SyncConfig.objects.count() == 1


def test_saving_the_configuration_does_not_undo_a_switch_off_made_meanwhile(admin: Client) -> None:
    SyncConfig.load()

    def switch_off_meanwhile(**_: Any) -> None:
        SyncConfig.objects.update(sync_enabled=False, off_reason="a wrong import")

    pre_save.connect(switch_off_meanwhile, sender=SyncConfig)
    try:
        admin.post(page(SyncConfig, "change", 1), {"api_limit": "1000", "pause_threshold": "0.5"})
    finally:
        pre_save.disconnect(switch_off_meanwhile, sender=SyncConfig)
    config = SyncConfig.load()
    assert (config.api_limit, config.sync_enabled, config.off_reason) == (1000, False, "a wrong import")


def test_switching_syncs_off_does_not_undo_a_limit_that_was_changed_meanwhile(db: None) -> None:
    SyncConfig.load()

    def change_limit_meanwhile(**_: Any) -> None:
        SyncConfig.objects.update(api_limit=1234)

    pre_save.connect(change_limit_meanwhile, sender=SyncConfig)
    try:
        switch_off(by="Ranger", reason="a wrong import", until=None)
    finally:
        pre_save.disconnect(change_limit_meanwhile, sender=SyncConfig)
    config = SyncConfig.load()
    assert (config.api_limit, config.sync_enabled, config.off_reason) == (1234, False, "a wrong import")


@pytest.mark.parametrize(("name", "value"), [("api_limit", "0"), ("pause_threshold", "1.5"), ("pause_threshold", "0")])
def test_an_impossible_configuration_is_refused(admin: Client, name: str, value: str) -> None:
    before = SyncConfig.load().compute_budget(10**9)
    values = {"api_limit": "1000", "pause_threshold": "0.5"} | {name: value}
    answer = admin.post(page(SyncConfig, "change", 1), values)
    assert (answer.status_code, "errorlist" in answer.content.decode()) == (200, True)
    assert SyncConfig.load().compute_budget(10**9) == before


# -- records set aside -----------------------------------------------------------------------------------------


def test_a_record_that_is_set_aside_is_shown_with_the_bad_value_and_the_reason(admin: Client) -> None:
    record = RefusedRecord.objects.get()
    shown = html(admin, page(RefusedRecord, "change", record.pk))
    assert "name: a NUL character" in shown
    assert r"bad\u0000" in shown


def test_the_retry_action_reports_how_many_records_were_stored(admin: Client) -> None:
    retry = {"action": "retry", "_selected_action": [RefusedRecord.objects.get().pk]}
    admin.post(page(RefusedRecord), retry)
    assert "Accounts: 0 stored, 1 still set aside" in html(admin, page(RefusedRecord))
    record = RefusedRecord.objects.get()
    assert record.attempts > 1
    record.payload = record.payload.replace(r"\u0000", "")
    record.save()
    admin.post(page(RefusedRecord), retry)
    assert "Accounts: 1 stored, 0 still set aside" in html(admin, page(RefusedRecord))
    assert not RefusedRecord.objects.exists()
    assert Account.objects.get(pk=record.record_id).name == "bad"


def test_a_user_with_only_the_view_permission_cannot_retry(admin: Client) -> None:
    looker = User.objects.create_user("looker", password="a long password", is_staff=True)
    looker.user_permissions.add(Permission.objects.get(codename="view_refusedrecord"))
    client = Client()
    client.force_login(looker)
    assert "retry" not in html(client, page(RefusedRecord))
    client.post(page(RefusedRecord), {"action": "retry", "_selected_action": [RefusedRecord.objects.get().pk]})
    assert RefusedRecord.objects.get().attempts == 2, "only the two syncs tried to store the record"


def test_strangers_are_sent_to_the_login(simulator: Simulator, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = False
    for model in EVERYTHING:
        answer = Client().get(page(model))
        assert (answer.status_code, re.match(r"/admin/login/", answer["Location"]) is not None) == (302, True)
