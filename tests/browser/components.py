"""Show components and run code in a dashboard page, with the page's own modules (``window.modules``)."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Route

from tests.browser.visit import Visit

GALLERY = (Path(__file__).parent / "gallery.js").read_text()

PANEL = """
async ({ path, wait }) => {
  const [{ panel }, { api }, { h }] = await Promise.all(
    ["panel", "api", "dom"].map((name) => import(modules[`core/${name}`])),
  );
  const body = h("div", { "data-body": "" });
  const element = h("section", { class: "card", id: "under-test" }, h("h2", {}, "Under test"), body);
  document.querySelector(".tab-panel:not([hidden]) .panels").replaceChildren(element);
  const example = panel({
    load: ({ signal }) => api.get(path, { signal }),
    noData: (data) => data.total === null,
    empty: (data) => data.total === 0 && "Nothing is wrong.",
    render: (data) => h("p", {}, `Total: ${data.total}`),
  });
  const { signal } = new AbortController();
  const loaded = example.mount(element, { signal, command: "python manage.py camp_sync" });
  if (wait) await loaded;
}
"""


FITS = """
new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() =>
  done(document.documentElement.scrollWidth <= innerWidth))))
"""


def show_gallery(visit: Visit, *, rows: int = 320, address: str = "/pardot/") -> None:
    """Show examples of the common components at ``address``, with a table of this many rows."""
    visit.go(address)
    visit.page.evaluate(f"window.galleryRows = {rows}")
    visit.page.evaluate(GALLERY)


def show_panel(visit: Visit, *, wait: bool = True) -> None:
    """Show a panel with the ``total`` of the endpoint ``under-test``."""
    visit.go("/pardot/")
    visit.page.evaluate(PANEL, {"path": "under-test", "wait": wait})


def run_module(visit: Visit, module: str, code: str) -> object:
    """Run ``code`` as the body of an async function in which ``m`` is the module, and return its value."""
    return visit.page.evaluate(f"async () => {{ const m = await import(modules['{module}']); {code} }}")


def print_page(visit: Visit) -> None:
    """Print as *Print this tab* does, and wait until all rows have loaded and charts fit the paper."""
    visit.page.evaluate("window.print = () => {}")
    run_module(visit, "core/printing", "await m.printPage();")
    visit.page.emulate_media(media="print")
    visit.page.evaluate(FITS)
    visit.settle()


def fetch_json(visit: Visit, path: str) -> Any:
    """Return an endpoint's answer to this visitor: ``fetch_json(visit, "engagement?limit=5")``."""
    return visit.page.evaluate("async (path) => (await fetch(`/api/v1/pardot/${path}`)).json()", path)


def alter_answers(visit: Visit, pattern: str, change: Callable[[Any], None]) -> None:
    """Pass all later answers of an endpoint through ``change``."""

    def answer(route: Route) -> None:
        response = route.fetch(max_retries=3)
        body = response.json()
        change(body)
        route.fulfill(response=response, json=body)

    visit.page.route(f"**/api/v1/pardot/{pattern}", answer)


def download_csv(
    visit: Visit, button: Locator, folder: Path, click: Callable[[Locator], None] = Locator.click
) -> list[dict[str, str]]:
    """Click an export button and return the rows of its CSV."""
    with visit.page.expect_download() as started:
        click(button)
    file = folder / started.value.suggested_filename
    started.value.save_as(file)
    with file.open(newline="", encoding="utf-8-sig") as lines:
        return list(csv.DictReader(lines))


def fits(visit: Visit) -> bool:
    """Return whether the page fits the window's width, once its tables have measured themselves."""
    return bool(visit.page.evaluate(FITS))
