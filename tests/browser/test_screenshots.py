"""Pictures of every page at three widths, in light and dark: not a test of anything, to be looked at one by one."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Open
from tests.browser.sites import VISITOR, Site
from tests.browser.visit import Visit
from tests.simulated import ROOT

pytestmark = pytest.mark.screenshots

FOLDER = ROOT / "screenshots"
WIDTHS = {"phone": 390, "tablet": 820, "desktop": 1440}
TABS = ["base-camp", "campaign-map", "gear-locker", "tags", "scout-report", "full-survey"]
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


def take(visit: Visit, name: str) -> None:
    FOLDER.mkdir(exist_ok=True)
    visit.page.screenshot(path=FOLDER / f"{name}.png", full_page=True, animations="disabled")
