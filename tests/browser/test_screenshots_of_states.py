"""Pictures of what only comes with work or with bad luck: history, people, selections, messages, outages, dialogs."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.components import asked
from tests.browser.conftest import OPERATOR_PASSWORD, Open
from tests.browser.past import earlier_days, plan_camp, worse_and_better
from tests.browser.sites import Site
from tests.browser.test_docs_page import DOCS, PATIENCE
from tests.browser.test_my_work import NO_CAMPAIGN, show_work
from tests.browser.test_operations import sign_in
from tests.browser.test_outage import begin_outage
from tests.browser.test_screenshots import take
from tests.browser.test_task_board import task
from tests.browser.visit import Visit

pytestmark = pytest.mark.screenshots

TEAM = [{"name": "Ines Example", "areas": ["forms", "lists"]}, {"name": "Bo Sample", "areas": ["campaigns"]}]
ADMIN = [
    "sf/account/", "sf/syncconfig/1/change/", "api/apikey/", "api/apikey/add/", "pardot/dailysnapshot/",
    "pardot/task/add/", "sf/syncrun/?q=nothing+like+this", "password_change/",
]  # fmt: skip
two_looks = pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])


def look(open_window: Open, site: Site, width: int, scheme: str) -> Visit:
    return open_window(site, color_scheme=scheme, viewport={"width": width, "height": 900})


@two_looks
def test_days_before(open_window: Open, camp_site: Site, width: int, scheme: str) -> None:
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
    """With a message that has just come, when one has."""
    visit.settle()
    take(visit, name, full_page=False)
    visit.page.keyboard.press("Escape")


@two_looks
def test_one_of_each(open_window: Open, camp_site: Site, width: int, scheme: str) -> None:
    """A campaign, its members, a prospect, a tag."""
    visit = look(open_window, camp_site, width, scheme)
    visit.go("/pardot/")
    campaign = asked(visit, "campaigns?limit=1")["campaigns"][0]["id"]
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
def test_bad_luck(open_window: Open, camp_site: Site, width: int, scheme: str) -> None:
    visit = look(open_window, camp_site, width, scheme)
    visit.expect("status of 50", "ERR_INTERNET_DISCONNECTED", "Failed to fetch")
    visit.page.route("**/pardot/engagement*", lambda route: route.fulfill(status=503, json={"message": "It is away."}))
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
