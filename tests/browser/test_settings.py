"""The settings page: the team, and the configuration with its defaults."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Dialog, Locator, Route, expect

from tests.browser.components import fetch_json, fits, run_module
from tests.browser.conftest import Open
from tests.browser.visit import DARK_AND_NARROW, Visit

PAGE = "/pardot/admin-settings/"
RESTORE = """
const team = await m.api.put("admin/team", { team: [] });
const { configuration } = await m.api.get("admin/config");
for (const { key, is_changed } of configuration) if (is_changed) await m.api.delete(`admin/config/${key}`);
for (const { id } of (await m.api.get("tasks")).tasks) await m.api.delete(`tasks/${id}`);
"""
TEAM = """
const owners = [["Ines Example", ["forms"]], ["Tom Sample", []]];
const { team } = await m.api.put("admin/team", { team: owners.map(([name, areas]) => ({ name, areas })) });
await m.api.post("tasks", { title: "Fix the forms", assignee: "Ines Example" });
"""


@pytest.fixture
def settings(window: Visit) -> Iterator[Visit]:
    """The settings page; the test's changes are undone."""
    window.go(PAGE)
    yield window
    window.page.unroute_all()
    run_module(window, "core/api", RESTORE)


@pytest.fixture
def with_team(settings: Visit) -> Visit:
    run_module(settings, "core/api", TEAM)
    settings.go(PAGE)
    return settings


def section(visit: Visit, name: str) -> Locator:
    return visit.page.get_by_role("region", name=name, exact=True)


def save(visit: Visit) -> None:
    visit.page.get_by_role("button", name="Save changes").click()


def value_of(visit: Visit, key: str) -> object:
    entries = fetch_json(visit, "admin/config")["configuration"]
    return next(entry["value"] for entry in entries if entry["key"] == key)


# -- the team ---------------------------------------------------------------------------------------------------------


def test_a_member_is_added_moved_changed_and_removed(settings: Visit) -> None:
    page, team = settings.page, section(settings, "Team")
    expect(team).to_contain_text("No team members yet")
    for name, area in (("Ines Example", "Forms"), ("Tom Sample", "Tags")):
        team.get_by_role("button", name="Add a member").click()
        page.get_by_label("Name", exact=True).fill(name)
        page.get_by_role("checkbox", name=area).check()
        page.get_by_role("button", name="Save").click()
        expect(team.get_by_role("heading", name=name)).to_be_visible()
    expect(team).to_contain_text("Nobody owns Campaigns, Landing pages, Lists")
    team.get_by_role("button", name="Move up: Tom Sample").click()
    expect(team.get_by_role("heading", level=3)).to_have_text(["Tom Sample", "Ines Example"])
    expect(team.get_by_role("button", name="Edit: Tom Sample")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_label("Name", exact=True).fill("Thomas Sample")
    page.get_by_label("OpenStax account").fill("5b0a4f3e-1d27-4a69-9f0e-2c8b7d61a935")
    page.get_by_role("checkbox", name="Lists").check()
    page.keyboard.press("Enter")
    expect(team.get_by_role("heading", level=3)).to_have_text(["Thomas Sample", "Ines Example"])
    saved = fetch_json(settings, "admin/team")["team"][0]
    assert (saved["name"], saved["areas"]) == ("Thomas Sample", ["lists", "tags"])
    assert saved["accounts_uuid"] == "5b0a4f3e-1d27-4a69-9f0e-2c8b7d61a935"
    team.get_by_role("button", name="Remove: Ines Example").click()
    expect(page.get_by_role("dialog")).to_contain_text("has no open tasks.")
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(team.get_by_role("heading", level=3)).to_have_text(["Thomas Sample"])


def test_open_tasks_are_counted_before_a_member_is_removed(with_team: Visit) -> None:
    team = section(with_team, "Team")
    expect(team).to_contain_text("1 open task")
    team.get_by_role("button", name="Remove: Ines Example").click()
    dialog = with_team.page.get_by_role("dialog", name="Remove Ines Example?")
    expect(dialog).to_contain_text("1 open task of Ines Example will be unassigned.")
    dialog.get_by_role("button", name="Cancel").click()
    assert [member["name"] for member in fetch_json(with_team, "admin/team")["team"]] == ["Ines Example", "Tom Sample"]


def test_a_refused_value_is_reported_beside_its_field(with_team: Visit) -> None:
    with_team.expect("status of 422")
    page = with_team.page
    section(with_team, "Team").get_by_role("button", name="Edit: Tom Sample").click()
    page.get_by_label("OpenStax account").fill("not an id")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("OpenStax account is not valid.")).to_be_visible()
    page.get_by_label("OpenStax account").fill("")
    page.get_by_label("Name", exact=True).fill("ines example")
    page.get_by_role("button", name="Save").click()
    field = page.locator(".field", has=page.get_by_label("Name", exact=True))
    expect(field.locator(".problem")).to_contain_text("is in the team twice")
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    assert with_team.axe() == []


def test_a_form_asks_before_it_discards_entries(with_team: Visit) -> None:
    page = with_team.page
    section(with_team, "Team").get_by_role("button", name="Edit: Tom Sample").click()
    page.get_by_label("Role").fill("Email")
    page.keyboard.press("Escape")
    question = page.get_by_role("dialog", name="Discard what you entered?")
    question.get_by_role("button", name="Keep editing").click()
    expect(page.get_by_label("Role")).to_have_value("Email")
    page.get_by_role("button", name="Cancel").click()
    question.get_by_role("button", name="Discard").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert fetch_json(with_team, "admin/team")["team"][1]["role"] == ""


def test_another_users_change_to_the_team_is_kept(with_team: Visit) -> None:
    """Another user changes the team after the page was loaded."""
    run_module(
        with_team,
        "core/api",
        "const { team } = await m.api.get('admin/team'); const [a, b] = team.map(({ open_tasks, ...one }) => one);"
        "await m.api.put('admin/team', { team: [a, { ...b, areas: ['tags'] }] });",
    )
    section(with_team, "Team").get_by_role("button", name="Edit: Ines Example").click()
    with_team.page.get_by_label("Role").fill("Forms")
    with_team.page.get_by_role("button", name="Save").click()
    expect(section(with_team, "Team")).to_contain_text("Forms")
    expect(with_team.page.get_by_role("dialog")).to_have_count(0)
    team = fetch_json(with_team, "admin/team")["team"]
    assert [(member["role"], member["areas"]) for member in team] == [("Forms", ["forms"]), ("", ["tags"])]


def test_a_change_to_the_team_between_reading_and_saving_is_kept(with_team: Visit) -> None:
    """Another user adds a member after the page has read the team, and before it saves the team."""
    page = with_team.page

    refused: list[Route] = []

    def save_theirs_first(route: Route) -> None:
        if route.request.method == "PUT" and not refused:
            refused.append(route)
            mine = json.loads(route.request.post_data or "")["team"]
            kept = [{**member, "role": ""} for member in mine]
            assert page.request.fetch(route.request, data={"team": [*kept, {"name": "Cleo Third"}]}).ok
        route.continue_()

    with_team.expect("status of 409")
    section(with_team, "Team").get_by_role("button", name="Edit: Ines Example").click()
    page.get_by_label("Role").fill("Forms")
    page.route("**/admin/team", save_theirs_first)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    team = fetch_json(with_team, "admin/team")["team"]
    assert [(member["name"], member["role"]) for member in team] == [
        ("Ines Example", "Forms"), ("Tom Sample", ""), ("Cleo Third", ""),
    ]  # fmt: skip


@pytest.mark.parametrize(("answer", "label"), [("Keep theirs", "their name"), ("Use mine", "my name")])
def test_the_second_user_who_saves_a_member_is_asked_which_short_name_to_keep(
    with_team: Visit, answer: str, label: str
) -> None:
    """Another user changes the member while the form is open."""
    page = with_team.page
    section(with_team, "Team").get_by_role("button", name="Edit: Ines Example").click()
    run_module(
        with_team,
        "core/api",
        "const { team } = await m.api.get('admin/team');"
        "const [a, ...rest] = team.map(({ open_tasks, ...one }) => one);"
        "const theirs = { areas: ['tags', 'lists'], label: 'their name' };"
        "await m.api.put('admin/team', { team: [{ ...a, ...theirs }, ...rest] });",
    )
    page.get_by_label("Role").fill("Forms")
    page.get_by_label("Short name").fill("my name")
    page.get_by_role("button", name="Save").click()
    question = page.get_by_role("dialog", name="Another user changed this")
    expect(question).to_contain_text("changed “Short name” of Ines Example to their name. You entered my name.")
    question.get_by_role("button", name=answer).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    member = fetch_json(with_team, "admin/team")["team"][0]
    assert (member["role"], member["label"], sorted(member["areas"])) == ("Forms", label, ["lists", "tags"])


# -- the configuration ------------------------------------------------------------------------------------------------


def test_a_weight_is_changed_and_goes_back_to_its_default(settings: Visit) -> None:
    page, weights = settings.page, section(settings, "Weights")
    field = weights.locator(".setting", has=page.get_by_label("Forms submitted with errors"))
    expect(weights.get_by_role("button", name="Reset to default")).to_be_hidden()
    field.locator("input").fill("0.4")
    expect(field).to_contain_text("Customized. Default: 0.15.")
    expect(section(settings, "Unsaved changes")).to_contain_text("Not saved: Weights")
    save(settings)
    expect(page.locator(".toast")).to_contain_text("Saved: Weights.")
    expect(section(settings, "Unsaved changes")).to_have_count(0)
    settings.go(PAGE)
    expect(field.locator("input")).to_have_value("0.40")
    expect(weights).to_contain_text("by ")
    field.get_by_role("button", name="Reset").click()
    expect(field.locator("input")).to_have_value("0.15")
    save(settings)
    expect(section(settings, "Unsaved changes")).to_have_count(0)
    entries = {entry["key"]: entry for entry in fetch_json(settings, "admin/config")["configuration"]}
    assert entries["score_weights"]["updated_at"] is None, "the stored value is deleted, not overwritten"


def test_fields_that_another_user_saved_are_kept(settings: Visit) -> None:
    page = settings.page
    run_module(
        settings,
        "core/api",
        """
        await m.api.put("admin/config/score_weights", { value: { forms_no_campaign: 0.7 } });
        const { configuration } = await m.api.get("admin/config");
        const texts = configuration.find(({ key }) => key === "issue_templates").value;
        const theirs = { lists_unnamed: { ...texts.lists_unnamed, title: "Nameless: {count}" } };
        await m.api.put("admin/config/issue_templates", { value: theirs });
        """,
    )
    page.get_by_label("Forms submitted with errors").fill("0.4")
    texts = section(settings, "Issue texts")
    texts.get_by_text("Lists without a name", exact=True).click()
    texts.locator("details[open]").get_by_label("Priority").select_option("high")
    save(settings)
    expect(section(settings, "Unsaved changes")).to_have_count(0)
    saved = value_of(settings, "score_weights")
    assert isinstance(saved, dict)
    assert (saved["forms_no_campaign"], saved["forms_errors"]) == (0.7, 0.4)
    templates = value_of(settings, "issue_templates")
    assert isinstance(templates, dict)
    assert templates["lists_unnamed"]["title"] == "Nameless: {count}"
    assert templates["lists_unnamed"]["priority"] == "high"
    expect(page.get_by_label("Forms in no campaign")).to_have_value("0.70")


@pytest.mark.parametrize(("answer", "kept"), [("Keep theirs", 0.2), ("Use mine", 0.5)])
def test_the_second_user_who_saves_a_field_is_asked_which_value_to_keep(
    settings: Visit, answer: str, kept: float
) -> None:
    page = settings.page
    run_module(settings, "core/api", "await m.api.put('admin/config/score_weights', { value: { forms_errors: 0.2 } });")
    page.get_by_label("Forms submitted with errors").fill("0.5")
    page.get_by_label("Forms in no campaign").fill("0.9")
    page.get_by_role("button", name="Save changes").click()
    question = page.get_by_role("dialog", name="Another user changed this")
    expect(question).to_contain_text("changed “Forms submitted with errors” in Weights to 0.2")
    expect(question).to_contain_text("You entered 0.5.")
    assert settings.axe() == []
    question.get_by_role("button", name=answer).click()
    expect(section(settings, "Unsaved changes")).to_have_count(0)
    saved = value_of(settings, "score_weights")
    assert isinstance(saved, dict)
    assert (saved["forms_errors"], saved["forms_no_campaign"]) == (kept, 0.9)
    assert float(page.get_by_label("Forms submitted with errors").input_value()) == kept


def test_a_reset_does_not_overwrite_a_value_saved_while_the_question_is_open(settings: Visit) -> None:
    settings.expect("status of 409")
    page, field = settings.page, settings.page.get_by_label("Prefix of clean-up tags")

    def save_elsewhere(prefix: str) -> None:
        run_module(
            settings, "core/api", f"await m.api.put('admin/config/cleanup_tag_prefix', {{ value: '{prefix}' }});"
        )

    standard = field.input_value()
    save_elsewhere("First: ")
    settings.go(PAGE)
    save_elsewhere("Second: ")
    field.fill(standard)
    page.get_by_role("button", name="Save changes").click()
    question = page.get_by_role("dialog", name="Another user changed this")
    expect(question).to_be_visible()
    save_elsewhere("Third: ")
    question.get_by_role("button", name="Use mine").click()
    expect(section(settings, "Clean-up tags").get_by_role("alert").first).to_contain_text("changed cleanup_tag_prefix")
    assert value_of(settings, "cleanup_tag_prefix") == "Third: "
    page.get_by_role("button", name="Discard").click()


def test_a_late_answer_of_the_preview_leaves_the_focus_on_the_refused_setting(settings: Visit) -> None:
    settings.expect("status of 422")
    page = settings.page
    held_back: list[Route] = []

    def hold_back(route: Route) -> None:
        held_back.append(route)

    page.route("**/admin/config-preview", hold_back)
    with page.expect_request("**/admin/config-preview"):
        page.get_by_label("From, in points").nth(1).fill("95")
    save(settings)
    grades = section(settings, "Grades").get_by_role("alert")
    expect(grades).to_be_focused()
    with page.expect_response("**/admin/config-preview"):
        held_back[0].continue_()
    expect(section(settings, "Unsaved changes")).to_contain_text("Fix the highlighted fields to see what this changes")
    expect(grades).to_be_focused()
    page.get_by_role("button", name="Discard").click()


def test_refused_values_are_marked_and_the_rest_is_saved(settings: Visit) -> None:
    settings.expect("status of 422")
    page = settings.page
    page.get_by_label("Forms in no campaign").fill("300")
    page.get_by_label("From, in points").nth(1).fill("95")
    page.get_by_label("Prefix of clean-up tags").fill("Tidy: ")
    expect(section(settings, "Clean-up tags")).to_contain_text("Tidy: Archive")
    save(settings)
    grades = section(settings, "Grades").get_by_role("alert")
    expect(grades).to_contain_text("Each minimum must be lower than the one before")
    expect(grades).to_be_focused()
    weight = page.get_by_label("Forms in no campaign")
    expect(weight).to_have_attribute("aria-invalid", "true")
    expect(page.locator(".setting", has=weight).locator(".problem")).to_contain_text("Must be 100 or less.")
    expect(section(settings, "Unsaved changes")).to_contain_text("Grades and Weights")
    assert value_of(settings, "cleanup_tag_prefix") == "Tidy: "
    expect(page.locator(".toast")).to_contain_text("Saved: Prefix of clean-up tags.")
    save(settings)
    expect(page.locator(".toast")).to_have_count(0, timeout=3_000)  # By itself, the toast would stay for 10 seconds.
    assert settings.axe() == []
    page.get_by_role("button", name="Discard").click()
    expect(section(settings, "Unsaved changes")).to_have_count(0)
    expect(weight).to_have_value("0.10")
    expect(weight).not_to_have_attribute("aria-invalid", "true")


def test_a_refusal_is_forgotten_when_the_refused_value_is_taken_back(settings: Visit) -> None:
    settings.expect("status of 422")
    page, bar = settings.page, section(settings, "Unsaved changes")
    weight = page.get_by_label("Forms in no campaign")
    before = weight.input_value()
    weight.fill("300")
    save(settings)
    expect(bar).to_contain_text("Fix the highlighted fields.")
    weight.fill(before)
    expect(bar).to_have_count(0)
    page.get_by_label("Prefix of clean-up tags").fill("Tidy: ")
    expect(bar).to_contain_text("Not saved: Prefix of clean-up tags")
    expect(bar).not_to_contain_text("Fix the highlighted fields.")
    page.get_by_role("button", name="Discard").click()


def test_a_message_does_not_cover_the_save_bar_on_a_phone(open_window: Open) -> None:
    visit = open_window(viewport={"width": 390, "height": 844})
    visit.go(PAGE)
    visit.page.get_by_label("Forms in no campaign").fill("0.4")
    run_module(visit, "ui/toast", "m.toast('Saved: Grades.');")
    toast, bar = visit.page.locator(".toast").bounding_box(), section(visit, "Unsaved changes").bounding_box()
    assert toast
    assert bar
    assert toast["y"] + toast["height"] <= bar["y"]
    visit.page.get_by_role("button", name="Discard").click()


def test_values_that_depend_on_each_other_are_saved_together(settings: Visit) -> None:
    settings.expect("status of 422")
    settings.page.get_by_label("Age of stale lists, in months").fill("20")
    settings.page.get_by_label("Age of very stale lists, in months").fill("30")
    save(settings)
    expect(section(settings, "Unsaved changes")).to_have_count(0)
    assert (value_of(settings, "list_stale_months"), value_of(settings, "list_stale_severe_months")) == (20, 30)


def test_clean_up_actions_camp_dates_and_a_priority_are_changed_and_reset(settings: Visit) -> None:
    page, clean_up = settings.page, section(settings, "Clean-up tags")
    clean_up.get_by_role("button", name="Add an action").click()
    page.keyboard.type("Merge")
    clean_up.get_by_role("button", name="Remove line").first.click()
    texts = section(settings, "Issue texts")
    texts.get_by_text("Lists without a name", exact=True).click()
    texts.locator("details[open]").get_by_label("Priority").select_option("high")
    page.get_by_label("First day").fill("2026-11-01")
    page.get_by_label("Last day").fill("2026-12-18")
    save(settings)
    expect(section(settings, "Unsaved changes")).to_have_count(0)
    assert value_of(settings, "cleanup_actions") == ["Archive", "Reviewed", "Merge"]
    assert value_of(settings, "camp_dates") == {"start": "2026-11-01", "end": "2026-12-18"}
    templates = value_of(settings, "issue_templates")
    assert isinstance(templates, dict)
    assert templates["lists_unnamed"]["priority"] == "high"
    resets = page.get_by_role("button", name="Reset to default")
    expect(resets).to_have_count(3)
    while resets.count():
        resets.first.click()
    save(settings)
    expect(section(settings, "Unsaved changes")).to_have_count(0)
    assert not [entry["key"] for entry in fetch_json(settings, "admin/config")["configuration"] if entry["is_changed"]]


def test_leaving_with_unsaved_changes_asks_first(settings: Visit) -> None:
    page = settings.page
    dialogs: list[str] = []

    def stay(dialog: Dialog) -> None:
        dialogs.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.get_by_label("Look-back of activity, in days").click()
    page.keyboard.type("7")
    page.get_by_role("link", name="Back to Base Camp").click(no_wait_after=True)
    page.wait_for_timeout(300)
    assert dialogs == ["beforeunload"]
    expect(page).to_have_url(re.compile(re.escape(PAGE) + "$"))
    expect(section(settings, "Unsaved changes")).to_contain_text("Look-back of activity")
    page.get_by_role("button", name="Discard").click()
    page.get_by_role("link", name="Back to Base Camp").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Base Camp")
    assert dialogs == ["beforeunload"], "the page asked although nothing was unsaved"


COME_BACK = "() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))"


def test_a_page_that_the_browser_restores_shows_the_saved_values(settings: Visit) -> None:
    """The test browser does not restore pages, so the test dispatches the event."""
    page = settings.page
    run_module(settings, "core/api", TEAM)
    expect(section(settings, "Team")).not_to_contain_text("Tom Sample")
    page.evaluate(COME_BACK)
    expect(section(settings, "Team")).to_contain_text("Tom Sample")
    settings.settle()
    page.get_by_label("Look-back of activity, in days").fill("7")
    page.evaluate(COME_BACK)
    settings.settle()
    expect(page.get_by_label("Look-back of activity, in days")).to_have_value("7")
    run_module(settings, "core/api", "await m.api.put('admin/team', { team: [{ name: 'Ada Sample' }] });")
    page.evaluate(COME_BACK)
    expect(section(settings, "Team")).to_contain_text("Ada Sample")
    expect(page.get_by_label("Look-back of activity, in days")).to_have_value("7")


def test_the_navigation_marks_the_section_in_view(settings: Visit) -> None:
    nav = settings.page.get_by_role("navigation", name="Settings")
    current = nav.locator("[aria-current]")
    expect(current).to_have_text("Team")
    nav.get_by_role("link", name="Weights").click()
    expect(current).to_have_text("Weights")
    settings.page.keyboard.press("End")
    expect(current).to_have_text("Administration")


def test_settings_lead_to_the_administration(settings: Visit) -> None:
    link = section(settings, "Administration").get_by_role("link", name="administration")
    expect(link).to_have_attribute("href", "/admin/pardot/")


@pytest.mark.parametrize(("scheme", "width"), DARK_AND_NARROW)
def test_axe_finds_nothing_and_the_page_fits(open_window: Open, scheme: str, width: int) -> None:
    visit = open_window(color_scheme=scheme, viewport={"width": width, "height": 900})
    visit.go(PAGE)
    visit.page.locator("details.issue-texts").evaluate_all(
        "(all) => all.slice(0, 3).forEach((one) => (one.open = true))"
    )
    visit.page.get_by_label("Forms in no campaign").fill("0.4")
    assert fits(visit)
    assert visit.axe() == []
    visit.page.get_by_role("button", name="Add a member").click()
    assert visit.axe() == []
    visit.page.keyboard.press("Escape")
    visit.page.get_by_role("button", name="Discard").click()
