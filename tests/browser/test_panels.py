"""Panels that load, fail, have no data or lose the session; messages, dialogs, forms and charts."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Route, expect

from tests.browser.components import run_module, show_gallery, show_panel
from tests.browser.conftest import Open
from tests.browser.sites import Site
from tests.browser.visit import LIGHT_AND_WIDE, Visit

ENDPOINT = "**/api/v1/pardot/under-test*"


def answer(visit: Visit, status: int, body: object) -> None:
    """Set the next answers of the endpoint under test."""
    visit.page.unroute(ENDPOINT)
    visit.page.route(ENDPOINT, lambda route: route.fulfill(status=status, json=body))


def test_an_old_number_is_never_shown_as_new(window: Visit) -> None:
    window.expect("status of 503")
    answer(window, 200, {"total": 12})
    show_panel(window)
    panel = window.page.locator("#under-test")
    expect(panel).to_contain_text("Total: 12")
    answer(window, 503, {"code": 503, "message": "A part is unavailable."})
    panel.evaluate("(element) => element.dispatchEvent(new CustomEvent('panel:reload', { detail: { waitFor() {} } }))")
    expect(panel).to_contain_text("Couldn't load")
    expect(panel).to_contain_text("A part is unavailable.")
    expect(panel).not_to_contain_text("12")
    answer(window, 200, {"total": 13})
    panel.get_by_role("button", name="Try again").click()
    expect(panel).to_contain_text("Total: 13")


def test_missing_data_are_not_shown_as_zero_and_the_command_is_named(window: Visit) -> None:
    answer(window, 200, {"total": None})
    show_panel(window)
    panel = window.page.locator("#under-test")
    expect(panel).to_contain_text("No data yet")
    expect(panel.locator("code")).to_have_text("python manage.py camp_sync")
    answer(window, 200, {"total": 0})
    show_panel(window)
    expect(panel).to_contain_text("Nothing is wrong.")


def test_a_panel_shows_that_it_is_loading(window: Visit) -> None:
    routes: list[Route] = []
    window.page.route(ENDPOINT, lambda route: routes.append(route))  # noqa: PLW0108 (Playwright sets attributes of its handlers)
    show_panel(window, wait=False)
    panel = window.page.locator("#under-test")
    expect(panel).to_have_attribute("aria-busy", "true")
    expect(panel).to_contain_text("Loading…")
    routes[0].fulfill(json={"total": 3})
    expect(panel).to_contain_text("Total: 3")
    expect(panel).not_to_have_attribute("aria-busy", "true")


@pytest.mark.parametrize(
    ("status", "body", "sentence"),
    [
        (200, "<html>", "Unexpected answer"),
        (502, "<html>", "having trouble (502)"),
        (404, '{"code": 404, "message": "No such thing."}', "No such"),
    ],
)
def test_an_error_or_an_unreadable_answer_becomes_a_sentence(
    window: Visit, status: int, body: str, sentence: str
) -> None:
    window.expect("status of")
    window.page.route(ENDPOINT, lambda route: route.fulfill(status=status, body=body))
    show_panel(window)
    expect(window.page.locator("#under-test")).to_contain_text(sentence)


def test_a_network_failure_becomes_a_sentence(window: Visit) -> None:
    window.expect("ERR_FAILED")
    window.page.route(ENDPOINT, lambda route: route.abort())
    show_panel(window)
    expect(window.page.locator("#under-test")).to_contain_text("cannot be reached")
    cut_off = "new ReadableStream({ start: (body) => body.error(new TypeError('network error')) })"
    sentence = run_module(
        window,
        "core/api",
        f"""
        window.fetch = async () => new Response({cut_off});
        return m.api.get('under-test').catch((error) => `${{error.name}}: ${{error.message}}`);
        """,
    )
    assert str(sentence).startswith("ApiError: The server cannot be reached."), (
        "an answer that breaks off is reported too"
    )


def test_a_module_that_fails_to_load_affects_no_other_module(window: Visit) -> None:
    window.expect("ERR_FAILED", "Failed to fetch dynamically imported module")
    page = window.page
    missing = re.compile(r"/static/js/(panels/score|overlays/badges)\.")
    page.route(missing, lambda route: route.abort())
    window.go("/pardot/?open=badges")
    toast = page.locator(".toast")
    expect(toast).to_contain_text("This part of the page could not be loaded.")
    expect(page).not_to_have_url(re.compile("open="))
    panel = page.locator('[data-panel="score"]')
    expect(panel).to_contain_text("This part of the page could not be loaded. Refresh the page.")
    expect(page.locator("[data-panel][data-later]:visible .skeleton")).to_have_count(0)
    expect(page.locator("[aria-busy=true]:visible")).to_have_count(0)
    page.unroute(missing)
    panel.get_by_role("button", name="Refresh the page").click()
    window.settle()
    expect(panel).to_contain_text("No data yet")


def test_an_unknown_name_in_the_address_is_ignored(open_window: Open, camp_site: Site) -> None:
    """``constructor`` is a property of every JavaScript object."""
    visit = open_window(camp_site)
    visit.go("/pardot/?tab=gear-locker&gear.type=constructor&open=constructor")
    expect(visit.page.get_by_role("dialog")).to_have_count(0)
    expect(visit.page.locator('[data-panel="gear"] .gear-drawer')).to_have_count(5)
    visit.go("/pardot/?tab=full-survey&orphans.kind=constructor")
    expect(visit.page.locator('[data-panel="orphan-kinds"] .kind[aria-current]')).to_have_count(1)


EVERY_ENDPOINT = "**/api/v1/pardot/**"
SIGNED_OUT = {"code": 401, "message": "You need to log in."}


def test_when_the_session_ends_the_page_offers_to_sign_in_and_come_back(window: Visit) -> None:
    window.expect("status of 401")
    window.settle()
    # Other endpoints fail too: an answer would mean that the user has signed in again.
    window.page.route(EVERY_ENDPOINT, lambda route: route.fulfill(status=401, json=SIGNED_OUT))
    show_panel(window)
    notice = window.page.get_by_role("alert")
    expect(notice).to_contain_text("You've been signed out. What you typed stays here")
    link = notice.get_by_role("link", name="Sign in")
    assert link.get_attribute("href") == "/sign-in/?next=%2Fpardot%2F"
    expect(window.page.locator("#under-test")).to_contain_text("You've been signed out.")
    expect(window.page.get_by_text("You need to log in")).to_have_count(0)
    window.page.unroute(EVERY_ENDPOINT)
    answer(window, 200, {"total": 5})
    window.page.evaluate("dispatchEvent(new Event('focus'))")
    expect(notice).to_have_count(0)
    expect(window.page.locator("#under-test")).to_contain_text("Total: 5")


TOAST = "for (const [text, options] of {}) m.toast(text, options);"


def test_a_long_word_wraps_inside_its_message(window: Visit) -> None:
    window.go("/pardot/")
    run_module(window, "ui/toast", TOAST.format("[['x'.repeat(900), { action: { label: 'Show it', run() {} } }]]"))
    toast = window.page.locator(".toast")
    box = toast.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 1280
    assert box["height"] < 200
    toast.get_by_role("button", name="Dismiss").click()
    expect(toast).to_have_count(0)


def test_at_most_three_messages_are_shown_and_one_about_each_subject(window: Visit) -> None:
    window.go("/pardot/")
    run_module(window, "ui/toast", TOAST.format("[['Same', {}], ['Same', {}]]"))
    toasts = window.page.locator(".toast > span")
    expect(toasts).to_have_text(["Same"])
    tasks = "[1, 2, 3].map((n) => [`Task ${n}`, { about: 'task' }])"
    run_module(window, "ui/toast", TOAST.format(tasks))
    expect(toasts).to_have_text(["Same", "Task 3"])
    run_module(window, "ui/toast", TOAST.format("[['A', {}], ['B', {}]]"))
    expect(toasts).to_have_text(["Task 3", "A", "B"])


def test_a_message_disappears_after_ten_seconds_even_with_a_button(window: Visit) -> None:
    window.go("/pardot/")
    window.stop_clock()
    run_module(window, "ui/toast", TOAST.format("[['Done', { action: { label: 'Undo', run() {} } }]]"))
    window.page.clock.run_for(9_000)
    expect(window.page.locator(".toast")).to_have_count(1)
    window.page.clock.run_for(2_000)
    expect(window.page.locator(".toast")).to_have_count(0)


def test_ctrl_z_undoes_the_newest_change_unless_the_user_is_typing(window: Visit) -> None:
    window.go("/pardot/")
    page = window.page
    undo = "{ action: { label: 'Undo', run: () => (document.title += ` ${%r}`) } }"
    run_module(window, "ui/toast", TOAST.format(f"[['First', {undo % 1}], ['Second', {undo % 2}]]"))
    page.evaluate("document.querySelector('main').append(document.createElement('textarea'))")
    page.locator("main > textarea").focus()
    page.keyboard.press("Control+z")
    assert not page.title().endswith(("1", "2"))
    page.evaluate("document.querySelector('main > textarea').outerHTML = '<input type=checkbox>'")
    page.locator("main > input").focus()
    for _ in range(3):
        page.keyboard.press("Control+z")
    assert page.title().endswith(" 2 1")
    expect(page.locator(".toast")).to_have_count(0)


def test_writes_send_the_csrf_token(window: Visit) -> None:
    headers: list[dict[str, str]] = []

    def take(route: Route) -> None:
        headers.append(route.request.headers)
        route.fulfill(status=204)

    window.page.route(ENDPOINT, take)
    window.go("/pardot/")
    assert run_module(window, "core/api", "return await m.api.post('under-test', { title: 'x' });") is None
    cookies = {cookie["name"]: cookie["value"] for cookie in window.page.context.cookies()}
    assert headers[0]["x-csrftoken"] == cookies["csrftoken"]
    assert headers[0]["content-type"] == "application/json"


def test_a_dialog_takes_the_focus_and_gives_it_back(window: Visit) -> None:
    window.go("/pardot/")
    page = window.page
    page.get_by_role("link", name="Settings").focus()
    run_module(
        window,
        "ui/dialog",
        "window.answer = m.confirm({ title: 'Delete it?', text: 'This cannot be undone.', yes: 'Delete' });",
    )
    dialog = page.get_by_role("dialog", name="Delete it?")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    assert window.axe() == []
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("link", name="Settings")).to_be_focused()
    assert page.evaluate("window.answer") is False


def test_a_form_shows_the_servers_refusal_beside_the_field(window: Visit) -> None:
    window.go("/pardot/")
    run_module(
        window,
        "ui/form",
        """
        const { ApiError } = await import(modules['core/api']);
        const refuse = async (values) => {
          if (values.title === 'good') return values;
          throw new ApiError(422, 'Not valid.', { errors: [{ loc: ['body', 'title'], message: 'Too short.' }] });
        };
        const fields = [{ name: 'title', label: 'Title', required: true }, { name: 'day', label: 'Due', type: 'date' }];
        window.answer = m.formDialog({ title: 'A task', fields, submit: refuse });
        """,
    )
    page = window.page
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Enter a title.")).to_be_visible()
    page.get_by_label("Title").fill("x")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Too short.")).to_be_visible()
    expect(page.get_by_label("Title")).to_have_attribute("aria-invalid", "true")
    assert window.axe() == []
    page.get_by_label("Title").fill("good")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.evaluate("window.answer") == {"title": "good", "day": None}


def test_the_question_whether_to_discard_entries_closes_when_they_are_saved_meanwhile(window: Visit) -> None:
    window.go("/pardot/")
    page = window.page
    code = """
      const submit = () => new Promise((done) => (window.finish = done));
      document.querySelector("#main").focus();
      m.formDialog({ title: "Slow", fields: [{ name: "title", label: "Title" }], submit });
    """
    run_module(window, "ui/form", code)
    page.keyboard.type("Entered")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Discard what you entered?")).to_be_visible()
    page.evaluate("finish({})")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator("#main")).to_be_focused()


def test_a_trend_is_read_day_by_day_with_the_arrow_keys(window: Visit) -> None:
    show_gallery(window, rows=5)
    chart = window.page.get_by_role("group", name="Score over time. Use the left and right")
    chart.focus()
    window.page.keyboard.press("ArrowLeft")
    expect(window.page.locator(".tip")).to_contain_text("Nov 22, 2026")
    window.page.keyboard.press("ArrowLeft")
    expect(window.page.locator(".tip")).to_contain_text("Nov 21, 2026")
    window.page.keyboard.press("Home")
    expect(window.page.locator(".tip")).to_contain_text("Oct 24, 2026")
    expect(window.page.locator("#announcer")).to_contain_text("Overall: 70")
    window.page.keyboard.press("ArrowRight")
    expect(window.page.locator(".tip")).to_contain_text("Oct 25, 2026")


IS_LEFT_TO_BROWSER = """(one) => one.dispatchEvent(
  new KeyboardEvent("keydown", { key: "ArrowLeft", altKey: true, bubbles: true, cancelable: true }))"""


def test_alt_and_an_arrow_key_still_go_to_the_previous_page(window: Visit) -> None:
    show_gallery(window, rows=5)
    tab = window.page.get_by_role("tab", name="Base Camp")
    trend = window.page.get_by_role("group", name="Score over time. Use the left and right")
    assert [one.evaluate(IS_LEFT_TO_BROWSER) for one in (tab, trend)] == [True, True]


def test_a_tap_on_a_trend_chooses_the_tapped_day(open_window: Open) -> None:
    visit = open_window(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    visit.go("/pardot/")
    code = """
      const days = Array.from({ length: 11 }, (_, index) => `2026-11-${index + 10}`);
      const series = [{ name: "Score", values: days.map(() => 50) }];
      const chart = m.trend({ title: "Tapped", days, series, pick: (day) => (document.title = day) });
      document.querySelector(".tab-panel:not([hidden]) .panels").replaceChildren(chart);
    """
    run_module(visit, "charts/trend", code)
    chart = visit.page.get_by_role("group", name="Tapped")
    box = chart.bounding_box()
    assert box is not None
    chart.tap(position={"x": box["width"] / 2, "y": 100})
    assert visit.page.title() in {"2026-11-14", "2026-11-15"}


def test_a_name_with_a_control_character_does_not_spoil_the_picture_of_a_chart(window: Visit, tmp_path: Path) -> None:
    window.go("/pardot/")
    code = """
      const chart = m.bars({ title: "By category", rows: [{ label: "Summer\\u000bevents", value: 3 }] });
      document.querySelector(".tab-panel:not([hidden]) .panels").replaceChildren(chart);
    """
    run_module(window, "charts/bars", code)
    chart = window.page.get_by_role("figure", name="By category")
    chart.get_by_text("Picture", exact=True).click()
    for kind in ("PNG", "SVG"):
        with window.page.expect_download(timeout=5_000) as started:
            chart.get_by_role("button", name=kind).click()
        started.value.save_as(tmp_path / kind)
    picture = ElementTree.fromstring((tmp_path / "SVG").read_text())
    assert "Summer events" in "\n".join(picture.itertext())


def test_a_long_label_of_a_chart_is_shortened_before_it_is_cut_off(window: Visit) -> None:
    window.go("/pardot/")
    starts = run_module(
        window,
        "charts/bars",
        """
        const rows = ["W".repeat(60), "Webinar ".repeat(9), "新學期教材推廣活動".repeat(4), "🏕".repeat(40), "MMMM mmmm"]
            .map((label) => ({ label, value: 1 }));
        const { h } = await import(modules["core/dom"]);
        const place = h("div", {}, m.bars({ title: "Wide", rows }));
        place.style.width = "400px";
        document.querySelector("main").append(place);
        await document.fonts.ready;
        await new Promise((done) => setTimeout(done, 300));
        return [...place.querySelectorAll("svg text")].map((text) => text.getStartPositionOfChar(0).x);
        """,
    )
    assert isinstance(starts, list)
    assert len(starts) == 5
    assert all(start >= 0 for start in starts), starts


def test_charts_show_their_numbers_as_tables(window: Visit) -> None:
    show_gallery(window, rows=5)
    window.page.get_by_role("figure", name="Points lost by area").get_by_text("Show as table").click()
    table = window.page.get_by_role("table", name="Points lost by area")
    expect(table.get_by_role("row", name="Landing pages 4.1")).to_be_visible()


def test_focus_is_never_under_the_header(open_window: Open) -> None:
    window = open_window(viewport={"width": 1280, "height": 500})
    show_gallery(window, rows=30)
    window.page.evaluate("scrollTo(0, document.body.scrollHeight)")
    window.page.locator(".app-footer a").last.focus()
    for _ in range(60):
        window.page.keyboard.press("Shift+Tab")
        hidden = window.page.evaluate(
            """() => {
              const header = document.querySelector(".app-header");
              const focused = document.activeElement;
              if (header.contains(focused) || focused.matches(".skip-link, body, main")) return null;
              const box = focused.getBoundingClientRect();
              const covered = box.bottom <= header.getBoundingClientRect().bottom;
              return covered ? focused.outerHTML.slice(0, 120) : null;
            }"""
        )
        assert hidden is None


@pytest.mark.parametrize(("scheme", "width"), LIGHT_AND_WIDE)
def test_axe_finds_nothing_in_the_common_components(open_window: Open, scheme: str, width: int) -> None:
    window = open_window(color_scheme=scheme, viewport={"width": width, "height": 900})
    show_gallery(window, rows=30)
    assert window.axe() == []
