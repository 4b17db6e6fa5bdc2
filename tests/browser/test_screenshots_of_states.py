"""Take pictures of states that ``test_screenshots`` does not show, such as selections and outages."""

from __future__ import annotations

import re
from datetime import timedelta

import psycopg
import pytest
from playwright.sync_api import Page

from pardot.domain.days import get_today
from tests.api.served import SECRET_KEY
from tests.browser.components import fetch_json, run_module
from tests.browser.conftest import OPERATOR_PASSWORD, Open
from tests.browser.monday import bad_monday, clear
from tests.browser.past import earlier_days, plan_camp, worse_and_better
from tests.browser.sites import Site
from tests.browser.test_docs_page import DOCS, PATIENCE
from tests.browser.test_my_work import NO_CAMPAIGN, show_work
from tests.browser.test_operations import sign_in
from tests.browser.test_outage import begin_outage
from tests.browser.test_screenshots import take
from tests.browser.test_task_board import task
from tests.browser.visit import Visit
from tests.simulated import manage

pytestmark = pytest.mark.screenshots

TEAM = [{"name": "Ines Example", "areas": ["forms", "lists"]}, {"name": "Bo Sample", "areas": ["campaigns"]}]
ADMIN = [
    "sf/account/", "sf/syncconfig/1/change/", "api/apikey/", "api/apikey/add/", "pardot/dailysnapshot/",
    "pardot/task/add/", "sf/syncrun/?q=nothing+like+this", "password_change/",
]  # fmt: skip
two_looks = pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
SIX = [(width, scheme) for width in (1440, 1024, 390) for scheme in ("light", "dark")]
six_looks = pytest.mark.parametrize(("width", "scheme"), SIX)


def look(open_window: Open, site: Site, width: int, scheme: str) -> Visit:
    return open_window(site, color_scheme=scheme, viewport={"width": width, "height": 900})


@two_looks
def test_earlier_days(open_window: Open, camp_site: Site, width: int, scheme: str) -> None:
    visit = look(open_window, camp_site, width, scheme)
    with worse_and_better(camp_site):
        for name, path in {
            "base-camp": "?steps=all", "compare": "?open=compare",
            "forms": "?tab=gear-locker&gear.type=forms&forms.sort=-since",
            "report": "progress/",
        }.items():  # fmt: skip
            visit.go(f"/pardot/{path}")
            take(visit, f"days-{name}-{width}-{scheme}", full_page=name != "compare")
    with earlier_days(camp_site, 44, slowness=2):
        plan_camp(visit)
        for name, path in {"six-weeks": "", "what-if": "?open=what-if"}.items():
            visit.go(f"/pardot/{path}")
            take(visit, f"days-{name}-{width}-{scheme}", full_page=name != "what-if")


@two_looks
def test_people_and_their_work(open_window: Open, camp_site: Site, width: int, scheme: str) -> None:
    visit = look(open_window, camp_site, width, scheme)
    visit.go("/pardot/")
    config = visit.answer("config") | {"me": "Ines Example", "team": TEAM}
    late = {"assignee": "Ines Example", "due_date": "2026-01-31", "is_overdue": True, "priority": "high"}
    tasks = [
        task(1, "Ask the authors who still needs the forms of last summer", area="forms", **late),
        task(2, "Link the campaign", assignee="Bo Sample", asset_type="campaigns", asset_id=1, asset_name="Spring"),
        task(3, "Tidy up"),
    ]
    view = {"id": 1, "name": "Forms without campaign", "query": NO_CAMPAIGN, "is_mine": True, "is_shared": True}
    view |= {"created_by": "Ines Example", "can_be_mailed": True, "mailed": "monday"}
    other = view | {"id": 2, "name": "Tags", "query": "tab=tags", "is_mine": False, "created_by": "Bo Sample"}
    show_work(visit)
    views = {"views": [view, other], "no_mail": ""}
    for pattern, body in [("config", config), ("tasks?*", {"count": 3, "tasks": tasks}), ("views", views)]:
        answer(visit, pattern, body)
    for name in ("my-work", "tasks"):
        visit.go(f"/pardot/?open={name}")
        take(visit, f"people-{name}-{width}-{scheme}", full_page=False)
    visit.page.get_by_role("button", name="New task").click()
    take(visit, f"people-new-task-{width}-{scheme}", full_page=False)


def answer(visit: Visit, pattern: str, body: object) -> None:
    visit.page.route(f"**/pardot/{pattern}", lambda route: route.fulfill(json=body))


@two_looks
def test_selection_messages_and_dialogs(open_window: Open, camp_site: Site, width: int, scheme: str) -> None:
    visit = look(open_window, camp_site, width, scheme)
    page = visit.page
    visit.go("/pardot/?tab=gear-locker&gear.type=forms")
    for index in range(3):
        page.locator("tbody .pick input").nth(index).check()
    take(visit, f"selected-rows-{width}-{scheme}", full_page=False)
    bar = page.get_by_role("region", name="Selected: Forms")
    for name in ("Exempt", "Create tasks"):
        bar.get_by_role("button", name=name).click()
        shoot_dialog(visit, f"selected-{name.replace(' ', '-').lower()}-{width}-{scheme}")
    page.keyboard.press("Escape")
    visit.go("/pardot/")
    page.get_by_role("button", name="Copy the morning digest").click()
    page.get_by_role("dialog").wait_for()
    shoot_dialog(visit, f"digest-{width}-{scheme}")
    page.locator("main").focus()
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Keyboard shortcuts").wait_for()
    shoot_dialog(visit, f"shortcuts-{width}-{scheme}")


def shoot_dialog(visit: Visit, name: str) -> None:
    """Take a picture of the open dialog, then close it."""
    visit.settle()
    take(visit, name, full_page=False)
    visit.page.keyboard.press("Escape")


@two_looks
def test_a_prospect_and_a_campaign(open_window: Open, camp_site: Site, width: int, scheme: str) -> None:
    visit = look(open_window, camp_site, width, scheme)
    visit.go("/pardot/")
    campaign = fetch_json(visit, "campaigns?limit=1")["campaigns"][0]["id"]
    visit.go("/pardot/?tab=scout-report")
    visit.page.locator('[data-panel="top-prospects"] tbody th button').first.click()
    take_dialog(visit, f"prospect-{width}-{scheme}")
    visit.go(f"/pardot/?open=asset&asset.type=campaigns&asset.id={campaign}")
    take_dialog(visit, f"campaign-{width}-{scheme}")


def take_dialog(visit: Visit, name: str) -> None:
    visit.page.get_by_role("dialog").wait_for()
    visit.settle()
    take(visit, name, full_page=False)


@two_looks
def test_failures(open_window: Open, camp_site: Site, width: int, scheme: str) -> None:
    visit = look(open_window, camp_site, width, scheme)
    visit.expect("status of 50", "ERR_INTERNET_DISCONNECTED", "Failed to fetch")
    visit.page.route(
        "**/pardot/engagement*", lambda route: route.fulfill(status=503, json={"message": "A part is unavailable."})
    )
    visit.go("/pardot/?tab=scout-report")
    take(visit, f"panel-failed-{width}-{scheme}")
    begin_outage(visit)
    visit.go("/pardot/")
    take(visit, f"outage-{width}-{scheme}", full_page=False)


@two_looks
def test_admin(open_window: Open, ops_site: Site, width: int, scheme: str) -> None:
    visit = look(open_window, ops_site, width, scheme)
    visit.expect("Applying inline style", "policy: style-src", "status of 4")
    visit.go("/admin/")
    take(visit, f"admin-sign-in-{width}-{scheme}")
    fail_to_sign_in(visit.page)
    take(visit, f"admin-sign-in-failed-{width}-{scheme}")
    sign_in(visit)
    for path in ADMIN:
        visit.go(f"/admin/{path}")
        take(visit, f"admin-{path.split('?')[0].strip('/').replace('/', '-')}-{width}-{scheme}")


def fail_to_sign_in(page: Page) -> None:
    page.get_by_label("Username").fill("maren")
    page.get_by_label("Password").fill(OPERATOR_PASSWORD[::-1])
    page.get_by_role("button", name="Log in").click()


@two_looks
def test_api_docs(open_window: Open, camp_site: Site, width: int, scheme: str) -> None:
    visit = look(open_window, camp_site, width, scheme)
    visit.go(DOCS)
    books = visit.page.locator("#operations-books-list_books")
    books.wait_for(timeout=PATIENCE)
    take(visit, f"docs-{width}-{scheme}", full_page=False)
    books.get_by_role("button").first.click(timeout=PATIENCE)
    books.scroll_into_view_if_needed()
    take(visit, f"docs-open-{width}-{scheme}", full_page=False)


# -- ended sessions, conflicting changes, notes, selected rows, searches, views ----------------------------------------


@six_looks
def test_an_offline_browser_and_an_ended_session(open_window: Open, camp_site: Site, width: int, scheme: str) -> None:
    visit = look(open_window, camp_site, width, scheme)
    visit.expect("status of 401", "ERR_INTERNET_DISCONNECTED", "Failed to fetch", "error loading dynamically")
    page = visit.page
    visit.go("/pardot/")
    page.context.set_offline(True)
    page.get_by_role("tab", name="Tags").click()
    page.get_by_text("You are offline.").wait_for()
    visit.settle()
    take(visit, f"offline-{width}-{scheme}", full_page=False)
    page.context.set_offline(False)
    visit.go("/pardot/?open=tasks")
    page.get_by_role("button", name="New task").click()
    form = page.get_by_role("dialog", name="New task")
    form.get_by_label("Title").fill("Ask the authors who still needs the forms of last summer")
    page.context.clear_cookies(name="oxa")
    form.get_by_role("button", name="Create task").click()
    form.get_by_role("alert").filter(has_text="signed out").wait_for()
    take(visit, f"session-ended-form-{width}-{scheme}", full_page=False)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Discard").wait_for()
    take(visit, f"session-ended-discard-{width}-{scheme}", full_page=False)
    page.get_by_role("button", name="Discard").click()
    page.keyboard.press("Escape")
    take(visit, f"session-ended-page-{width}-{scheme}", full_page=False)
    visit.go("/pardot/?tab=tags")
    take(visit, f"session-ended-signed-out-{width}-{scheme}", full_page=False)


@six_looks
def test_the_team_and_settings_that_two_users_change(
    open_window: Open, empty_site: Site, width: int, scheme: str
) -> None:
    visit = look(open_window, empty_site, width, scheme)
    visit.expect("status of 422")
    page = visit.page
    visit.go("/pardot/admin-settings/")
    page.get_by_role("button", name="Add a member").click()
    take(visit, f"member-new-{width}-{scheme}", full_page=False)
    page.get_by_label("OpenStax account").fill("me")
    page.get_by_role("button", name="Save").click()
    take(visit, f"member-wrong-{width}-{scheme}", full_page=False)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Discard").click()
    run_module(visit, "core/api", "await m.api.put('admin/config/score_weights', { value: { forms_errors: 0.2 } });")
    page.get_by_label("Forms submitted with errors").fill("0.5")
    take(visit, f"settings-unsaved-{width}-{scheme}", full_page=False)
    page.get_by_role("button", name="Save changes").click()
    page.get_by_role("dialog", name="Another user changed this").wait_for()
    take(visit, f"settings-conflict-{width}-{scheme}", full_page=False)
    page.get_by_role("button", name="Keep theirs").click()
    page.locator(".toast").first.wait_for()
    take(visit, f"settings-saved-{width}-{scheme}", full_page=False)
    page.get_by_label("Forms in no campaign").fill("300")
    page.get_by_role("button", name="Save changes").click()
    page.locator(".setting .problem:not(:empty)").first.wait_for()
    take(visit, f"settings-refused-{width}-{scheme}", full_page=False)
    page.get_by_role("button", name="Discard").click()
    run_module(visit, "core/api", "await m.api.delete('admin/config/score_weights');")
    run_module(
        visit, "core/api", "await m.api.put('admin/team', { team: [{ name: 'Ines Example', areas: ['forms'] }] });"
    )
    visit.go("/pardot/admin-settings/")
    take(visit, f"team-of-one-{width}-{scheme}", full_page=False)
    page.get_by_role("button", name="Remove: Ines Example").click()
    take(visit, f"member-remove-{width}-{scheme}", full_page=False)
    run_module(visit, "core/api", "await m.api.put('admin/team', { team: [] });")


@six_looks
def test_a_day_note(open_window: Open, camp_site: Site, width: int, scheme: str) -> None:
    visit = look(open_window, camp_site, width, scheme)
    page = visit.page
    with earlier_days(camp_site, 44, slowness=2):
        visit.go("/pardot/")
        trend = page.locator('[data-panel="score-trend"]')
        for text in ("The spring newsletter went out to all instructors, twice by mistake", "A launch"):
            trend.get_by_role("button", name="Pin a note").click()
            page.get_by_label("Note", exact=True).fill(text)
            if text == "A launch":
                page.get_by_role("dialog").get_by_label("Day").fill(str(get_today() - timedelta(days=9)))
            take(visit, f"note-form-{width}-{scheme}", full_page=False)
            page.get_by_role("button", name="Pin it").click()
            trend.locator(".day-notes p").get_by_text(text).wait_for()
        trend.scroll_into_view_if_needed()
        take(visit, f"note-{width}-{scheme}", full_page=False)
        trend.get_by_role("button", name="Delete the note").first.click()
        take(visit, f"note-delete-{width}-{scheme}", full_page=False)
        page.keyboard.press("Escape")
        run_module(
            visit,
            "core/api",
            "for (const { id } of (await m.api.get('notes')).notes) await m.api.delete(`notes/${id}`);",
        )


@six_looks
def test_selected_and_exempt_rows(open_window: Open, camp_site: Site, width: int, scheme: str) -> None:
    visit = look(open_window, camp_site, width, scheme)
    page = visit.page
    for name, path in {
        "campaigns": "?tab=campaign-map&campaigns.flag=no_members", "tags": "?tab=tags", "issues": "?steps=all",
    }.items():  # fmt: skip
        visit.go(f"/pardot/{path}")
        page.locator("tbody .pick input").nth(1).check()
        page.locator("tbody .pick input").nth(3).click(modifiers=["Shift"])
        visit.settle()
        take(visit, f"bulk-{name}-{width}-{scheme}", full_page=False)
        bar = page.get_by_role("region", name="Selected:")
        for action in ("Create tasks", "Exempt"):
            if bar.get_by_role("button", name=action).count():
                bar.get_by_role("button", name=action).click()
                shoot_dialog(visit, f"bulk-{name}-{action.replace(' ', '-').lower()}-{width}-{scheme}")
    visit.go("/pardot/?tab=campaign-map&campaigns.flag=no_members")
    page.get_by_role("checkbox", name="Select all rows of this page").check()
    page.get_by_role("region", name="Selected:").get_by_role("button", name="Exempt").click()
    page.get_by_role("dialog").get_by_role("button", name="Exempt", exact=True).click()
    take(visit, f"bulk-no-reason-{width}-{scheme}", full_page=False)
    page.get_by_label("Reason").select_option("Right as it is")
    page.get_by_role("dialog").get_by_role("button", name="Exempt", exact=True).click()
    page.locator(".toast").first.wait_for()
    take(visit, f"bulk-exempt-done-{width}-{scheme}", full_page=False)
    page.get_by_role("button", name="Undo").click()
    page.wait_for_function("fetch('/api/v1/pardot/exemptions').then((a) => a.json()).then((a) => a.count === 0)")


@six_looks
def test_searches(open_window: Open, camp_site: Site, width: int, scheme: str) -> None:
    visit = look(open_window, camp_site, width, scheme)
    visit.expect("status of 503")
    page = visit.page
    visit.go("/pardot/")
    page.get_by_role("button", name="Search everything").click()
    for name, typed in {"found": "spring", "none": "zzz", "words": "no campaign"}.items():
        page.get_by_role("combobox").fill(typed)
        page.wait_for_timeout(600)
        take(visit, f"palette-{name}-{width}-{scheme}", full_page=False)
    page.route("**/pardot/search*", lambda route: route.fulfill(status=503, json={"message": "A part is unavailable."}))
    page.get_by_role("combobox").fill("summer")
    page.wait_for_timeout(600)
    take(visit, f"palette-failed-{width}-{scheme}", full_page=False)
    visit.go("/pardot/?tab=gear-locker&gear.type=forms&forms.q=zzz")
    take(visit, f"no-row-matches-{width}-{scheme}", full_page=False)


@six_looks
def test_views_and_their_forms(open_window: Open, camp_site: Site, width: int, scheme: str) -> None:
    visit = look(open_window, camp_site, width, scheme)
    page = visit.page
    view = {"id": 1, "name": "Forms without campaign", "query": NO_CAMPAIGN, "is_mine": True, "is_shared": True}
    view |= {"created_by": "Ines Example", "can_be_mailed": True, "mailed": None}
    answer(visit, "views", {"views": [view], "no_mail": ""})
    show_work(visit)
    visit.go(f"/pardot/?{NO_CAMPAIGN}&open=my-work")
    take(visit, f"views-list-{width}-{scheme}", full_page=False)
    page.get_by_role("button", name="Save this view").click()
    shoot_dialog(visit, f"views-save-{width}-{scheme}")
    page.get_by_role("button", name="Rename or share").click()
    shoot_dialog(visit, f"views-rename-{width}-{scheme}")
    page.get_by_role("button", name="by mail").click()
    shoot_dialog(visit, f"views-mail-{width}-{scheme}")
    page.get_by_role("button", name="Delete Forms").click()
    shoot_dialog(visit, f"views-delete-{width}-{scheme}")
    page.unroute_all()
    visit.go("/pardot/?open=my-work")
    take(visit, f"views-none-{width}-{scheme}", full_page=False)


# -- operators' pages --------------------------------------------------------------------------------------------------


@six_looks
def test_operators_morning(open_window: Open, ops_site: Site, width: int, scheme: str) -> None:
    visit = look(open_window, ops_site, width, scheme)
    visit.expect("Applying inline style", "policy: style-src", "status of 4")
    page = visit.page
    sign_in(visit)
    with psycopg.connect(ops_site.database, autocommit=True) as connection:
        clear(connection)
    visit.go("/admin/")
    take(visit, f"ops-new-{width}-{scheme}")
    with bad_monday(ops_site):
        visit.go("/admin/")
        take(visit, f"ops-bad-{width}-{scheme}")
        for name, path in {
            "accept": "start/?action=accept-accounts-1840",
            "survey": "start/?action=survey", "off": "switch/",
        }.items():  # fmt: skip
            visit.go(f"/admin/ops/{path}")
            take(visit, f"ops-ask-{name}-{width}-{scheme}")
        page.get_by_label("Reason").fill("The org is moved to another data center until noon")
        page.get_by_role("button", name="Switch all syncs off").click()
        take(visit, f"ops-off-{width}-{scheme}")
        page.get_by_role("button", name="Refresh Pardot data").click()
        take(visit, f"ops-off-pressed-{width}-{scheme}", full_page=False)
        visit.go("/admin/ops/switch/")
        take(visit, f"ops-ask-on-{width}-{scheme}")
        page.get_by_role("button", name="Switch syncs on").click()
        take(visit, f"ops-on-{width}-{scheme}", full_page=False)


LISTS = ["api/apikey", "api/outboundcase", "sf/syncrun", "sf/refusedrecord", "api/superuser", "pardot/digestdelivery"]
FORMS = {
    "api/apikey": "book store", "api/outboundcase": "failed", "sf/syncrun": "contacts", "sf/refusedrecord": "contacts",
    "api/superuser": "Ines", "pardot/digestdelivery": "ines@",
}  # fmt: skip


@six_looks
def test_admin_lists_and_forms(open_window: Open, ops_site: Site, width: int, scheme: str) -> None:
    visit = look(open_window, ops_site, width, scheme)
    visit.expect("Applying inline style", "policy: style-src", "status of 4")
    page = visit.page
    sign_in(visit)
    with bad_monday(ops_site):
        for name in LISTS:
            visit.go(f"/admin/{name}/")
            take(visit, f"admin-list-{name.replace('/', '-')}-{width}-{scheme}")
            row = page.locator("#result_list tbody tr").filter(has_text=re.compile(FORMS[name], re.I)).first
            row.locator("th a, .field-created_at a").first.click()
            page.locator("#content-main").wait_for()
            take(visit, f"admin-form-{name.replace('/', '-')}-{width}-{scheme}")
        for name in ("sf/syncconfig/1/change", "api/apikey/add", "api/superuser/add", "sf/account", "pardot/campaign"):
            visit.go(f"/admin/{name}/")
            take(visit, f"admin-{name.replace('/', '-')}-{width}-{scheme}")
        visit.go("/admin/api/apikey/add/")
        page.get_by_label("Name").fill("book store 2")
        page.get_by_role("checkbox").first.check()
        page.get_by_role("button", name="Save", exact=True).click()
        page.locator("#api-key").wait_for()
        take(visit, f"admin-key-made-{width}-{scheme}")
        for name in ("logout", "ops/start", "ops/close-breaker"):
            visit.go(f"/admin/{name}/")
            take(visit, f"admin-typed-{name.replace('/', '-')}-{width}-{scheme}")


TOKEN = """
from pardot.models import TeamMember
from pardot.planning.messages import make_stop_token
print(make_stop_token(TeamMember.objects.get()))
"""


@six_looks
def test_messages_are_stopped(open_window: Open, ops_site: Site, width: int, scheme: str) -> None:
    visit = look(open_window, ops_site, width, scheme)
    visit.expect("status of 404")
    with bad_monday(ops_site):
        result = manage(
            "shell", "-v", "0", "-c", TOKEN, variables={}, database=ops_site.database, more={"SECRET_KEY": SECRET_KEY}
        )
        visit.go(f"/pardot/messages/{result.stdout.split()[-1]}/")
        take(visit, f"messages-stop-{width}-{scheme}", full_page=False)
        visit.page.get_by_role("button", name="Stop the messages").click()
        visit.page.get_by_role("button", name="Get the messages again").wait_for()
        take(visit, f"messages-stopped-{width}-{scheme}", full_page=False)
        visit.go("/pardot/messages/half-of-a-link/")
        take(visit, f"messages-broken-{width}-{scheme}", full_page=False)
