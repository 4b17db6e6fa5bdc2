"""Bad days: missing or partial data, odd names, failing endpoints, a session that ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.conf import settings
from playwright.sync_api import expect

from pardot.dashboard.tabs import TABS, Tab
from tests.browser.components import fetch_json, run_module
from tests.browser.conftest import OURS, Open
from tests.browser.sites import SUPER_USER, Site, serve
from tests.browser.visit import Visit
from tests.databases import copy_of, run_on
from tests.sampling import sampled
from tests.simulated import Simulator

SCRIPT = "<script>document.title = 'taken'</script>"


def has_panels(tab: Tab) -> bool:
    return "{% include" in (settings.BASE_DIR / "templates" / tab.template).read_text()


FILLED = [tab for tab in TABS if has_panels(tab)]
of_every_tab = pytest.mark.parametrize("tab", FILLED, ids=lambda tab: tab.slug)


# -- missing data ----------------------------------------------------------------------------------------------------


@of_every_tab
def test_a_tab_without_data_says_what_to_run(window: Visit, tab: Tab) -> None:
    window.go(f"/pardot/?tab={tab.slug}")
    panel = window.page.locator(f"#panel-{tab.slug}")
    expect(panel.get_by_text("No data yet").first).to_be_visible()
    panel.get_by_text("For administrators").first.click()
    expect(panel.get_by_text(tab.command, exact=True).first).to_be_visible()
    assert panel.locator(".figure-value").all_inner_texts() == [], "a number without data"


@pytest.fixture(scope="module")
def set_up_site(
    prepared_database: str, deployed: dict[str, str], simulator_process: Simulator, camp_site: Site
) -> Iterator[Site]:
    """A site where only tier 1 was synced."""
    database = copy_of(prepared_database, f"{OURS}_tier_1")
    run_on(database, "camp_sync", **simulator_process.variables)
    with serve(database, camp_site.cookies, deployed) as site:
        yield site


def test_the_tabs_of_the_other_tiers_say_what_to_run(open_window: Open, set_up_site: Site) -> None:
    visit = open_window(set_up_site)
    for tab in TABS[-2:]:
        visit.go(f"/pardot/?tab={tab.slug}")
        state = visit.page.locator(f"#panel-{tab.slug} .state.no-data:visible")
        expect(state).to_have_count(1)
        expect(state.locator("code")).to_have_text(tab.command)
    assert visit.axe() == []


# -- names ------------------------------------------------------------------------------------------------------------


@contextmanager
def rename_row(site: Site, table: str, record: object, **values: str | None) -> Iterator[None]:
    """Change a row, and restore it at the end."""
    columns = ", ".join(f"{name} = %s" for name in values)
    with psycopg.connect(site.database, autocommit=True) as connection:
        names = ", ".join(values)
        before = connection.execute(f"SELECT {names} FROM {table} WHERE id = %s", [record]).fetchone()
        assert before is not None
        change = f"UPDATE {table} SET {columns} WHERE id = %s"
        connection.execute(change, [*values.values(), record])
        try:
            yield
        finally:
            connection.execute(change, [*before, record])


def test_a_name_that_is_markup_is_shown_as_text(open_window: Open, camp_site: Site) -> None:
    visit = open_window(camp_site)
    visit.go("/pardot/?tab=scout-report")
    best = fetch_json(visit, "engagement?limit=1")["prospects"][0]["id"]
    with rename_row(camp_site, "pardot_prospect", best, first_name=SCRIPT, last_name="<b>", company=SCRIPT):
        visit.go("/pardot/?tab=scout-report")
        visit.page.get_by_role("button", name=SCRIPT).first.click()
        expect(visit.page.get_by_role("dialog").get_by_role("heading", level=2)).to_have_text(f"{SCRIPT} <b>")
        expect(visit.page.get_by_role("dialog")).to_contain_text(SCRIPT)
        assert visit.page.title() == "Scout Report · Camp Campaign"


def test_a_prospect_and_an_orphan_without_a_name_are_named_by_their_ids(open_window: Open, camp_site: Site) -> None:
    visit = open_window(camp_site)
    visit.go("/pardot/?tab=scout-report")
    best = fetch_json(visit, "engagement?limit=1")["prospects"][0]["id"]
    record = fetch_json(visit, "orphans?kind=custom_redirects")["records"][0]["record_id"]
    with (
        rename_row(camp_site, "pardot_prospect", best, first_name=None, last_name=" ", email=None, company=None),
        psycopg.connect(camp_site.database, autocommit=True) as connection,
    ):
        visit.go("/pardot/?tab=scout-report")
        visit.page.get_by_role("button", name=f"(no name, {best})").first.click()
        expect(visit.page.get_by_role("dialog")).to_contain_text("No email address and no company.")
        change = (
            "UPDATE pardot_orphanrecord SET name = %s WHERE kind = 'custom_redirects' AND record_id = %s RETURNING id"
        )
        name = fetch_json(visit, "orphans?kind=custom_redirects")["records"][0]["name"]
        try:
            connection.execute(change, ["", record])
            visit.go("/pardot/?tab=full-survey&orphans.kind=custom_redirects")
            expect(visit.page.get_by_role("link", name=f"(no name, {record})")).to_be_visible()
        finally:
            connection.execute(change, [name, record])


# -- endpoints that fail ----------------------------------------------------------------------------------------------

FAILING = [
    ("/pardot/", "briefing", ["coverage", "score"]),
    ("/pardot/", "health-score", ["gear-overview", "team", "why"]),
    ("/pardot/", "changes*", ["changes"]),
    ("/pardot/", "issues", ["next-steps"]),
    ("/pardot/", "config", []),
    ("/pardot/", "prospect-health", ["prospect-links"]),
    ("/pardot/", "trail?*", ["score-trend"]),
    ("/pardot/", "tasks?*", []),
    ("/pardot/", "sync/status", []),
    ("/pardot/?tab=campaign-map", "campaigns?*", ["campaign-summary", "campaigns", "deleted-campaigns"]),
    ("/pardot/?tab=gear-locker", "asset-health", ["gear"]),
    ("/pardot/?tab=gear-locker", "exemptions?*", ["exemptions"]),
    ("/pardot/?tab=tags", "tags?*", ["tag-summary", "naming", "tag-coverage"]),
    ("/pardot/?tab=tags", "cleanup/status?*", ["triage"]),
    ("/pardot/?tab=scout-report", "engagement?*", ["engagement", "top-prospects", "crm-links", "stuck-adoptions"]),
    ("/pardot/?tab=scout-report", "config", []),
    ("/pardot/?tab=gear-locker", "config", []),
    ("/pardot/?tab=gear-locker", "health-score", ["gear"]),
    ("/pardot/?tab=gear-locker", "gear-summary", ["chain"]),
    ("/pardot/?tab=gear-locker", "campaigns?*", ["deleted-campaigns"]),
    ("/pardot/?tab=tags", "asset-health", ["tags"]),
    ("/pardot/?tab=tags", "assets/tags?*", ["tags"]),
    ("/pardot/?tab=tags", "config", []),
    ("/pardot/?tab=full-survey", "orphans?*", ["orphans", "orphan-kinds"]),
    ("/pardot/?tab=full-survey", "orphans/history", ["orphans", "orphan-kinds"]),
    ("/pardot/?tab=full-survey", "prospect-health", ["prospect-health"]),
    ("/pardot/admin-settings/", "admin/team", ["team-settings"]),
    ("/pardot/admin-settings/", "admin/config", ["configuration"]),
]


@pytest.mark.parametrize(("page", "endpoint", "panels"), sampled(*FAILING, each=2), ids=str)
def test_a_failed_endpoint_is_reported_in_the_panels_that_need_it(
    open_window: Open, camp_site: Site, page: str, endpoint: str, panels: list[str]
) -> None:
    visit = open_window(camp_site)
    visit.expect("status of 503")
    pattern = f"**/api/v1/pardot/{endpoint}"
    visit.page.route(pattern, lambda route: route.fulfill(status=503, json={"message": "A part is unavailable."}))
    visit.go(page)
    failed = visit.page.locator("[data-panel]:has(.state.failed):visible")
    assert sorted(failed.evaluate_all("(all) => all.map((one) => one.dataset.panel)")) == sorted(panels)
    expect(visit.page.locator("#notices .banner, [data-panel] .waiting")).to_have_count(0)
    if not panels:
        return
    expect(failed.first).to_contain_text("A part is unavailable.")
    expect(failed.first.locator(".figure-value")).to_have_count(0)
    assert visit.axe() == []
    visit.page.unroute(pattern)
    panel = visit.page.locator(f'[data-panel="{panels[0]}"]').and_(failed)
    panel.get_by_role("button", name="Try again").first.click()
    expect(visit.page.locator(f'[data-panel="{panels[0]}"]:visible .state.failed')).to_have_count(0)


@pytest.mark.parametrize("page", list(dict.fromkeys(page for page, *_ in FAILING)))
def test_the_failing_endpoints_include_every_endpoint_of_a_page(open_window: Open, camp_site: Site, page: str) -> None:
    visit, requests = open_window(camp_site), set[str]()
    visit.page.on(
        "request", lambda request: requests.add(request.url.partition("/api/v1/pardot/")[2].partition("?")[0])
    )
    visit.go(page)
    of_page = {endpoint.partition("?")[0].rstrip("*") for where, endpoint, _ in FAILING if where == page}
    everywhere = {endpoint.partition("?")[0].rstrip("*") for where, endpoint, _ in FAILING if where == "/pardot/"}
    assert requests - {""} <= of_page | everywhere


def test_settings_exemptions_and_triage_work_without_the_issues(open_window: Open, camp_site: Site) -> None:
    """These panels get the issues' names from the endpoint ``config``."""
    visit = open_window(camp_site)
    visit.expect("status of 503")
    visit.page.route("**/api/v1/pardot/issues", lambda route: route.fulfill(status=503, json={"message": "Away."}))
    for page, panel in [
        ("/pardot/admin-settings/", "configuration"),
        ("/pardot/?tab=gear-locker", "exemptions"),
        ("/pardot/?tab=tags", "triage"),
    ]:
        visit.go(page)
        expect(visit.page.locator(f'[data-panel="{panel}"]')).not_to_contain_text("Couldn't load")


BACK = "dispatchEvent(new Event('focus'))"
"""The window gets focus again, after a sign-in in another tab."""

# -- a session that ends ----------------------------------------------------------------------------------------------


def test_settings_survive_a_session_that_ends(open_window: Open, empty_site: Site) -> None:
    visit = open_window(empty_site)
    visit.expect("status of 401")
    page = visit.page
    visit.go("/pardot/admin-settings/")
    weight = page.get_by_label("Forms in no campaign")
    weight.fill("0.7")
    page.context.clear_cookies(name="oxa")
    page.get_by_role("button", name="Save changes").click()
    notice = page.get_by_role("alert").filter(has_text="You've been signed out.")
    expect(notice).to_be_visible()
    expect(notice.get_by_role("link", name="Sign in")).to_have_attribute(
        "href", "/sign-in/?next=%2Fpardot%2Fadmin-settings%2F"
    )
    expect(weight).to_have_value("0.7")
    expect(page.get_by_role("region", name="Unsaved changes")).to_be_visible()
    page.context.add_cookies(
        [{"name": "oxa", "value": empty_site.cookies.cookie(uuid=SUPER_USER), "url": empty_site.url}]
    )
    page.evaluate(BACK)
    expect(page.get_by_role("region", name="Unsaved changes")).to_have_count(0)
    expect(notice).to_have_count(0)
    run_module(visit, "core/api", "await m.api.delete('admin/config/score_weights');")


def test_the_drawer_says_that_the_session_has_ended(open_window: Open, camp_site: Site) -> None:
    visit = open_window(camp_site)
    visit.expect("status of 401")
    visit.go("/pardot/?tab=scout-report")
    visit.page.context.clear_cookies(name="oxa")
    visit.page.locator('[data-panel="top-prospects"] tbody th button').first.click()
    drawer = visit.page.get_by_role("dialog")
    expect(drawer).to_contain_text("Couldn't load")
    expect(drawer.get_by_role("alert")).to_contain_text("You've been signed out.")
    expect(drawer.get_by_role("button", name="Try again")).to_be_visible()
    visit.page.keyboard.press("Escape")
    expect(visit.page.locator("#session-bar")).to_be_visible()


def test_a_half_filled_form_survives_an_expired_cookie_and_is_sent_after_the_sign_in(
    open_window: Open, empty_site: Site
) -> None:
    visit = open_window(empty_site)
    visit.expect("status of 401")
    page = visit.page
    visit.go("/pardot/?open=tasks")
    page.get_by_role("button", name="New task").click()
    form = page.get_by_role("dialog", name="New task")
    form.get_by_label("Title").fill("Ask for the camp's photos")
    page.context.clear_cookies(name="oxa")
    form.get_by_role("button", name="Create task").click()
    bar = form.get_by_role("alert").filter(has_text="You've been signed out.")
    expect(bar).to_be_visible()
    box, heading = bar.bounding_box(), form.get_by_role("heading", name="New task").bounding_box()
    assert box
    assert heading
    assert heading["y"] >= box["y"] + box["height"], "the bar covers the form"
    assert visit.axe() == []
    expect(form.get_by_text("Bearer")).to_have_count(0)
    expect(form.get_by_label("Title")).to_have_value("Ask for the camp's photos")
    page.context.add_cookies(
        [{"name": "oxa", "value": empty_site.cookies.cookie(uuid=SUPER_USER), "url": empty_site.url}]
    )
    page.evaluate(BACK)
    expect(form).to_have_count(0)
    expect(page.locator("#session-bar")).to_have_count(0)
    expect(
        page.get_by_role("dialog", name="Tasks").get_by_role("row", name="Ask for the camp's photos")
    ).to_be_visible()
    run_module(
        visit, "core/api", "for (const { id } of (await m.api.get('tasks')).tasks) await m.api.delete(`tasks/${id}`);"
    )


def test_a_task_discarded_while_signed_out_is_not_sent_later(open_window: Open, empty_site: Site) -> None:
    visit = open_window(empty_site)
    visit.expect("status of 401")
    page = visit.page
    visit.go("/pardot/?open=tasks")
    page.get_by_role("button", name="New task").click()
    page.get_by_label("Title").fill("Never mind")
    page.context.clear_cookies(name="oxa")
    page.get_by_role("button", name="Create task").click()
    expect(page.locator("#session-bar")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Discard").click()
    expect(page.get_by_label("Title")).to_have_count(0)
    page.context.add_cookies(
        [{"name": "oxa", "value": empty_site.cookies.cookie(uuid=SUPER_USER), "url": empty_site.url}]
    )
    page.evaluate(BACK)
    expect(page.locator("#session-bar")).to_have_count(0)
    sent = "return (await m.api.get('tasks')).tasks.filter((task) => task.title === 'Never mind').length"
    assert run_module(visit, "core/api", sent) == 0
