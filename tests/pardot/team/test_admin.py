"""/admin/pardot/: what programs write is read-only; what the team enters is checked as in the API."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin import site
from django.db import connection
from django.db.models import Model
from django.db.models.signals import pre_save
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from api.models import APIKey, User
from pardot import models
from pardot.admin.base import COUNTED, BoundedPaginator
from pardot.audits.run import run_audits
from pardot.models import ConfiguredValue, DayNote, Exemption, Prospect, SavedView, Task, TeamMember
from tests.pardot.team import records
from tests.plans import analyze, plan_of

ENTERED: list[type[Model]] = [ConfiguredValue, DayNote, Exemption, SavedView, Task, TeamMember]
NOT_SHOWN: list[type[Model]] = [models.CachedBusinessUnit]
READ_ONLY: list[type[Model]] = [
    model for model in map(models.__dict__.get, models.__all__)
    if isinstance(model, type) and issubclass(model, Model) and not model._meta.abstract
    and model not in [*ENTERED, *NOT_SHOWN]
]  # fmt: skip


CONTACT = records.salesforce_id("003")
Rows = dict[type[Model], Model]


def _name(model: type[Model]) -> str:
    return model.__name__


def page(model: type[Model], kind: str = "changelist", *arguments: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{kind}", args=arguments)


def html(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


@pytest.fixture
def one_of_each(db: None) -> Rows:
    """Make a row of every model that only programs write."""
    now = timezone.now()
    run = models.OrphanRun.objects.create(forms=1)
    stamped: dict[str, Any] = {"system_modstamp": now}
    campaign_id = records.salesforce_id("701")
    all_rows = [
        models.Alert.objects.create(key="score", text="score 68 is below 70", began_at=now),
        models.AssetActivityDay.objects.create(day=now.date(), asset_kind="forms", asset_id=1, type=4, count=2),
        models.AuditSummary.objects.create(area="forms", items=1, counts={"dormant": None, "no_campaign": 1}),
        models.Campaign.objects.create(id=1, name="Spring", flags=["dormant"], salesforce_id=campaign_id),
        models.CampaignMember.all_objects.create(id=records.salesforce_id("00v"), **stamped),
        models.CampaignMemberCount.objects.create(id=campaign_id, members=3, responded=1, leads=2, contacts=1),
        models.ConfigurationChange.objects.create(key="camp_dates", before={}, after={}),
        models.ContactCategoryScore.all_objects.create(id=records.salesforce_id("a0C"), category="Math", **stamped),
        models.CustomRedirect.objects.create(id=1, name="To the books", campaign_id=99),
        models.DailySnapshot.objects.create(day=now.date(), tier=1, issue_counts={"forms_errors": 2}),
        models.DigestDelivery.objects.create(day=now.date(), channel="slack", recipient="Slack"),
        models.EntityState.objects.create(name="forms", complete_until=now),
        models.Finding.objects.create(asset_type="forms", asset_id=1, issue="forms_errors", first_seen=now.date()),
        models.Folder.objects.create(id=1, name="Forms"),
        models.Form.objects.create(id=1, name="Contact us", campaign_id=1, flags=["no_campaign"]),
        models.LandingPage.objects.create(id=1, name="Welcome"),
        models.LeadCategoryScore.all_objects.create(id=records.salesforce_id("a0B"), category="Math", **stamped),
        models.List.objects.create(id=1, name=""),
        models.ListEmail.objects.create(id=1, name="News"),
        run,
        models.OrphanRecord.objects.create(run=run, kind="forms", record_id="1"),
        models.PardotQuota.objects.create(id=1, used=1, maximum=2, told_at=now),
        models.Prospect.objects.create(id=1, email="Ana@school.example", salesforce_contact_id=CONTACT),
        models.ProspectEngagement.objects.create(prospect_id=1, activity_count=2, last_activity=now),
        models.SalesforceCampaign.all_objects.create(id=campaign_id, **stamped),
        models.SalesforceHealth.objects.create(
            total_leads=1, total_contacts=1, leads_with_pardot=1, contacts_with_pardot=1
        ),
        models.Tag.objects.create(id=1, name="Region: North"),
        models.TaggedObject.objects.create(id=1, tag_id=1, object_type="Form", object_id=1),
        models.ViewSubscription.objects.create(
            view=SavedView.objects.create(name="Tags", query="tab=tags", owner_uuid=uuid.uuid4()),
            member=records.member("Ada"),
            when="monday",
            count=1,
            fingerprint="x",
            told_on=now.date(),
        ),
        models.VisitorActivity.objects.create(id=1, type=4, prospect_id=1, form_id=1, created_at=now),
    ]
    rows = {type(row): row for row in all_rows}
    entities = [model for model in READ_ONLY if issubclass(model, models.PardotRecord) and model not in rows]
    return rows | {model: model._default_manager.create(id=1) for model in entities}


def test_one_of_each_covers_every_read_only_model(one_of_each: Rows) -> None:
    assert set(one_of_each) == set(READ_ONLY)


def test_rows_that_only_programs_write_can_be_looked_at_but_not_changed(admin: Client, one_of_each: Rows) -> None:
    for model, row in one_of_each.items():
        assert page(model, "change", row.pk) in html(admin, page(model))
        shown = html(admin, page(model, "change", row.pk))
        assert 'name="_save"' not in shown
        assert "deletelink" not in shown
        for address in (page(model, "change", row.pk), page(model, "delete", row.pk), page(model, "add")):
            assert admin.post(address, {"post": "yes"}).status_code == 403
        assert model._base_manager.filter(pk=row.pk).exists()


def test_lists_can_be_filtered_and_can_be_sorted_by_every_column(admin: Client, one_of_each: Rows) -> None:
    for model, row in one_of_each.items():
        options = site._registry[model]
        columns = ".".join(str(place) for place in range(1, len(options.list_display) + 1))
        names = [name for name in options.list_filter if isinstance(name, str)]
        values = {name: getattr(row, name) for name in names}
        chosen = [f"{name}__exact={int(value or 0)}" if value in {None, True, False} else f"{name}__exact={value}"
                  for name, value in values.items()]  # fmt: skip
        html(admin, f"{page(model)}?{'&'.join([f'o={columns}', *chosen])}")


def test_lists_can_be_searched(admin: Client, one_of_each: Rows) -> None:
    for model, row in one_of_each.items():
        if site._registry[model].search_fields:
            key = {models.OrphanRecord: "record_id", models.AssetActivityDay: "asset_id"}.get(model, "pk")
            link = page(model, "change", row.pk)
            assert link in html(admin, f"{page(model)}?q={getattr(row, key)}")
            for other in ("nothing-has-this", "987654321", records.salesforce_id("a0X")):
                assert link not in html(admin, f"{page(model)}?q={other}")


def test_no_list_counts_a_whole_table(admin: Client, one_of_each: Rows) -> None:
    for model in one_of_each:
        with CaptureQueriesContext(connection) as captured:
            html(admin, page(model))
        counts = [query["sql"] for query in captured if "COUNT(" in query["sql"]]
        assert len(counts) == 1
        assert f"LIMIT {COUNTED}" in counts[0]


class UpToThree(BoundedPaginator):
    at_most = 3


def test_the_paginator_stops_counting_at_its_limit(db: None) -> None:
    for number in range(5):
        models.Folder.objects.create(id=number)
    paginator = UpToThree(models.Folder.objects.order_by("id"), 2)
    assert (paginator.count, paginator.num_pages) == (3, 2)


def test_prospects_are_found_by_email_address_and_by_id(admin: Client, one_of_each: Rows) -> None:
    Prospect.objects.create(id=2, email="ben@school.example")

    def search(term: str) -> list[int]:
        shown = html(admin, f"{page(Prospect)}?q={term}")
        return [number for number in (1, 2) if page(Prospect, "change", number) in shown]

    assert search("ana@SCHOOL.example") == [1]
    assert search("2") == [2]
    assert search(CONTACT) == search(CONTACT[:15]) == [1]
    assert search("ana") == []


def test_the_search_for_an_email_address_uses_an_index(admin: Client) -> None:
    Prospect.objects.bulk_create(Prospect(id=number, email=f"p{number}@school.example") for number in range(1, 3001))
    analyze(Prospect)
    with CaptureQueriesContext(connection) as captured:
        html(admin, f"{page(Prospect)}?q=p1500@school.example")
    statement = next(query["sql"] for query in captured if "LOWER" in query["sql"] and "COUNT" not in query["sql"])
    assert "prospect_email_lower" in plan_of(statement)


def test_lists_of_assets_can_be_filtered_by_flag_and_show_the_campaign(admin: Client, one_of_each: Rows) -> None:
    form = page(models.Form, "change", 1)
    assert form in html(admin, f"{page(models.Form)}?flag=no_campaign")
    assert form not in html(admin, f"{page(models.Form)}?flag=dormant")
    assert f'<a href="{page(models.Campaign, "change", 1)}">Spring</a>' in html(admin, page(models.Form))
    assert "99 (unknown)" in html(admin, page(models.CustomRedirect))


def test_the_list_of_summaries_shows_flags_and_missing_data_as_words(admin: Client, one_of_each: Rows) -> None:
    assert "dormant: no data, no campaign: 1" in html(admin, page(models.AuditSummary))


def test_no_add_form_of_the_admin_shows_a_default_that_postgresql_computes(admin: Client) -> None:
    request = RequestFactory().get("/")
    request.user = User(is_staff=True, is_superuser=True)
    added = [model for model, its_admin in site._registry.items() if its_admin.has_add_permission(request)]
    assert APIKey in added
    for model in added:
        assert "object at 0x" not in html(admin, page(model, "add")), model


def test_lists_show_yes_or_no_as_words_instead_of_icons(admin: Client, one_of_each: Rows) -> None:
    for model in one_of_each:
        shown = html(admin, page(model))
        assert "icon-no" not in shown, model
        assert "icon-yes" not in shown, model
    assert '<td class="field-shown">no</td>' in html(admin, page(models.EntityState))


@pytest.mark.parametrize("model", ENTERED, ids=_name)
def test_add_forms_show_neither_the_author_nor_computed_defaults(admin: Client, model: type[Model]) -> None:
    form = html(admin, page(model, "add"))
    assert 'name="_save"' in form
    assert "created_by" not in form
    assert "object at 0x" not in form


# -- what the team enters ---------------------------------------------------------------------------------------------


def save(admin: Client, model: type[Model], values: dict[str, Any], *of: Any) -> list[str]:
    """Save the form, and return its error messages or an empty list."""
    answer = admin.post(page(model, "change" if of else "add", *of), values)
    if answer.status_code == 302:
        return []
    form = answer.context["adminform"].form
    return [message for messages in form.errors.values() for message in messages]


def test_a_team_member_owns_areas(admin: Client) -> None:
    assert save(admin, TeamMember, {"name": "Ada", "areas": ["forms", "tags"], "order": "1"}) == []
    member = TeamMember.objects.get()
    assert (member.name, member.areas) == ("Ada", ["forms", "tags"])
    assert save(admin, TeamMember, {"name": "ADA", "order": "2"}) == ["This person is in the team already."]
    assert "pages is not one of" in save(admin, TeamMember, {"name": "Ben", "order": "2", "areas": ["pages"]})[0]
    Task.objects.create(title="Hers", assignee=member)
    assert save(admin, TeamMember, {"name": "Ada B", "areas": [], "order": "1"}, member.pk) == []
    shown = html(admin, page(TeamMember))
    assert "Ada B" in shown
    assert Task.objects.get().assignee == TeamMember.objects.get(name="Ada B")


def task(**values: Any) -> dict[str, Any]:
    return {"title": "Look at it", "status": "open", "priority": "normal", **values}


def test_a_task_can_be_created_finished_and_reopened_in_the_admin(admin: Client) -> None:
    form = records.form("Contact us")
    assert save(admin, Task, task(asset_type="forms", asset_id=form.id, priority="low")) == []
    row = Task.objects.get()
    assert (row.asset_name, row.area, row.created_by, row.priority) == ("Contact us", "forms", "admin", "low")
    assert save(admin, Task, task(issue="tags_unused"), row.pk) == []
    assert Task.objects.get().area == "tags"
    assert save(admin, Task, task(status="done"), row.pk) == []
    done = Task.objects.get()
    assert done.completed_at is not None
    chosen = {"_selected_action": [row.pk]}
    admin.post(page(Task), {"action": "reopen", **chosen})
    assert Task.objects.get().completed_at is None
    admin.post(page(Task), {"action": "finish", **chosen})
    assert Task.objects.get().completed_at is not None
    assert "Look at it" in html(admin, f"{page(Task)}?status__exact=done")


def test_a_task_and_an_exemption_can_be_changed_after_their_asset_was_deleted(admin: Client) -> None:
    form = records.form("Contact us")
    about = {"asset_type": "forms", "asset_id": form.id}
    exemption = {**about, "issue": "forms_errors", "reason": "A test form."}
    assert save(admin, Task, task(**about)) == []
    assert save(admin, Exemption, exemption) == []
    form.delete()
    row, exempt = Task.objects.get(), Exemption.objects.get()
    assert save(admin, Task, task(**about, asset_name="Contact us", status="done"), row.pk) == []
    assert save(admin, Exemption, {**exemption, "reason": "It was a test form."}, exempt.pk) == []
    assert (Task.objects.get().status, Task.objects.get().asset_name) == ("done", "Contact us")
    assert Exemption.objects.get().reason == "It was a test form."
    assert "There is no asset 77" in save(admin, Task, task(asset_type="forms", asset_id=77), row.pk)[0]
    assert "There is no asset 77" in save(admin, Exemption, {**exemption, "asset_id": 77}, exempt.pk)[0]


def test_tasks_are_sorted_by_their_age(admin: Client) -> None:
    now = timezone.now()
    ages = {"Done at once": (50, 50), "New": (1, 0), "Open for a month": (30, 0), "Done after ten days": (40, 30)}
    for title, (created, ended) in ages.items():
        stamps = {"created_at": now - timedelta(days=created), "completed_at": now - timedelta(days=ended)}
        done = {"status": "done", **stamps} if ended else {"created_at": stamps["created_at"]}
        Task.objects.create(title=title, **done)
    ordered = [row.title for row in admin.get(f"{page(Task)}?o=7").context["cl"].result_list]
    assert ordered == ["Done at once", "New", "Done after ten days", "Open for a month"]


def test_a_task_gets_the_name_of_its_new_asset(admin: Client) -> None:
    first, second = records.form("Contact us"), records.form("Sign up")
    assert save(admin, Task, task(asset_type="forms", asset_id=first.id)) == []
    row, shown = Task.objects.get(), {"asset_name": "Contact us", "asset_type": "forms"}
    assert save(admin, Task, task(**shown, asset_id=second.id), row.pk) == []
    assert Task.objects.get().asset_name == "Sign up"
    assert save(admin, Task, task(asset_name="Sign up"), row.pk) == []
    assert Task.objects.get().asset_name == ""


@pytest.fixture
def during_the_action(db: None) -> Iterator[Callable[[Callable[[], Any]], None]]:
    """Call the given function once, just before the next task is stored."""
    waiting: list[Callable[[], Any]] = []

    def before_save(**_: Any) -> None:
        if waiting:
            waiting.pop()()

    pre_save.connect(before_save, sender=Task)
    yield waiting.append
    pre_save.disconnect(before_save, sender=Task)


def test_an_action_on_many_tasks_keeps_what_was_changed_meanwhile(
    admin: Client, during_the_action: Callable[[Callable[[], Any]], None]
) -> None:
    oldest, middle, newest = (Task.objects.create(title=title) for title in ("Oldest", "Middle", "Newest"))

    def change_others() -> None:
        Task.objects.filter(pk=middle.pk).update(title="Renamed")
        Task.objects.filter(pk=oldest.pk).delete()

    during_the_action(change_others)
    chosen = {"_selected_action": [oldest.pk, middle.pk, newest.pk]}
    answer = admin.post(page(Task), {"action": "finish", **chosen}, follow=True)
    assert set(Task.objects.values_list("title", "status")) == {("Renamed", "done"), ("Newest", "done")}
    assert "Done: 2" in answer.content.decode()


def test_mistakes_in_tasks_are_named(admin: Client) -> None:
    assert "There is no asset 77 among the forms" in save(admin, Task, task(asset_type="forms", asset_id=77))[0]
    assert "both the type and the id" in save(admin, Task, task(asset_type="forms"))[0]
    assert not Task.objects.exists()


def test_exemptions_have_the_same_checks_as_in_the_api(admin: Client) -> None:
    form = records.form()
    good = {"asset_type": "forms", "asset_id": form.id, "issue": "forms_errors", "reason": "A test form."}
    yesterday = str(timezone.localdate() - timedelta(days=1))
    for values, message in (
        ({"issue": "lists_stale"}, "lists_stale is an issue of lists, not of forms"),
        ({"issue": "prospects_unlinked_pct"}, "not one of the available choices"),
        ({"asset_id": 987}, "There is no asset 987"),
        ({"until": yesterday}, "in the past"),
        ({"reason": ""}, "required"),
    ):
        assert message in save(admin, Exemption, {**good, **values})[0]
    assert not Exemption.objects.exists()
    assert save(admin, Exemption, good) == []
    assert Exemption.objects.get().created_by == "admin"
    assert "already exists" in save(admin, Exemption, good)[0]

    Exemption.objects.update(until=yesterday)
    ended = Exemption.objects.get()
    assert save(admin, Exemption, {**good, "until": yesterday, "reason": "Was a test."}, ended.pk) == []
    html(admin, page(Exemption))


def test_views_have_the_same_checks_as_in_the_api(admin: Client) -> None:
    good = {"name": "Forms", "query": "tab=scout-report&prospects.q=jo@camp.example", "owner_uuid": str(uuid.uuid4())}
    for query, message in (("open=tasks", "contains nothing to save"), ("tab=tags&tags.q=%00", "NUL")):
        assert message in save(admin, SavedView, {**good, "query": query})[0]
    assert not SavedView.objects.exists()
    assert save(admin, SavedView, good) == []
    assert SavedView.objects.get().query == "tab=scout-report&prospects.q=jo%40camp.example"


def test_notes_store_their_author(admin: Client) -> None:
    assert save(admin, DayNote, {"day": "2026-03-01", "text": "Spring clean"}) == []
    assert DayNote.objects.get().created_by == "admin"
    assert "Spring clean" in html(admin, page(DayNote))


# -- the configuration ------------------------------------------------------------------------------------------------


def test_the_page_of_the_configuration_shows_default_values_too(admin: Client) -> None:
    shown = html(admin, page(ConfiguredValue))
    assert f"{page(ConfiguredValue, 'add')}?key=grade_thresholds" in shown
    assert "Age of very stale lists" in shown
    form = html(admin, f"{page(ConfiguredValue, 'add')}?key=cleanup_actions")
    assert "&quot;Archive&quot;" in form


def test_a_value_is_changed_and_reset(admin: Client) -> None:
    records.unchanged_list(4)
    records.mark_read("lists")
    run_audits()
    assert save(admin, ConfiguredValue, {"key": "list_stale_months", "value": "3"}) == []
    row = ConfiguredValue.objects.get()
    assert (row.value, row.updated_by) == (3, "admin")
    assert "stale" in models.List.objects.get().flags, "the list is audited again"
    assert "Age of stale lists" in html(admin, page(ConfiguredValue))
    form = html(admin, page(ConfiguredValue, "change", row.pk))
    assert "<pre>6</pre>" in form
    assert save(admin, ConfiguredValue, {"value": "5"}, row.pk) == []
    assert ConfiguredValue.objects.get().value == 5
    assert "stale" not in models.List.objects.get().flags
    assert admin.post(page(ConfiguredValue, "delete", row.pk), {"post": "yes"}).status_code == 403
    admin.post(page(ConfiguredValue), {"action": "reset_to_default", "_selected_action": [row.pk]})
    assert not ConfiguredValue.objects.exists()


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("grade_thresholds", [{"grade": "A", "minimum": 9}], "the minimum of the last grade must be 0"),
        ("score_weights", {"forms_errors": -1}, "forms_errors: must be 0 or more"),
        ("list_stale_months", 12, "very stale lists” (12 months) must be higher than “Age of stale lists” (12 months)"),
        ("list_stale_months", "six", "must be a whole number"),
        ("nothing", 1, "not one of the available choices"),
    ],
)
def test_bad_values_are_refused_with_the_reason(admin: Client, key: str, value: Any, message: str) -> None:
    messages = save(admin, ConfiguredValue, {"key": key, "value": json.dumps(value)})
    assert any(message.lower() in each.lower() for each in messages), messages
    assert not ConfiguredValue.objects.exists()


def test_invalid_json_is_refused(admin: Client) -> None:
    for text in ("{", "NaN", '{"forms_errors": NaN}', ""):
        assert save(admin, ConfiguredValue, {"key": "score_weights", "value": text}), text
    assert not ConfiguredValue.objects.exists()


def test_a_stored_value_that_is_no_longer_valid_is_marked(admin: Client) -> None:
    ConfiguredValue.objects.create(key="camp_dates", value="last summer")
    ConfiguredValue.objects.create(key="of_an_older_release", value=1)
    shown = html(admin, page(ConfiguredValue))
    assert "not used:" in shown
    assert "of_an_older_release (unknown to this release)" in shown
    html(admin, page(ConfiguredValue, "change", "camp_dates"))
    unknown = page(ConfiguredValue, "change", "of_an_older_release")
    assert "This release does not know this setting" in html(admin, unknown)
    assert "This release does not know this setting" in admin.post(unknown, {"value": "2"}).text
    keys = list(ConfiguredValue.objects.values_list("key", flat=True))
    done = admin.post(page(ConfiguredValue), {"action": "reset_to_default", "_selected_action": keys}, follow=True).text
    assert "Of_an_older_release: deleted, because this release does not know it" in done
    assert not ConfiguredValue.objects.exists()


def test_a_reset_that_conflicts_with_another_value_is_refused(admin: Client) -> None:
    for key, value in (("list_stale_months", 2), ("list_stale_severe_months", 4)):
        ConfiguredValue.objects.create(key=key, value=value)
    chosen = {"action": "reset_to_default", "_selected_action": ["list_stale_months"]}
    assert (
        "very stale lists” (4 months) must be higher than “Age of stale lists” (6 months)"
        in admin.post(page(ConfiguredValue), chosen, follow=True).text
    )
    assert ConfiguredValue.objects.count() == 2


def test_the_page_of_an_asset_links_to_pardot_the_dashboard_and_its_campaign(admin: Client, one_of_each: Rows) -> None:
    shown = html(admin, page(models.Form, "change", 1))
    assert "/form/read/id/1" in shown
    assert "?open=asset&amp;asset.type=forms&amp;asset.id=1" in shown
    assert f'<a href="{page(models.Campaign, "change", 1)}">Spring</a>' in shown
    assert "[&#x27;no_campaign&#x27;]" not in shown
    assert "no campaign" in shown


def test_the_configuration_links_to_the_settings_page(admin: Client) -> None:
    assert save(admin, ConfiguredValue, {"key": "list_stale_months", "value": "3"}) == []
    row = ConfiguredValue.objects.get()
    for address in (page(ConfiguredValue), page(ConfiguredValue, "change", row.pk)):
        assert 'href="/pardot/admin-settings/"' in html(admin, address)


def test_the_log_of_messages_names_their_channels(admin_client: Client) -> None:
    for channel in ("slack", "mail", "member 12"):
        models.DigestDelivery.objects.create(day=timezone.localdate(), channel=channel)
    shown = admin_client.get(page(models.DigestDelivery)).text
    for words in ("Slack", "Mail", "Mail to a member"):
        assert f'<td class="field-sent_by">{words}</td>' in shown, words
