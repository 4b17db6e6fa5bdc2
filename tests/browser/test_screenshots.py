"""Take pictures of the pages at three widths, light and dark, and on paper, for people to look at.

The pictures are not compared with anything.
"""

from __future__ import annotations

import pytest

from tests.browser.components import fetch_json, print_page
from tests.browser.conftest import Open
from tests.browser.sites import VISITOR, Site
from tests.browser.test_operations import sign_in
from tests.browser.visit import Visit
from tests.simulated import ROOT

pytestmark = pytest.mark.screenshots

FOLDER = ROOT / "screenshots"
WIDTHS = {"phone": 390, "tablet": 1024, "desktop": 1440}
TABS = ["base-camp", "campaign-map", "gear-locker", "tags", "scout-report", "full-survey"]
DRAWERS = {
    "what-if": "open=what-if", "my-work": "open=my-work", "tasks": "open=tasks", "freshness": "open=freshness",
}  # fmt: skip
OPERATIONS = {"start": "", "survey": "ops/start/?action=survey", "switch": "ops/switch/", "runs": "sf/syncrun/"}
GALLERY = (ROOT / "tests" / "browser" / "gallery.js").read_text()
every_look = pytest.mark.parametrize(("width", "scheme"), [(w, s) for w in WIDTHS for s in ("light", "dark")])


@every_look
@pytest.mark.parametrize("data", ["empty", "camp"])
def test_tabs(
    open_window: Open, request: pytest.FixtureRequest, data: str, width: str, scheme: str
) -> None:  # fmt: skip
    site: Site = request.getfixturevalue(f"{data}_site")
    visit = open_window(site, color_scheme=scheme, viewport={"width": WIDTHS[width], "height": 900})
    for tab in TABS:
        visit.go(f"/pardot/?tab={tab}")
        take(visit, f"{data}-{tab}-{width}-{scheme}")
    visit.go("/pardot/admin-settings/")
    take(visit, f"{data}-settings-{width}-{scheme}")


@every_look
def test_drawers(open_window: Open, camp_site: Site, width: str, scheme: str) -> None:
    visit = open_window(camp_site, color_scheme=scheme, viewport={"width": WIDTHS[width], "height": 900})
    visit.go("/pardot/")
    form = fetch_json(visit, "assets/forms?flag=no_campaign&sort=name&limit=1")["records"][0]
    for name, query in {**DRAWERS, "asset": f"open=asset&asset.type=forms&asset.id={form['id']}"}.items():
        visit.go(f"/pardot/?{query}")
        visit.page.get_by_role("dialog").wait_for()
        visit.settle()
        take(visit, f"drawer-{name}-{width}-{scheme}", full_page=False)


@every_look
def test_palette_and_columns(open_window: Open, camp_site: Site, width: str, scheme: str) -> None:
    visit = open_window(camp_site, color_scheme=scheme, viewport={"width": WIDTHS[width], "height": 900})
    visit.go("/pardot/?tab=gear-locker&gear.type=forms")
    visit.page.keyboard.press("ControlOrMeta+k")
    for name, typed, group in [("empty", "", "Go to"), ("found", "form", "Issues")]:
        visit.page.keyboard.type(typed)
        visit.page.get_by_role("group", name=group).wait_for()
        take(visit, f"palette-{name}-{width}-{scheme}", full_page=False)
    visit.page.keyboard.press("Escape")
    visit.page.locator("[data-table=forms]").get_by_text("Columns", exact=True).click()
    take(visit, f"columns-{width}-{scheme}", full_page=False)


@pytest.mark.parametrize("path", [*(f"?tab={tab}" for tab in TABS), "admin-settings/", "?open=my-work"])
def test_paper(open_window: Open, camp_site: Site, path: str) -> None:
    visit = open_window(camp_site, color_scheme="dark", viewport={"width": 718, "height": 1000})
    visit.go(f"/pardot/{path}")
    print_page(visit)
    take(visit, f"paper-{path.strip('?/').replace('=', '-')}")


@every_look
def test_operations(open_window: Open, ops_site: Site, width: str, scheme: str) -> None:
    visit = open_window(ops_site, color_scheme=scheme, viewport={"width": WIDTHS[width], "height": 900})
    visit.expect("Applying inline style", "policy: style-src")
    sign_in(visit)
    for name, path in OPERATIONS.items():
        visit.go(f"/admin/{path}")
        take(visit, f"operations-{name}-{width}-{scheme}")


@every_look
def test_other_pages(open_window: Open, width: str, scheme: str) -> None:
    for name, path, who in [
        ("landing", "/", None),
        ("signed-out", "/pardot/", None),
        ("forbidden", "/pardot/", VISITOR),
        ("404", "/nowhere", None),
    ]:
        visit = open_window(who=who, color_scheme=scheme, viewport={"width": WIDTHS[width], "height": 900})
        visit.expect("status of 40")
        visit.go(path)
        take(visit, f"{name}-{width}-{scheme}")


@every_look
def test_components(open_window: Open, width: str, scheme: str) -> None:
    visit = open_window(color_scheme=scheme, viewport={"width": WIDTHS[width], "height": 900})
    visit.go("/pardot/")
    visit.page.evaluate("window.galleryRows = 30")
    visit.page.evaluate(GALLERY)
    visit.page.wait_for_timeout(300)
    take(visit, f"components-{width}-{scheme}")


def take(visit: Visit, name: str, *, full_page: bool = True) -> None:
    FOLDER.mkdir(exist_ok=True)
    visit.page.screenshot(path=FOLDER / f"{name}.png", full_page=full_page, animations="disabled")
