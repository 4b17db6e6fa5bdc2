"""Measure the dashboard in Chromium: Base Camp's load time, and the longest frame with 10,000 rows."""

from __future__ import annotations

import json
import statistics
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from playwright.sync_api import Browser, Page

from bench.camp_data import CampSize, fill_camp
from bench.report import Result
from bench.service import service
from bench.world import DATA, World, world
from simulator.sso import Identity
from tests.browser.chromium import MISSING, chromium, chromium_path

SCHOOLS = 200
"""The simulator's default."""
LARGE = CampSize(prospects=50_000, activities=500_000, assets=10_000)
DEMO_SECONDS, LARGE_SECONDS = 1.0, 2.0
ROWS, FRAME_MILLISECONDS = 10_000, 100
"""People notice a wait of more than a tenth of a second."""
SETTINGS = "tests.deployed_settings"
USER = "7c1d9f04-0000-4000-8000-0000000050d0"

FIRST = ("changes", "score", "why", "next-steps")
"""The panels that are visible without scrolling."""
_NOTE_PANELS = """
window.loaded = {};
new MutationObserver((changes) => changes.forEach(({ target }) => {
  if (!target.hasAttribute("aria-busy")) window.loaded[target.dataset.panel] ??= performance.now();
})).observe(document, { subtree: true, attributes: true, attributeFilter: ["aria-busy"] });
"""
_ALL_LOADED = """() =>
  [...document.querySelectorAll("#panel-base-camp [data-panel]")].every((one) => one.dataset.panel in loaded)
"""
_MANY_ROWS = (Path(__file__).parent / "many_rows.js").read_text().rstrip().rstrip(";")


@dataclass(frozen=True)
class Address:
    """A running service: its address, the caller's cookie, and the hashed names of its static files."""

    url: str
    cookie: str
    modules: Mapping[str, str]


def dashboard(divisor: int, runs: int) -> Iterator[Result]:
    """Measure the loading of Base Camp, and the longest frame of a long table.

    ``divisor`` shrinks the large data and the table, to check that the benchmark works.
    """
    if not chromium_path():
        raise SystemExit(MISSING)
    with chromium() as browser:
        with world(SCHOOLS) as here, served(here) as address:
            here.manage("camp_sync", "--survey")
            yield _first_view(browser, address, runs, "the simulator's default data", DEMO_SECONDS)
            yield from _table(browser, address, runs, ROWS // divisor)
        size = LARGE.part(divisor)
        with world(SCHOOLS) as here, served(here) as address:
            fill_camp(here, size)
            yield _first_view(browser, address, runs, f"{size.assets:,} assets", LARGE_SECONDS)


@contextmanager
def served(here: World) -> Iterator[Address]:
    """Serve with static files as in production: compressed, with a hash in their names."""
    here.manage("create_super_user", f"--uuid={USER}", "--name=Bench")
    cookie = Identity.open(DATA / str(SCHOOLS) / "simulator").cookie({"id": 1, "uuid": USER, "name": "Bench"})
    with tempfile.TemporaryDirectory() as folder:
        deployed = replace(here, environment={**here.environment, "COLLECTED_STATIC": folder})
        production = {"DEBUG": "off", "SIMULATOR_URL": "", "SECRET_KEY": "only-for-the-benchmark-" * 3}
        deployed.manage("collectstatic", "--noinput", DJANGO_SETTINGS_MODULE=SETTINGS, **production)
        modules = json.loads((Path(folder) / "staticfiles.json").read_text())["paths"]
        with service(deployed, settings=SETTINGS) as running:
            yield Address(f"http://localhost:{running.port}", cookie, modules)


def _first_view(browser: Browser, address: Address, runs: int, data: str, most: float) -> Result:
    """Measure after the service has warmed up, each time with an empty browser cache like a new visitor."""
    _load_times(browser, address)
    times = [_load_times(browser, address) for _ in range(runs)]
    first = statistics.median(max(each[panel] for panel in FIRST) for each in times)
    score = statistics.median(each["score"] for each in times)
    every = statistics.median(max(each.values()) for each in times)
    return Result(
        f"Base Camp's first view, {data}",
        f"{first:.2f} s",
        f"under {most:.0f} s",
        first < most,
        f"the score after {score:.2f} s, all panels after {every:.2f} s",
    )


def _load_times(browser: Browser, address: Address) -> dict[str, float]:
    """Return, by panel, the seconds from the start of the navigation until the panel had loaded."""
    with _page(browser, address) as page:
        loaded: dict[str, float] = page.evaluate("window.loaded")
    return {panel: milliseconds / 1000 for panel, milliseconds in loaded.items()}


@contextmanager
def _page(browser: Browser, address: Address) -> Iterator[Page]:
    """Open Base Camp in a new profile, and wait until all its panels have loaded."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    try:
        context.add_cookies([{"name": "oxa", "value": address.cookie, "url": address.url}])
        context.add_init_script(_NOTE_PANELS)
        page = context.new_page()
        page.goto(f"{address.url}/pardot/")
        page.wait_for_function(_ALL_LOADED)
        if failed := page.locator(".state.failed").count():
            raise SystemExit(f"{failed} panels of Base Camp could not be loaded")
        yield page
    finally:
        context.close()


def _table(browser: Browser, address: Address, runs: int, rows: int) -> Iterator[Result]:
    with _page(browser, address) as page:
        options = {"address": f"/static/{address.modules['js/ui/table.js']}", "many": rows}
        frames = [page.evaluate(_MANY_ROWS, options) for _ in range(runs)]
    for act, done in (("search", "searched"), ("sort", "sorted")):
        longest = statistics.median(each[act] for each in frames)
        yield Result(
            f"{rows:,} rows {done} in the browser",
            f"longest frame {longest:.0f} ms",
            f"under {FRAME_MILLISECONDS} ms",
            longest < FRAME_MILLISECONDS,
        )
