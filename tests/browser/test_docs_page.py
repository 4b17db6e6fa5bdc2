"""The documentation of the API, ``/api/v1/docs/``, in a browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.visit import DARK_AND_NARROW

DOCS = "/api/v1/docs/"
PATIENCE = 90_000
"""In milliseconds: the page first renders all operations, which takes a busy machine over half a minute."""

ALL_BUT_A_FEW = "document.querySelectorAll('.opblock-tag-section').forEach((one, n) => n % 5 && one.remove())"


@pytest.mark.parametrize(("scheme", "width"), DARK_AND_NARROW)
@pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.soak)])
def test_axe_finds_nothing_and_the_page_fits(open_window: Open, scheme: str, width: int, whole: bool) -> None:
    """Operations look alike, so axe checks every fifth group of them, and all groups in ``make soak``."""
    window = open_window(who=None, color_scheme=scheme, viewport={"width": width, "height": 800})
    window.go(DOCS)
    page = window.page
    books = page.locator("#operations-books-list_books")
    expect(books).to_be_visible(timeout=PATIENCE)
    books.get_by_role("button").first.click(timeout=PATIENCE)
    expect(books.get_by_text("Responses", exact=True)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if not whole:
        page.evaluate(ALL_BUT_A_FEW)
    assert window.axe() == []


def test_an_address_opens_its_operation_and_a_signed_in_visitor_can_try_it(open_window: Open) -> None:
    """The page is the same for everyone, so its script fetches the visitor's CSRF token before a write."""
    window = open_window()
    window.go(f"{DOCS}#operations-forms-submit_form")
    form = window.page.locator("#operations-forms-submit_form")
    form.get_by_role("button", name="Try it out").click(timeout=PATIENCE)
    with window.page.expect_request("**/api/v1/forms/submit") as request:
        form.get_by_role("button", name="Execute").click()
    answer = request.value.response()
    assert request.value.headers["x-csrftoken"]
    assert answer is not None
    assert answer.status == 202
