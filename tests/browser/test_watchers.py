"""A window of a browser test records console errors, crashes and other faults of its page."""

from __future__ import annotations

import pytest

from tests.browser.visit import Visit

FAULTS = {
    "inline style": "document.body.setAttribute('style', 'color: red')",
    "another host": "location.href = 'http://127.0.0.1:9/'",
    "policy: connect-src": "fetch('https://elsewhere.example/').catch(() => null)",
    "console: oh no": "console.error('oh no')",
    "crash: ": "setTimeout(() => { throw new Error('boom'); })",
    "policy: script-src": "document.body.append(Object.assign(document.createElement('script'), { text: '1' }))",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_page_is_recorded(window: Visit, fault: str) -> None:
    window.go("/pardot/")
    assert window.complaints == []
    window.page.evaluate(FAULTS[fault])
    window.page.wait_for_timeout(200)
    assert any(fault in complaint for complaint in window.complaints), window.complaints
    window.expect("")


def test_axe_finds_a_button_without_a_name(window: Visit) -> None:
    window.go("/pardot/")
    window.page.evaluate("document.querySelector('h1').after(document.createElement('button'))")
    assert any(finding.startswith("button-name") for finding in window.axe())


def test_the_address_of_each_module_contains_a_hash(window: Visit) -> None:
    """Modules are named by content, so browsers never mix modules of two releases."""
    window.go("/pardot/")
    addresses = window.page.evaluate("performance.getEntriesByType('resource').map((entry) => entry.name)")
    modules = [address for address in addresses if "/static/js/" in address]
    assert len(modules) > 5
    assert all(address.rsplit(".", 2)[1].isalnum() and len(address.rsplit(".", 2)[1]) == 12 for address in modules)
