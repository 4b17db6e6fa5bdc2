"""The table component: search, filter, sort, pages, the address bar, CSV, keyboard, many rows."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.browser.components import run_module, show_gallery
from tests.browser.visit import Visit


def names(visit: Visit) -> list[str]:
    return visit.page.locator(".table-block tbody th").all_inner_texts()


def count(visit: Visit) -> Locator:
    return visit.page.locator(".table-block .table-count")


def test_the_search_the_filter_and_the_order_are_in_the_address(window: Visit) -> None:
    show_gallery(window)
    page = window.page
    page.get_by_placeholder("Search").fill("SPRING term")
    expect(count(window)).to_have_text("(80 forms found)")
    page.get_by_label("Issue", exact=True).select_option("no_campaign")
    expect(count(window)).to_have_text("(26 forms found)")
    page.get_by_role("button", name="Submissions").click()
    expect(page.get_by_role("columnheader", name="Submissions")).to_have_attribute("aria-sort", "descending")
    assert page.evaluate("Object.fromEntries(new URLSearchParams(location.search))") == {
        "forms.q": "SPRING term",
        "forms.flag": "no_campaign",
        "forms.sort": "-submissions",
    }
    shown = [
        int(text.replace(",", "")) for text in page.locator(".table-block tbody td:nth-child(5)").all_inner_texts()
    ]
    assert shown == sorted(shown, reverse=True)


def test_the_address_restores_the_search_the_order_and_the_page(window: Visit) -> None:
    show_gallery(window, address="/pardot/?tab=base-camp&forms.sort=-name&forms.page=2&forms.size=50&forms.q=webinar")
    expect(window.page.get_by_placeholder("Search")).to_have_value("webinar")
    expect(window.page.locator(".pager .number")).to_have_text("51–100 of 315")
    assert names(window) == sorted(names(window), key=by_numbers, reverse=True)


def by_numbers(name: str) -> list[int]:
    return [int(word) for word in name.split() if word.isdigit()]


def test_going_back_twice_undoes_the_last_two_steps(window: Visit) -> None:
    show_gallery(window)
    page = window.page
    expect(page.locator(".pager .number")).to_have_text("1–25 of 320")
    first = names(window)
    page.get_by_role("button", name="Next page").click()
    expect(page.locator(".pager .number")).to_have_text("26–50 of 320")
    assert set(names(window)).isdisjoint(first)
    page.get_by_role("button", name="Name").click()
    expect(page.get_by_role("columnheader", name="Name")).to_have_attribute("aria-sort", "descending")
    page.go_back()
    page.go_back()
    expect(page.get_by_role("columnheader", name="Name")).to_have_attribute("aria-sort", "ascending")
    expect(page.locator(".pager .number")).to_have_text("1–25 of 320")
    expect(page.locator(".table-block tbody th")).to_have_text(first)


def test_going_back_restores_the_search_that_has_the_focus(window: Visit) -> None:
    show_gallery(window)
    page, search = window.page, window.page.get_by_placeholder("Search")
    search.fill("spring")
    expect(page).to_have_url(re.compile("forms.q=spring"))
    page.get_by_label("Issue", exact=True).select_option("dormant")
    search.fill("spring term")
    expect(page).to_have_url(re.compile("forms.q=spring[+]term"))
    page.go_back()
    expect(count(window)).to_have_text("(80 forms found)")
    expect(search).to_be_focused()
    expect(search).to_have_value("spring")
    search.press_sequentially(" t")
    expect(page).to_have_url(re.compile("forms.q=spring[+]t$"))
    search.press_sequentially(" ")
    page.wait_for_timeout(400)
    expect(search).to_have_value("spring t ")


def test_a_filter_is_kept_while_another_tab_is_open(window: Visit) -> None:
    show_gallery(window)
    page = window.page
    page.get_by_label("Issue", exact=True).select_option("dormant")
    page.get_by_role("tab", name="Tags").click()
    expect(page).not_to_have_url(re.compile(re.escape("forms.flag")))
    page.get_by_role("tab", name="Base Camp").click()
    expect(page.get_by_label("Issue", exact=True)).to_have_value("dormant")
    expect(page).to_have_url(re.compile(re.escape("forms.flag=dormant")))


def test_markup_in_data_is_text_and_a_missing_name_is_a_dash(window: Visit) -> None:
    show_gallery(window, address="/pardot/?forms.sort=-updated&forms.size=100")
    window.page.get_by_placeholder("Search").fill("script")
    expect(window.page.locator(".table-block tbody th")).to_have_text(["<script>alert(1)</script>"])
    window.page.get_by_placeholder("Search").fill("")
    window.page.get_by_role("button", name="Name").click()
    for _ in range(3):
        window.page.get_by_role("button", name="Next page").click()
    assert names(window)[-6:] == ["–"] * 6, "rows without a name come last"


def test_a_table_without_matches_offers_to_clear_the_search_or_the_filters(window: Visit) -> None:
    show_gallery(window, address="/pardot/?forms.flag=dormant")
    page = window.page
    page.get_by_placeholder("Search").fill("no such form")
    expect(page.get_by_text("No forms match “no such form” with these filters.")).to_be_visible()
    page.get_by_role("button", name="Clear filters").click()
    expect(page.get_by_text("No forms match “no such form”.")).to_be_visible()
    page.get_by_role("button", name="Clear search").click()
    expect(count(window)).to_have_text("(320 forms)")
    expect(page.get_by_placeholder("Search")).to_be_focused()


def test_a_misspelled_search_suggests_a_correction(window: Visit) -> None:
    show_gallery(window)
    page = window.page
    page.get_by_placeholder("Search").fill("folow-up wibinar 2019")
    page.get_by_role("button", name="follow up webinar 2019").click()
    expect(page.get_by_placeholder("Search")).to_have_value("follow up webinar 2019")
    expect(count(window)).to_contain_text("forms found")


def test_csv_contains_the_matching_rows_of_all_pages(window: Visit, tmp_path: Path) -> None:
    show_gallery(window, address="/pardot/?forms.flag=dormant&forms.sort=-submissions")
    with window.page.expect_download() as started:
        window.page.get_by_role("button", name="Export as CSV: Forms").click()
    file = tmp_path / started.value.suggested_filename
    started.value.save_as(file)
    assert file.name.startswith("forms-")
    with file.open(newline="", encoding="utf-8-sig") as lines:
        rows = list(csv.DictReader(lines))
    assert list(rows[0]) == ["Name", "Campaign", "Issues", "Submissions", "Updated"]
    assert {row["Issues"] for row in rows} == {"dormant"}
    figures = [int(row["Submissions"]) for row in rows]
    assert figures == sorted(figures, reverse=True)
    assert len(rows) == 107


CELLS = [
    ("=1+1", "'=1+1"),
    ("@x", "'@x"),
    (-3, "-3"),
    ('say "a, b"', '"say ""a, b"""'),
    ("two\nlines", '"two\nlines"'),
    (None, ""),
]


def test_csv_contains_no_formulas(window: Visit) -> None:
    window.go("/pardot/")
    text = window.page.evaluate(
        "async (all) => (await import(modules['ui/csv'])).csvText([{ label: 'x', csv: (one) => one }], all)",
        [value for value, _ in CELLS],
    )
    assert text == "".join(f"{line}\r\n" for line in ["x", *(cell for _, cell in CELLS)])


SLOW_TABLE = """
const answer = { rows: [{ id: 1, name: "One" }, { id: 2, name: "Two" }], total: 4 };
window.pages = [];
window.hold = (send) => send(answer);
const { element, ready } = m.table({
  caption: "Slow", noun: "row", filters: [{ key: "kind", label: "Kind", options: [["a", "A"], ["b", "B"]] }],
  columns: [{ key: "name", label: "Name" }], detail: () => "More",
  source: ({ page, filters }) => new Promise((send, refuse) => {
    window.pages.push(`${page} ${filters.kind ?? ""}`);
    window.hold(send, refuse);
  }),
});
window.answer = answer;
document.querySelector(".tab-panel:not([hidden]) .panels").replaceChildren(element);
await ready;
"""


def test_a_table_that_failed_to_load_can_be_used_and_loaded_again(window: Visit) -> None:
    window.go("/pardot/")
    page = window.page
    run_module(window, "ui/table", SLOW_TABLE.replace("(send) => send(answer)", "(_, refuse) => refuse(new Error())"))
    page.get_by_role("button", name="Expand all").click()
    page.get_by_role("button", name="Try again").press("Enter")
    expect(page.get_by_role("button", name="Try again")).to_be_focused()
    page.evaluate("window.hold = (send) => send(window.answer); null")
    page.get_by_role("button", name="Try again").press("Enter")
    expect(page.get_by_role("region", name="Slow")).to_be_focused()


def test_an_export_uses_one_filter_even_if_another_filter_is_chosen_meanwhile(window: Visit) -> None:
    window.go("/pardot/")
    page = window.page
    run_module(window, "ui/table", SLOW_TABLE)
    page.get_by_label("Kind", exact=True).select_option("a")
    page.evaluate("window.pages.length = 0; window.hold = (send) => (window.first = send); null")
    with page.expect_download():
        page.get_by_role("button", name="Export as CSV: Slow").click()
        page.evaluate("window.hold = (send) => send(window.answer); null")
        page.get_by_label("Kind", exact=True).select_option("b")
        page.evaluate("window.first(window.answer)")
    assert [request for request in page.evaluate("window.pages") if request != "1 b"] == ["1 a", "2 a"]


def test_rows_that_arrive_on_another_tab_leave_its_address_alone_and_are_shown_later(window: Visit) -> None:
    window.go("/pardot/?tab=base-camp&slow.page=9")
    page = window.page
    slow = SLOW_TABLE.replace('caption: "Slow"', 'key: "slow", caption: "Slow"').replace("await ready;", "")
    run_module(window, "ui/table", slow.replace("(send) => send(answer)", "(send) => (window.first = send)"))
    page.get_by_role("tab", name="Tags").click()
    window.settle()
    page.evaluate("window.answer.total = 60; window.hold = (send) => send(window.answer); window.first(window.answer)")
    page.wait_for_timeout(100)
    assert "slow.page" not in page.url
    page.get_by_role("tab", name="Base Camp").click()
    expect(page.get_by_role("region", name="Slow").get_by_role("row", name="One")).to_be_visible()


def test_rows_open_by_keyboard_and_arrow_keys_move_between_rows(window: Visit) -> None:
    show_gallery(window)
    page = window.page
    buttons = page.locator(".expand-button")
    buttons.first.focus()
    page.keyboard.press("Enter")
    expect(buttons.first).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_text("Everything about Fall 2015 webinar follow-up 12")).to_be_hidden()
    expect(page.get_by_text("Everything about <script>alert(1)</script>")).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(buttons.nth(1)).to_be_focused()


def test_expand_all_concerns_the_rows_of_the_page_that_is_shown(window: Visit) -> None:
    show_gallery(window)
    page = window.page
    expand_all = page.get_by_role("button", name="Expand all")
    expand_all.click()
    expect(page.locator("td.detail:visible")).to_have_count(25)
    expect(expand_all).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Next page").click()
    expect(expand_all).to_have_attribute("aria-pressed", "false")
    expand_all.click()
    expect(page.locator("td.detail:visible")).to_have_count(25)
    page.locator(".expand-button").first.click()
    expect(expand_all).to_have_attribute("aria-pressed", "false")


def test_arrow_keys_skip_the_links_of_closed_details(window: Visit) -> None:
    window.go("/pardot/")
    run_module(
        window,
        "ui/table",
        """
        const link = () => Object.assign(document.createElement("a"), { href: "#", textContent: "link" });
        const columns = [{ key: "name", label: "Name" }];
        const rows = [{ id: 1, name: "a" }, { id: 2, name: "b" }];
        const made = m.table({ caption: "Links", rows, columns, detail: link });
        document.querySelector(".tab-panel:not([hidden]) .panels").replaceChildren(made.element);
        """,
    )
    buttons = window.page.locator(".expand-button")
    buttons.first.click()
    buttons.first.click()
    window.page.keyboard.press("ArrowDown")
    expect(buttons.nth(1)).to_be_focused()


def test_a_click_still_counts_when_the_rows_are_replaced_while_the_mouse_button_is_down(window: Visit) -> None:
    show_gallery(window)
    page = window.page
    page.locator(".expand-button").first.hover()
    page.get_by_placeholder("Search").press_sequentially("script")
    page.mouse.down()
    page.wait_for_url("**forms.q=script*")
    page.mouse.up()
    expect(count(window)).to_have_text("(1 form found)")
    expect(page.get_by_text("Everything about <script>alert(1)</script>")).to_be_visible()


def test_a_table_of_ten_thousand_rows_draws_only_one_page(window: Visit) -> None:
    show_gallery(window, rows=10_000)
    assert window.page.locator(".table-block tbody tr:visible").count() == 25
    window.page.get_by_placeholder("Search").fill("follow-up 9999")
    expect(count(window)).to_have_text("(1 form found)")
