"""Share browser profiles among the windows that tests open one after another.

A page uses what earlier pages have fetched and compiled. This halves the time of a page.
Closing a window clears its cookies and permissions; ``Visit.begin`` clears the local storage.
"""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, BrowserContext, Error, Page, ViewportSize

DESKTOP: ViewportSize = {"width": 1280, "height": 800}
REAL_TIME = "Function.prototype.toString.call(Date).includes('[native code]')"


class Profiles:
    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._idle: list[BrowserContext] = []
        self._shared: set[BrowserContext] = set()

    def open(
        self, *, color_scheme: Any = "light", viewport: ViewportSize = DESKTOP, permissions: Any = (), **options: Any
    ) -> Page:
        """Open a window.

        With options besides these three, such as ``is_mobile``, the window has a profile of its own.
        """
        context = self._browser.new_context(**options) if options else self._borrow()
        if permissions:
            context.grant_permissions(permissions)
        page = context.new_page()
        page.set_viewport_size(viewport)
        page.emulate_media(color_scheme=color_scheme)
        return page

    def close(self, page: Page) -> None:
        context = page.context
        if context not in self._shared or not _has_real_time(page):
            context.close()  # a clock that a test has set would stay for all later pages
            return
        context.set_offline(False)
        context.clear_cookies()
        context.clear_permissions()
        page.close()
        self._idle.append(context)

    def _borrow(self) -> BrowserContext:
        if not self._idle:
            self._idle.append(self._browser.new_context())
            self._shared.add(self._idle[-1])
        return self._idle.pop()


def _has_real_time(page: Page) -> bool:
    """Return whether the page's clock is real, or False while the page is navigating."""
    try:
        return bool(page.evaluate(REAL_TIME))
    except Error:
        return False
