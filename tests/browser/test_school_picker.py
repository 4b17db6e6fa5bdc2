"""Use the school picker of another site, and type into it at human speed.

The simulator serves the picker.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, Response, expect

from tests.browser.sites import Site
from tests.browser.visit import AXE, RULES
from tests.simulated import Simulator

NAMES = (Path(__file__).parents[1] / "school_names.txt").read_text().splitlines()[1:]
TYPED = {
    "rice univ": "Rice University",
    "saint marys college of calif": "Saint Mary's College of California",
    "univ of california los angeles": "University of California, Los Angeles",
    "texas a & m": "Texas A&M University",
    "Houston comunity colege": "Houston Community College",
    "uc berkeley": "University of California, Berkeley",
    "berkeley california university": "University of California, Berkeley",
    "MIT": "Massachusetts Institute of Technology",
    "University of houston": "University of Houston",
    "st mary's college": "Saint Mary's College of California",
    "massachusets institute": "Massachusetts Institute of Technology",
    "the rice university": "Rice University",
}
FEW = 2
_UNTIL_STABLE = 800
"""In milliseconds. The page sends a request 300 milliseconds after the last letter."""
SECONDS_OF_SOAK = 120

_FILL = """
    INSERT INTO sf_account (id, name, type, country, is_deleted, system_modstamp)
    SELECT '001pick' || lpad(number::text, 11, '0'), name, 'College/University (4)', 'United States', false, now()
      FROM unnest(%s::text[]) WITH ORDINALITY AS names (name, number)
"""


@pytest.fixture
def picking_site(camp_site: Site) -> Iterator[Site]:
    """A site with schools to find, whose rate limits have not counted any request yet."""
    with psycopg.connect(camp_site.database, autocommit=True) as connection:
        connection.execute("DELETE FROM api_ratecount")
        connection.execute(_FILL, [sorted({*NAMES, *TYPED.values()})])
        yield camp_site
        connection.execute("DELETE FROM sf_account WHERE id LIKE '001pick%'")


@pytest.fixture
def context(browser: Browser, picking_site: Site) -> Iterator[BrowserContext]:
    """The browser of a visitor who is signed in at Accounts.

    The picker must not send the cookie of Accounts to SFAPI.
    """
    opened = browser.new_context()
    opened.add_cookies([{"name": "oxa", "value": picking_site.cookies.cookie(), "url": picking_site.url}])
    yield opened
    opened.close()


class Picker:
    """The page, and the results of its requests."""

    def __init__(self, page: Page, simulator: Simulator, site: Site) -> None:
        self.page = page
        self.statuses: list[int] = []
        self.complaints: list[str] = []
        self.searches: list[Request] = []
        page.on("console", lambda message: self._hear(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self._hear(str(error)))
        page.on("response", self._see)
        page.goto(f"{simulator.control}/picker/?api={site.url}/api/v1")

    def _hear(self, text: str) -> None:
        # Chromium logs every 404, which is a normal answer for this page.
        if "status of 404" not in text:
            self.complaints.append(text)

    def _see(self, answer: Response) -> None:
        # Requests to the simulator have the cookie: a browser sends a cookie of localhost to every port of localhost.
        if "/api/v1/schools" in answer.url:
            self.statuses.append(answer.status)
            self.searches.append(answer.request)

    def choose(self, typed: str, school: str, draw: random.Random) -> None:
        """Type the text, wait for the list, and select ``school`` by keyboard."""
        box = self.page.get_by_role("combobox", name="School")
        box.click(click_count=3)
        for letter in typed:
            self.page.keyboard.type(letter)
            self.page.wait_for_timeout(_pause(letter, draw))
        option = self.page.get_by_role("option").filter(has_text=school).first
        expect(option).to_be_visible()
        # Answers to the last letters may still replace the list; a person waits until the list is stable.
        self.page.wait_for_timeout(_UNTIL_STABLE)
        for _ in range(10):
            self.page.keyboard.press("ArrowDown")
            if option.get_attribute("aria-selected") == "true":
                break
        self.page.keyboard.press("Enter")
        expect(self.page.locator("#chosen")).to_have_text(school)

    def check(self) -> None:
        assert self.complaints == []
        assert set(self.statuses) <= {200, 404}
        # ``Request.headers`` leaves the cookies out.
        assert {request.all_headers().get("cookie") for request in self.searches} == {None}


def _pause(letter: str, draw: random.Random) -> float:
    """Return the milliseconds between two keys: 50 words a minute, uneven, longer after a word."""
    return draw.lognormvariate(5.3, 0.45) * (1.6 if letter == " " else 1)


@pytest.fixture
def picker(context: BrowserContext, simulator_process: Simulator, picking_site: Site) -> Picker:
    return Picker(context.new_page(), simulator_process, picking_site)


def test_a_teacher_who_types_finds_the_school(picker: Picker) -> None:
    draw = random.Random(5)
    for typed, school in list(TYPED.items())[:FEW]:
        picker.choose(typed, school, draw)
    picker.check()
    assert len(picker.statuses) >= FEW


@pytest.mark.soak
@pytest.mark.timeout(SECONDS_OF_SOAK * 2)
def test_two_minutes_of_typing_reach_no_rate_limit(picker: Picker) -> None:
    draw, start = random.Random(6), picker.page.evaluate("performance.now()")
    schools = 0
    while picker.page.evaluate("performance.now()") - start < SECONDS_OF_SOAK * 1000:
        picker.choose(*list(TYPED.items())[schools % len(TYPED)], draw)
        schools += 1
    picker.check()
    assert schools > len(TYPED)


def test_no_match_and_two_letters_are_not_errors(picker: Picker) -> None:
    box, status = picker.page.get_by_role("combobox"), picker.page.locator("#status")
    box.fill("zebra zebra")
    expect(status).to_have_text("No school matches “zebra zebra”.")
    expect(box).to_have_attribute("aria-expanded", "false")
    box.fill("ri")
    expect(status).to_have_text("")
    box.fill("rice")
    expect(picker.page.get_by_role("option").first).to_contain_text("Rice University")
    picker.page.keyboard.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    picker.check()


def test_the_picker_is_an_accessible_combobox(picker: Picker) -> None:
    picker.page.get_by_role("combobox").fill("college")
    expect(picker.page.get_by_role("option").first).to_be_visible()
    picker.page.keyboard.press("ArrowDown")
    expect(picker.page.get_by_role("combobox")).to_have_attribute("aria-activedescendant", "school-0")
    picker.page.evaluate(AXE)
    options = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
    result = picker.page.evaluate("(options) => axe.run(document, options)", options)
    assert [rule["id"] for rule in result["violations"]] == []
