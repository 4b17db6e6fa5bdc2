"""My work: the member's areas, changes in them, tasks, and saved views."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.browser.components import fetch_json, fits, run_module
from tests.browser.conftest import Open
from tests.browser.sites import SUPER_USER, Site
from tests.browser.visit import Visit

NO_CAMPAIGN = "tab=gear-locker&gear.type=forms&forms.flag=no_campaign"


@pytest.fixture
def camp(open_window: Open, camp_site: Site) -> Iterator[Visit]:
    """A Super User's window on a site with data; the views that the test saves are deleted."""
    visit = open_window(camp_site)
    yield visit
    for view in fetch_json(visit, "views")["views"]:
        token = next(one for one in visit.page.context.cookies() if one["name"] == "csrftoken")["value"]
        address = f"{visit.url}/api/v1/pardot/views/{view['id']}"
        assert visit.page.request.delete(address, headers={"X-CSRFToken": token}).ok


def show_work(visit: Visit) -> None:
    """Answer as for a team member with one area, one changed issue, and tasks."""
    task = {"id": 7, "title": "Ask who needs it", "due_date": "2026-11-27", "is_overdue": True}
    change = {
        "key": "forms_no_campaign", "area": "forms", "flag": "no_campaign", "title": "Forms in no campaign: 9",
        "owners": ["Ines"], "is_percentage": False, "exempt": 0, "before": 7, "after": 9, "change": 2, "harm": 0.4,
        "new": 2, "fixed": 0, "oldest": None,
    }  # fmt: skip
    work = {
        "member": "Ines", "account": SUPER_USER, "day": "2026-11-30", "since": "2026-11-27",
        "areas": [{"area": "forms", "label": "Forms", "score": 88, "grade": "B", "before": 92}],
        "changes": [change], "tasks": [task], "task_count": 7,
    }  # fmt: skip
    visit.page.route("**/api/v1/pardot/my-work", lambda route: route.fulfill(json=work))


def drawer(visit: Visit) -> Locator:
    return visit.page.get_by_role("dialog", name="My work")


def test_a_view_is_saved_shared_opened_and_deleted(camp: Visit) -> None:
    camp.go(f"/pardot/?{NO_CAMPAIGN}")
    page = camp.page
    page.get_by_role("button", name="My work").click()
    drawer(camp).get_by_role("button", name="Save this view").click()
    page.get_by_label("Name").fill("Forms without campaign")
    page.get_by_role("button", name="Save view").click()
    link = drawer(camp).get_by_role("link", name="Forms without campaign")
    expect(link).to_have_attribute("href", f"/pardot/?{NO_CAMPAIGN}")
    expect(drawer(camp).get_by_role("button", name="Save this view")).to_be_focused()

    drawer(camp).get_by_role("button", name="Rename or share").click()
    page.get_by_label("Share with the team").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(drawer(camp).get_by_text("Shared")).to_be_visible()
    assert [view["is_shared"] for view in fetch_json(camp, "views")["views"]] == [True]

    drawer(camp).get_by_role("button", name="by mail").click()
    mail = page.get_by_role("dialog", name="by mail")
    expect(mail).to_contain_text("No team member has your account")
    mail.get_by_role("button", name="Cancel").click()

    camp.go("/pardot/?tab=tags&open=my-work")
    link.click()
    expect(page).to_have_url(re.compile(re.escape(f"/pardot/?{NO_CAMPAIGN}") + "$"))
    expect(drawer(camp)).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_have_text("Gear Locker")

    page.get_by_role("button", name="My work").click()
    drawer(camp).get_by_role("button", name="Delete").click()
    page.get_by_role("dialog", name="Delete “").get_by_role("button", name="Delete").click()
    expect(drawer(camp).get_by_text("No saved views yet")).to_be_visible()


def test_a_view_keeps_the_name_that_another_window_gave_it(camp: Visit) -> None:
    camp.go(f"/pardot/?{NO_CAMPAIGN}&open=my-work")
    page = camp.page
    drawer(camp).get_by_role("button", name="Save this view").click()
    page.get_by_label("Name").fill("Forms")
    page.get_by_role("button", name="Save view").click()
    drawer(camp).get_by_role("button", name="Rename or share").click()
    [view] = fetch_json(camp, "views")["views"]
    token = next(one for one in page.context.cookies() if one["name"] == "csrftoken")["value"]
    address = f"{camp.url}/api/v1/pardot/views/{view['id']}"
    assert page.request.patch(address, data={"name": "Lost forms"}, headers={"X-CSRFToken": token}).ok
    page.get_by_label("Share with the team").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(drawer(camp).get_by_role("link", name="Lost forms")).to_be_visible()
    expect(drawer(camp).get_by_text("Shared")).to_be_visible()


def test_my_work_links_to_areas_to_new_rows_and_to_tasks(camp: Visit) -> None:
    show_work(camp)
    camp.go("/pardot/")
    camp.page.get_by_role("button", name="My work").click()
    areas = drawer(camp).get_by_role("region", name="Areas")
    expect(areas.get_by_role("link", name="Forms")).to_have_attribute(
        "href", "/pardot/?tab=gear-locker&gear.type=forms"
    )
    expect(areas).to_contain_text("−4 since Friday")
    new = drawer(camp).get_by_role("region", name="Changed since Friday").get_by_role("link", name="2 new rows")
    expect(new).to_have_attribute("href", re.compile(r"forms\.flag=no_campaign&forms\.new=2026-11-27"))
    tasks = drawer(camp).get_by_role("region", name="Open tasks")
    task = tasks.get_by_role("link", name="Ask who needs it")
    expect(task).to_have_attribute("href", "/pardot/?tab=base-camp&open=tasks&tasks.q=Ask+who+needs+it")
    expect(tasks).to_contain_text("3 days overdue")
    expect(tasks).to_contain_text("and 6 more tasks")
    tasks.get_by_role("button", name="My tasks").click()
    expect(camp.page.get_by_role("dialog", name="Tasks")).to_be_visible()
    expect(camp.page).to_have_url(re.compile("open=tasks"))


def test_a_drawer_that_was_left_by_a_link_stays_closed_on_its_tab(camp: Visit) -> None:
    camp.go("/pardot/?open=tasks&tasks.state=any")
    page = camp.page
    expect(page.get_by_role("dialog", name="Tasks")).to_be_visible()
    page.evaluate("document.querySelector('dialog').insertAdjacentHTML('beforeend', '<a href=\"?tab=tags\">Tags</a>')")
    page.get_by_role("dialog").get_by_role("link", name="Tags").click()
    page.get_by_role("tab", name="Base Camp").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Base Camp")
    camp.settle()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.go_back()
    page.go_back()
    expect(page.get_by_role("dialog", name="Tasks")).to_be_visible()


def test_a_task_is_closed_in_place(camp: Visit) -> None:
    show_work(camp)
    bodies: list[str | None] = []

    def answer(route: Route) -> None:
        bodies.append(route.request.post_data)
        route.fulfill(json={})

    camp.page.route("**/api/v1/pardot/tasks/7", answer)
    camp.go("/pardot/?open=my-work")
    drawer(camp).get_by_role("button", name="Done: Ask who needs it").click()
    expect(drawer(camp).get_by_role("button", name="My tasks")).to_be_focused()
    assert bodies == ['{"status":"done"}']


def test_the_focus_stays_after_a_change_that_failed(camp: Visit) -> None:
    show_work(camp)
    camp.expect("status of 409")
    mine = {"id": 1, "name": "Tags", "query": "tab=tags", "is_mine": True, "is_shared": False}
    view = mine | {"created_by": "Ines", "can_be_mailed": False, "mailed": None}
    refusal = {"code": 409, "message": "It was changed meanwhile."}
    camp.page.route("**/api/v1/pardot/views", lambda route: route.fulfill(json={"views": [view], "no_mail": ""}))
    camp.page.route("**/api/v1/pardot/views/1", lambda route: route.fulfill(status=409, json=refusal))
    camp.page.route("**/api/v1/pardot/tasks/7", lambda route: route.fulfill(status=409, json=refusal))
    camp.go("/pardot/?open=my-work")
    done = drawer(camp).get_by_role("button", name="Done: Ask who needs it")
    with camp.page.expect_response("**/pardot/my-work"):
        done.press("Enter")
    camp.settle()
    expect(done).to_be_focused()

    delete = drawer(camp).get_by_role("button", name="Delete Tags")
    delete.press("Enter")
    with camp.page.expect_response("**/pardot/my-work"):
        camp.page.get_by_role("dialog", name="Delete “").get_by_role("button", name="Delete").press("Enter")
    camp.settle()
    expect(delete).to_be_focused()
    camp.page.unroute("**/api/v1/pardot/views")


def test_one_button_links_a_new_user_to_a_team_member(camp: Visit) -> None:
    """No account identifier is shown or typed."""
    put_team = "return (await m.api.put('admin/team', { team: %s })).team.map((one) => one.accounts_uuid);"
    for name in ("my-work", "tasks"):
        camp.go(f"/pardot/?open={name}")
        expect(camp.page.get_by_role("dialog").get_by_role("link", name="Add yourself to the team")).to_be_visible()
        expect(camp.page.get_by_role("dialog")).not_to_contain_text(SUPER_USER)
    run_module(camp, "core/api", put_team % "[{ name: 'Ines', areas: ['forms'] }, { name: 'Ben' }]")
    try:
        camp.go("/pardot/?open=my-work")
        drawer(camp).get_by_role("combobox", name="Who are you on the team?").select_option("Ines")
        drawer(camp).get_by_role("button", name="This is me").click()
        expect(drawer(camp).get_by_role("region", name="Areas")).to_contain_text("Forms")
        expect(drawer(camp).get_by_role("button", name="This is me")).to_have_count(0)
        assert {one["name"]: one["accounts_uuid"] for one in fetch_json(camp, "config")["team"]} == {
            "Ines": SUPER_USER, "Ben": None,
        }  # fmt: skip
    finally:
        run_module(camp, "core/api", put_team % "[]")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_the_drawer_is_accessible_and_fits(open_window: Open, camp_site: Site, scheme: str, width: int) -> None:
    visit = open_window(camp_site, color_scheme=scheme, viewport={"width": width, "height": 800})
    mine = {"id": 1, "name": "Dormant " * 12, "query": NO_CAMPAIGN, "is_mine": True, "is_shared": True}
    other = {"id": 2, "name": "Tags", "query": "tab=tags", "is_mine": False, "is_shared": True}
    views = [view | {"created_by": "Ben Example", "can_be_mailed": True, "mailed": "monday"} for view in (mine, other)]
    show_work(visit)
    answer = {"views": views, "no_mail": ""}
    visit.page.route("**/api/v1/pardot/views", lambda route: route.fulfill(json=answer))
    visit.go("/pardot/?open=my-work")
    expect(drawer(visit).get_by_text("From colleagues")).to_be_visible()
    expect(drawer(visit).get_by_role("region", name="Areas")).to_be_visible()
    assert visit.axe() == []
    assert fits(visit)
