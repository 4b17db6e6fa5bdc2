"""A link with a number leads to a table with that many rows, according to the table's caption."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pardot.dashboard.tabs import TABS
from tests.browser.components import fetch_json, run_module
from tests.browser.conftest import Open
from tests.browser.sites import Site
from tests.browser.visit import Visit

NUMBERS = Path(__file__).parent / "numbers.js"
ADDRESSES = {tab.slug: f"/pardot/?tab={tab.slug}" for tab in TABS} | {"base-camp": "/pardot/?steps=all"}
PANELS = {
    "next-steps", "gear-overview", "prospect-links", "campaign-summary", "deleted-campaigns", "gear", "chain",
    "tag-summary", "naming", "tag-coverage", "triage", "engagement", "crm-links", "stuck-adoptions", "orphan-kinds",
    "prospect-health",
}  # fmt: skip
"""The panels with links whose number counts rows."""


@pytest.fixture
def camp(open_window: Open, camp_site: Site) -> Visit:
    visit = open_window(camp_site)
    visit.page.add_init_script(path=NUMBERS)
    return visit


@pytest.fixture
def exemptions(camp: Visit) -> Iterator[None]:
    """Exempt one asset of each type from one issue, and one form from a second issue."""
    camp.go("/pardot/?tab=tags")
    ids = []
    for area, summary in fetch_json(camp, "asset-health")["types"].items():
        flags = [flag for flag in summary["issues"] if summary["counts"][flag]]
        for flag in flags[: 2 if area == "forms" else 1]:
            [asset] = fetch_json(camp, f"assets/{area}?flag={flag}&limit=1")["records"]
            what = {"asset_type": area, "asset_id": asset["id"], "issue": summary["issues"][flag], "reason": "A test"}
            ids.append(run_module(camp, "core/api", f"return (await m.api.post('exemptions', {what})).id;"))
    assert len(ids) == 8
    yield
    for number in ids:
        run_module(camp, "core/api", f"await m.api.delete('exemptions/{number}');")


@pytest.mark.usefixtures("exemptions")
@pytest.mark.parametrize("each", [3, pytest.param(1, marks=pytest.mark.soak)])
def test_every_link_with_a_number_leads_to_that_many_rows(camp: Visit, each: int) -> None:
    """Follow every third number of each panel, and all numbers in ``make soak``."""
    links = []
    for tab, address in ADDRESSES.items():
        camp.go(address)
        links += camp.page.evaluate("linksWithNumbers", tab)
    assert {link["panel"] for link in links} == PANELS
    different = list({(link["href"], link["number"]): link for link in links}.values())
    chosen = [link for panel in PANELS for link in [link for link in different if link["panel"] == panel][::each]]
    assert camp.page.evaluate("linksThatMislead", chosen) == ""
