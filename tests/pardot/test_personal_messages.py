"""Each team member's morning message: its content, its recipients, and how to stop it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from io import StringIO
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from pardot.catalog.entities import Tier
from pardot.models import DigestDelivery, Form, Prospect, SavedView, Task, TeamMember, ViewSubscription
from pardot.pipeline.after_sync import finish
from pardot.planning.team import Member, replace_team
from pardot.reports import view_news
from pardot.selectors.view_rows import count_view_rows
from sf.models import SyncRun
from tests.api.records import salesforce_id
from tests.pardot.audit_factories import READ, make, mark_read

pytestmark = pytest.mark.django_db

SITE = "https://camp.example"
FRIDAY, MONDAY, TUESDAY = 5, 8, 9
NOTHING = "Nobody has anything to read today; nothing was sent.\n"
NO_CAMPAIGN = "tab=gear-locker&gear.type=forms&forms.flag=no_campaign"

Sync = Callable[[int], None]


@pytest.fixture(autouse=True)
def public_address(settings: Any) -> None:
    settings.PUBLIC_URL = SITE


@pytest.fixture
def sync(monkeypatch: pytest.MonkeyPatch) -> Sync:
    """Return ``sync(day)``.

    ``sync`` sets the clock to this day of June, marks the entities in ``READ`` as read (not the activities), and runs
    the audits.
    """

    def sync_on(day: int) -> None:
        now = datetime(2026, 6, day, 12, tzinfo=UTC)
        monkeypatch.setattr(timezone, "now", lambda: now)
        mark_read(*(name for name in READ if name != "activities"), until=now)
        finish(Tier.SET_UP, now)

    return sync_on


def camp_digest(*arguments: str) -> str:
    output = StringIO()
    call_command("camp_digest", *arguments, stdout=output)
    return output.getvalue()


def member(name: str = "Ada", **values: Any) -> TeamMember:
    fields = {"email": f"{name.lower()}@camp.example", "areas": ["forms"], **values}
    return TeamMember.objects.create(name=name, **fields)


def task(assignee: TeamMember, title: str, **values: Any) -> Task:
    return Task.objects.create(assignee=assignee, title=title, **values)


def lines(text: str) -> list[str]:
    return [line.removeprefix("- ") for line in text.splitlines() if line.startswith("- ")]


def link_parameters(line: str) -> dict[str, str]:
    """Return the parameters of the line's link."""
    return {name: values[0] for name, values in parse_qs(urlsplit(line.rsplit(maxsplit=1)[-1]).query).items()}


def stop_path(text: str) -> str:
    match = re.search(rf"^Stop these messages: {SITE}(\S+)$", text, re.MULTILINE)
    assert match
    return match[1]


# -- content ----------------------------------------------------------------------------------------------------------


def test_a_message_lists_the_members_areas_changes_and_tasks_with_links(sync: Sync) -> None:
    ada, ben = member("Ada"), member("Ben", areas=["tags"])
    make(Form, name="Old", campaign_id=None)
    sync(FRIDAY)
    make(Form, name="New", campaign_id=None)
    sync(MONDAY)
    task(ada, "Ask who needs it", due_date=date(2026, 6, 6))
    task(ada, "Done already", status="done")
    task(ben, "Not hers")

    text = camp_digest("--for", "ada")
    assert text.startswith("Camp Campaign for Ada, Monday, June 8, 2026\n")
    area, changed, own = lines(text)
    assert area.startswith("Forms: ")
    assert link_parameters(area) == {"tab": "gear-locker", "gear.type": "forms"}
    assert changed.startswith("Forms in no campaign: 2, was 1, 1 new ")
    assert link_parameters(changed) == {
        "tab": "gear-locker", "gear.type": "forms", "forms.flag": "no_campaign", "forms.new": "2026-06-05"
    }  # fmt: skip
    assert own.startswith("Ask who needs it, due Jun 6, overdue ")
    assert link_parameters(own) == {"open": "tasks", "tasks.q": "Ask who needs it"}
    assert "Changed since Friday" in text
    assert all(line.split()[-1].startswith(f"{SITE}/pardot/?") for line in lines(text))


def test_a_message_has_no_name_or_email_address_of_a_prospect(sync: Sync) -> None:
    ada = member(areas=["prospects"])
    Prospect.objects.create(id=7, email="jo@school.example", first_name="Jo", last_name="Rivera", score=99)
    sync(MONDAY)
    task(ada, "Call Jo Rivera", asset_type="prospects", asset_id=7, asset_name="jo@school.example", area="prospects")
    text = camp_digest("--for", "Ada")
    assert not re.search(r"Rivera|school\.example|\bJo\b", text)
    assert "A task about prospects" in text


def test_a_title_with_a_line_break_stays_one_line_and_tasks_after_the_tenth_are_only_counted(sync: Sync) -> None:
    ada = member(areas=[])
    sync(MONDAY)
    for number in range(12):
        task(ada, f"Task {number}\n- pay now")
    own = lines(camp_digest("--for", "Ada"))
    assert len(own) == 11
    assert own[-1] == f"2 more tasks {SITE}/pardot/?open=tasks"


def test_a_name_that_no_member_has_is_reported() -> None:
    member("Ada")
    with pytest.raises(CommandError, match="No team member is called “Eve”"):
        camp_digest("--for", "Eve")


# -- recipients -------------------------------------------------------------------------------------------------------


def test_members_get_one_message_each_and_the_log_has_its_text() -> None:
    """Idle has nothing to read, Silent has no address, and Off has stopped the messages."""
    task(member("Zoe", areas=[]), "Look at it")
    member("Ada")
    for name, values in (("Idle", {"areas": []}), ("Silent", {"email": ""}), ("Off", {"gets_messages": False})):
        member(name, **values)
    output = camp_digest("--send")
    assert sorted(output.splitlines()) == ["sent to ada@camp.example", "sent to zoe@camp.example"]
    assert sorted(message.to for message in mail.outbox) == [["ada@camp.example"], ["zoe@camp.example"]]
    texts = {each.recipient: each.text for each in DigestDelivery.objects.all()}
    assert texts == {message.to[0]: message.body for message in mail.outbox}
    assert "was sent today" in camp_digest("--send")
    assert len(mail.outbox) == 2


def test_the_log_keeps_no_text_of_the_teams_digest(settings: Any) -> None:
    settings.DIGEST_RECIPIENTS = ["ranger@camp.example"]
    camp_digest("--send")
    assert [(each.recipient, each.text) for each in DigestDelivery.objects.all()] == [("ranger@camp.example", "")]


def test_no_message_is_sent_without_public_url(settings: Any) -> None:
    member()
    settings.PUBLIC_URL = ""
    with pytest.raises(CommandError, match="nowhere to send to"):
        camp_digest("--send")
    assert mail.outbox == []


# -- views ------------------------------------------------------------------------------------------------------------


def subscription(who: TeamMember, when: str, query: str, *, day: int) -> ViewSubscription:
    """Share a view of ``query``, and subscribe ``who`` to the view.

    The subscription says that the view's current rows were reported on ``day``.
    """
    named = {"name": f"View of {when}", "is_shared": True, "owner_uuid": uuid4()}
    view = SavedView.objects.create(**named, query=query)
    rows = count_view_rows(query)
    assert rows is not None
    seen = {"count": rows.count, "fingerprint": rows.fingerprint, "told_on": date(2026, 6, day)}
    return ViewSubscription.objects.create(view=view, member=who, when=when, **seen)


def test_a_view_is_reported_when_its_rows_change_and_not_again(sync: Sync) -> None:
    make(Form, name="Old", campaign_id=None)
    sync(FRIDAY)
    subscription(member(areas=[]), "change", NO_CAMPAIGN, day=FRIDAY)
    assert camp_digest("--send") == NOTHING
    make(Form, name="New", campaign_id=None)
    sync(MONDAY)
    assert "Your views" in camp_digest("--for", "Ada"), "printing does not count as reporting"
    camp_digest("--send")
    [line] = lines(str(mail.outbox[0].body))
    assert line == f"View of change: 2, up 1 since Friday {SITE}/pardot/?{NO_CAMPAIGN}"
    assert DigestDelivery.objects.get().text == mail.outbox[0].body
    sync(TUESDAY)
    assert camp_digest("--send") == NOTHING


def test_a_day_without_news_is_no_failure_of_the_job(sync: Sync) -> None:
    sync(FRIDAY)
    subscription(member(areas=[]), "change", NO_CAMPAIGN, day=FRIDAY)
    assert camp_digest("--send") == NOTHING
    assert [run.state for run in SyncRun.objects.filter(object="camp_digest")] == [SyncRun.State.DONE]


def test_a_view_with_an_invalid_search_does_not_stop_the_message(sync: Sync) -> None:
    sync(FRIDAY)
    ada = member("Ada")
    for unusable in ("%00", "x" * 300):
        subscribed = subscription(ada, "monday", NO_CAMPAIGN, day=1)
        SavedView.objects.filter(pk=subscribed.view.pk).update(query=f"{NO_CAMPAIGN}&forms.q={unusable}")
    member("Ben")
    assert sorted(camp_digest("--send").splitlines()) == ["sent to ada@camp.example", "sent to ben@camp.example"]


@pytest.mark.django_db(transaction=True)
def test_a_failure_to_count_the_rows_of_a_view_is_a_failed_run(sync: Sync, monkeypatch: pytest.MonkeyPatch) -> None:
    sync(FRIDAY)
    subscription(member(areas=[]), "change", NO_CAMPAIGN, day=FRIDAY)

    def fail(query: str) -> None:
        raise DatabaseError("no rows of today")

    monkeypatch.setattr(view_news, "count_view_rows", fail)
    with pytest.raises(DatabaseError):
        camp_digest("--send")
    run = SyncRun.objects.get(object="camp_digest")
    assert (run.state, run.message) == (SyncRun.State.FAILED, "no rows of today")


def test_a_views_search_for_a_person_is_left_out_of_the_link(sync: Sync) -> None:
    sync(FRIDAY)
    query = f"prospects.q=jo%40school.example&{NO_CAMPAIGN}&forms.sort=-name&orphans.q=Jo&gear.type=forms&note=Jo"
    subscription(member(areas=[]), "change", query, day=FRIDAY)
    make(Form, name="New", campaign_id=None)
    sync(MONDAY)
    camp_digest("--send")
    [line] = lines(str(mail.outbox[0].body))
    assert line.endswith(f" {SITE}/pardot/?{NO_CAMPAIGN}&forms.sort=-name")
    assert DigestDelivery.objects.get().text == mail.outbox[0].body


def test_an_equal_count_of_different_rows_is_a_change(sync: Sync) -> None:
    old = make(Form, name="Old", campaign_id=None)
    sync(FRIDAY)
    subscription(member(areas=[]), "change", NO_CAMPAIGN, day=FRIDAY)
    Form.objects.filter(pk=old).delete()
    make(Form, name="New", campaign_id=None)
    sync(MONDAY)
    assert lines(camp_digest("--for", "Ada"))[0].startswith("View of change: 1, different rows since Friday ")


def test_a_weekly_view_is_reported_once_a_week_even_after_a_missed_monday(sync: Sync) -> None:
    make(Form, name="Old", campaign_id=None)
    sync(FRIDAY)
    subscription(member(areas=[]), "monday", NO_CAMPAIGN, day=FRIDAY)
    assert camp_digest("--send") == NOTHING
    sync(TUESDAY)
    camp_digest("--send")
    assert lines(str(mail.outbox[0].body))[0].startswith("View of monday: 1, unchanged since Fri, Jun 5 ")
    sync(TUESDAY + 1)
    assert camp_digest("--send") == NOTHING


def test_a_mail_that_was_not_delivered_is_not_counted_as_reported(sync: Sync, settings: Any) -> None:
    sync(FRIDAY)
    subscription(member(areas=[]), "change", NO_CAMPAIGN, day=FRIDAY)
    make(Form, name="New", campaign_id=None)
    sync(MONDAY)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    with pytest.raises(CommandError, match="mail: "):
        camp_digest("--send")
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    camp_digest("--send")
    assert "View of change: 1, up 1" in str(mail.outbox[0].body)


def test_a_view_that_is_not_shared_any_more_is_not_reported_to_others(sync: Sync) -> None:
    sync(FRIDAY)
    subscribed = subscription(member(), "change", NO_CAMPAIGN, day=FRIDAY)
    make(Form, name="New", campaign_id=None)
    sync(MONDAY)
    SavedView.objects.update(is_shared=False)
    assert "Your views" not in camp_digest("--for", "Ada")
    TeamMember.objects.update(accounts_uuid=subscribed.view.owner_uuid)
    assert "Your views" in camp_digest("--for", "Ada")


# -- stopping the messages --------------------------------------------------------------------------------------------


def test_the_link_only_opens_a_page_with_buttons_to_stop_and_restart_the_messages(client: Client) -> None:
    ada = member()
    camp_digest("--send")
    path = stop_path(str(mail.outbox[0].body))
    assert "Stop the messages" in client.get(path).content.decode()
    ada.refresh_from_db()
    assert ada.gets_messages, "mail programs follow links by themselves"
    assert "are stopped" in client.post(path).content.decode()
    with pytest.raises(CommandError, match="nowhere to send to"):
        camp_digest("--send", "--again")
    client.post(path, {"again": "yes"})
    ada.refresh_from_db()
    assert ada.gets_messages


def test_the_button_of_a_mail_program_needs_no_cookie_and_no_csrf_token() -> None:
    ada = member()
    camp_digest("--send")
    headers = mail.outbox[0].extra_headers
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = headers["List-Unsubscribe"].strip("<>").removeprefix(SITE)
    stranger = Client(enforce_csrf_checks=True)
    assert stranger.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    ada.refresh_from_db()
    assert not ada.gets_messages


@pytest.mark.parametrize("change", ["cut", "member removed", "address changed", "made up"])
def test_a_link_that_is_incomplete_outdated_or_made_up_stops_nothing(client: Client, change: str) -> None:
    ada = member("Ada")
    member("Ben")
    path = stop_path(camp_digest("--for", "Ada"))
    if change == "cut":
        path = path[:-6] + "/"
    elif change == "member removed":
        TeamMember.objects.filter(pk=ada.pk).delete()
    elif change == "address changed":
        TeamMember.objects.filter(pk=ada.pk).update(email="ada@elsewhere.example")
    else:
        path = "/pardot/messages/WzEsImEiXQ:abc/"
    assert client.post(path).status_code == 404
    assert set(TeamMember.objects.values_list("gets_messages", flat=True)) == {True}


def test_a_change_of_the_team_leaves_stopped_messages_stopped() -> None:
    ada = member(gets_messages=False)
    replace_team([Member(name="Ada", id=ada.pk)])
    ada.refresh_from_db()
    assert (ada.email, ada.gets_messages) == ("ada@camp.example", False)


def test_erasing_a_person_removes_the_member_and_the_log_of_their_messages() -> None:
    member("Ada", accounts_uuid="1f6c2e8a-9d3b-4c57-8a10-6e5b7d2f4c90")
    member("Ben")
    camp_digest("--send")
    call_command("erase_person", "--uuid", "1f6c2e8a-9d3b-4c57-8a10-6e5b7d2f4c90", "--yes", stdout=StringIO())
    assert [each.email for each in TeamMember.objects.all()] == ["ben@camp.example"]
    assert [each.recipient for each in DigestDelivery.objects.all()] == ["ben@camp.example"]


def test_erasing_a_contact_leaves_the_team_and_its_log_alone() -> None:
    member("Ada")
    camp_digest("--send")
    call_command("erase_person", "--contact", salesforce_id("003"), "--yes", stdout=StringIO())
    assert TeamMember.objects.get().name == "Ada"
    assert DigestDelivery.objects.get().recipient == "ada@camp.example"
