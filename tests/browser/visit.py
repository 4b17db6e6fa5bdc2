"""A visitor's browser window that records errors which no test may overlook."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import ConsoleMessage, Page, Request, Response

from tests.browser.sites import Site

_WIDE, _NARROW = ("light", 1280), ("dark", 390)
LIGHT_AND_WIDE = [_WIDE, pytest.param(*_NARROW, marks=pytest.mark.soak)]
DARK_AND_NARROW = [_NARROW, pytest.param(*_WIDE, marks=pytest.mark.soak)]
"""Color scheme and width. `make soak` tests a page in the second combination, other targets in the first."""
AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN_AXE = "(options) => axe.run(document.querySelector('dialog:modal') ?? document, options)"
ANIMATIONS_END = """
Promise.all(document.getAnimations()
  .filter((one) => one.effect.getTiming().iterations !== Infinity)
  .map((one) => one.finished.catch(() => null)))
"""

SETTLED = "() => ![...document.querySelectorAll('[aria-busy=true]')].some((one) => one.checkVisibility())"

WATCH_POLICY = """
addEventListener("securitypolicyviolation", (event) => {
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
});
"""


@dataclass
class Visit:
    """A window on a site.

    ``complaints`` are console errors, CSP violations, uncaught exceptions and requests to other hosts, except expected
    ones.
    """

    page: Page
    url: str
    expected: set[str] = field(default_factory=set)
    _errors: list[str] = field(default_factory=list)

    @classmethod
    def begin(cls, page: Page, site: Site) -> Visit:
        """Clear the site's local storage and start recording errors."""
        visit = cls(page, site.url)
        session = page.context.new_cdp_session(page)
        session.send("Storage.clearDataForOrigin", {"origin": site.url, "storageTypes": "local_storage"})
        session.detach()
        page.add_init_script(WATCH_POLICY)
        page.add_init_script(f"window.modules = {json.dumps(site.modules)};")
        page.on("request", visit._on_request)
        page.on("console", visit._on_console)
        page.on("pageerror", lambda error: visit._errors.append(f"crash: {error}"))
        return visit

    def go(self, path: str, *, settled: bool = True) -> Response:
        """Open a page and, unless ``settled`` is false, wait until its panels have loaded."""
        answer = self.page.goto(self.url + path, wait_until="load")
        assert answer is not None
        if settled:
            self.settle()
        return answer

    def answer(self, path: str) -> dict[str, Any]:
        """Return the answer of the dashboard's API at this path."""
        body: dict[str, Any] = self.page.request.get(f"{self.url}/api/v1/pardot/{path}").json()
        return body

    def settle(self) -> None:
        """Wait until no visible element is loading."""
        self.page.wait_for_function(SETTLED)

    def stop_clock(self) -> None:
        """Stop the page's clock: time passes only with ``page.clock.run_for``, however slow the machine is."""
        self.page.clock.install()
        seconds = self.page.evaluate("Date.now()") / 1000
        self.page.clock.pause_at(seconds + 60)

    def expect(self, *texts: str) -> None:
        """Ignore complaints that contain one of these texts, such as "status of 401"."""
        self.expected.update(texts)

    @property
    def complaints(self) -> list[str]:
        return [text for text in self._errors if not any(known in text for known in self.expected)]

    def axe(self) -> list[str]:
        """Return axe-core's findings (WCAG 2.2 AA and best practice), one string each.

        Scroll to the top first: axe reports links as too small while the sticky header covers them.
        While a modal dialog is open, check only the dialog: nothing behind it can be read or used.
        """
        self.page.evaluate(ANIMATIONS_END)
        self.page.evaluate("scrollTo(0, 0)")
        self.page.evaluate(AXE)
        options = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
        result: dict[str, Any] = self.page.evaluate(RUN_AXE, options)
        return [
            f"{rule['id']}: {node['html'][:160]} | {node['failureSummary'][:300]}"
            for rule in result["violations"]
            for node in rule["nodes"]
        ]

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._errors.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _on_request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in {"http", "https", "ws", "wss"} and address.netloc != urlsplit(self.url).netloc:
            self._errors.append(f"another host: {request.url}")
