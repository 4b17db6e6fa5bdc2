"""Start the installed Chromium with Playwright, preferably its headless shell, which is faster."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
MISSING = (
    "no Chromium is installed, so no test of the pages in a browser has run; on Debian: "
    "apt-get install chromium-headless-shell"
)
ARGUMENTS = ["--disable-background-networking", "--font-render-hinting=none"]


def chromium_path() -> str | None:
    """Return ``CHROMIUM`` of the environment, or the first browser that is installed."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run a browser with an empty profile, and without the sandbox, which root cannot use."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        yield browser
        browser.close()
