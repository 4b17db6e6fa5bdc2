"""Run Lighthouse on Base Camp on a desktop: performance, accessibility, best practices and SEO."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from bench.dashboard import SCHOOLS, Address, served
from bench.report import Result
from bench.service import free_port
from bench.world import DATA, World, world
from tests.browser.chromium import ARGUMENTS, MISSING, chromium_path
from tests.browser.past import EARLIER
from tests.environments import NotInstalled, install_node

PACKAGES = [Path(__file__).parent / "npm" / name for name in ("package.json", "package-lock.json")]
FOLDER = DATA / "npm"
LEAST = {"performance": 90, "accessibility": 100, "best-practices": 100, "seo": 100}
"""The goals, in points out of 100."""
SHOWN = {
    "largest-contentful-paint": "largest paint after",
    "total-blocking-time": "blocked for",
    "cumulative-layout-shift": "layout shift",
}


def lighthouse(runs: int) -> Iterator[Result]:
    """Yield the median points of each category. Base Camp shows six weeks of snapshots.

    If npm cannot install Lighthouse, print why and yield nothing.
    """
    if not chromium_path():
        raise SystemExit(MISSING)
    try:
        install_node(FOLDER, PACKAGES)
    except NotInstalled as reason:
        print(f"Lighthouse is left out: {reason}", file=sys.stderr)
        return
    with world(SCHOOLS) as here, served(here) as address:
        here.manage("camp_sync", "--survey")
        _add_earlier_days(here)
        with _browser(address) as port:
            _report(address, port)  # warm up the service
            reports = [_report(address, port) for _ in range(runs)]
    for category, least in LEAST.items():
        points = statistics.median(round(100 * report["categories"][category]["score"]) for report in reports)
        audits = reports[0]["audits"]
        detail = ", ".join(f"{words} {audits[audit]['displayValue']}" for audit, words in SHOWN.items())
        yield Result(
            f"Lighthouse, Base Camp on a desktop: {category}",
            f"{points:.0f}",
            f"{least} or more",
            points >= least,
            detail if category == "performance" else "",
        )


def _add_earlier_days(here: World) -> None:
    """Add six weeks of snapshots, so that the page has a trend and changes to show."""
    with here.connect() as connection:
        connection.execute(EARLIER, {"days": 42, "slowness": 5})


@contextmanager
def _browser(address: Address) -> Iterator[int]:
    """Yield the port of a browser for Lighthouse. The browser has a new profile and is signed in."""
    port = free_port()
    arguments = [*ARGUMENTS, f"--remote-debugging-port={port}"]
    with tempfile.TemporaryDirectory() as profile, sync_playwright() as playwright:
        browser = playwright.chromium.launch_persistent_context(
            profile, executable_path=chromium_path(), args=arguments
        )
        browser.add_cookies([{"name": "oxa", "value": address.cookie, "url": address.url}])
        yield port
        browser.close()


def _report(address: Address, port: int) -> Mapping[str, Any]:
    program = FOLDER / "node_modules" / "lighthouse" / "cli" / "index.js"
    options = ["--preset=desktop", f"--port={port}", f"--only-categories={','.join(LEAST)}", "--output=json", "--quiet"]
    done = subprocess.run(
        ["node", str(program), f"{address.url}/pardot/", *options], stdout=subprocess.PIPE, text=True, check=True
    )
    report: Mapping[str, Any] = json.loads(done.stdout)
    if problem := report.get("runtimeError"):
        raise SystemExit(f"Lighthouse could not test the page: {problem['message']}")
    return report
