"""``admin/config``: values are validated and can be reset; counts and scores depend on them."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest
from django.db import connection, transaction

from pardot.audits.run import run_audits
from pardot.configuration.values import KEYS, BadValue, load_configuration
from pardot.domain.issues import BY_KEY, ISSUES
from pardot.models import ConfiguredValue, List
from pardot.pipeline.after_change import change_value
from tests.pardot.team import records
from tests.pardot.team.browser import Browser


def described(browser: Browser) -> dict[str, Any]:
    return {row["key"]: row for row in browser.get("admin/config")["configuration"]}


def test_every_key_is_listed_with_its_default(browser: Browser) -> None:
    rows = described(browser)
    assert list(rows) == [
        "score_weights", "grade_thresholds", "alert_score", "issue_templates", "camp_dates", "target_score",
        "activity_lookback_days", "list_stale_months", "list_stale_severe_months", "cleanup_tag_prefix",
        "cleanup_actions",
    ]  # fmt: skip
    for row in rows.values():
        assert row["value"] == row["default"]
        assert (row["is_changed"], row["updated_at"], row["updated_by"], row["problem"]) == (False, None, "", "")
        assert row["title"]
        assert row["help"]
    assert rows["score_weights"]["value"]["forms_errors"] == 0.15
    assert rows["cleanup_tag_prefix"]["value"] == "Camp: "


def test_every_default_would_be_accepted(db: None) -> None:
    for declared in KEYS:
        assert declared.clean(declared.default()) == declared.default()


def test_a_value_is_changed_and_reset(browser: Browser) -> None:
    changed = browser.ask("put", "admin/config/list_stale_months", {"value": 9})
    assert changed == described(browser)["list_stale_months"]
    assert (changed["value"], changed["default"], changed["is_changed"]) == (9, 6, True)
    assert changed["updated_by"] == "Ines Example"
    assert changed["updated_at"]
    assert load_configuration().list_stale_months == 9
    reset = browser.ask("delete", "admin/config/list_stale_months")
    assert (reset["value"], reset["is_changed"], reset["updated_at"]) == (6, False, None)
    assert browser.ask("delete", "admin/config/list_stale_months") == reset, "a second reset does no harm"
    assert not ConfiguredValue.objects.exists()


def test_a_value_that_was_changed_meanwhile_is_not_overwritten(browser: Browser) -> None:
    browser.ask("put", "admin/config/list_stale_months", {"value": 9, "was": 6})
    refused = browser.ask("put", "admin/config/list_stale_months", {"value": 3, "was": 6}, expect=409)
    assert refused["type"] == "value_changed"
    assert refused["message"].startswith("Ines Example changed list_stale_months at 20")
    assert load_configuration().list_stale_months == 9
    browser.ask("put", "admin/config/list_stale_months", {"value": 3, "was": 9})
    assert load_configuration().list_stale_months == 3
    browser.ask("delete", "admin/config/list_stale_months", {"was": 9}, expect=409)
    assert load_configuration().list_stale_months == 3
    browser.ask("delete", "admin/config/list_stale_months", {"was": 3})
    assert load_configuration().list_stale_months == 6
    weights = described(browser)["score_weights"]["value"]
    browser.ask("put", "admin/config/score_weights", {"value": {"forms_errors": 1}, "was": weights})
    browser.ask("put", "admin/config/score_weights", {"value": {}, "was": weights}, expect=409)


def test_every_change_is_stored_with_its_author(browser: Browser) -> None:
    browser.ask("put", "admin/config/list_stale_months", {"value": 9})
    browser.ask("put", "admin/config/list_stale_months", {"value": 9})
    browser.ask("delete", "admin/config/list_stale_months")
    browser.ask("put", "admin/config/list_stale_months", {"value": "nine"}, expect=422)
    last, first = browser.ask("get", "admin/config-changes")["changes"]
    assert (first["before"], first["after"], first["is_reset"]) == (6, 9, False)
    assert (last["before"], last["after"], last["is_reset"]) == (9, 6, True)
    assert {last["changed_by"], first["changed_by"]} == {"Ines Example"}
    assert first["title"] == described(browser)["list_stale_months"]["title"]


def test_missing_entries_of_a_value_have_their_defaults(browser: Browser) -> None:
    template = {"title": "Forms with errors: {count}", "description": "Look at them.", "priority": "low"}
    weights = browser.ask("put", "admin/config/score_weights", {"value": {"forms_errors": 1}})["value"]
    templates = browser.ask("put", "admin/config/issue_templates", {"value": {"forms_errors": template}})["value"]
    assert (weights["forms_errors"], weights["tags_unused"], len(weights)) == (1.0, 0.03, len(ISSUES))
    assert templates["forms_errors"] == template
    assert len(templates) == len(ISSUES)
    weights = browser.ask("put", "admin/config/score_weights", {"value": {"tags_unused": 2.5}})["value"]
    assert (weights["forms_errors"], weights["tags_unused"]) == (0.15, 2.5)


GOOD: list[tuple[str, Any]] = [
    ("score_weights", {}),
    ("score_weights", {"forms_errors": 0, "tags_unused": 100}),
    ("grade_thresholds", [{"grade": "ok", "minimum": 0}]),
    ("camp_dates", {"start": "2026-06-01", "end": "2026-06-01"}),
    ("camp_dates", {}),
    ("cleanup_actions", ["Remove"]),
    ("cleanup_tag_prefix", "Triage – "),
    ("activity_lookback_days", 366),
    ("target_score", 0),
    ("target_score", 100),
]


@pytest.mark.parametrize(("key", "value"), GOOD)
def test_good_values_are_accepted(browser: Browser, key: str, value: Any) -> None:
    browser.ask("put", f"admin/config/{key}", {"value": value})


def grades(*minimums: Any) -> list[dict[str, Any]]:
    return [{"grade": "ABCDEF"[place], "minimum": minimum} for place, minimum in enumerate(minimums)]


def template(**values: Any) -> dict[str, Any]:
    return {"forms_errors": {"title": "Errors: {count}", "description": "Look.", "priority": "high", **values}}


BAD: list[tuple[str, Any, str]] = [
    ("score_weights", {"forms_errors": -0.01}, "forms_errors: Must be 0 or more"),
    ("score_weights", {"forms_errors": 100.1}, "Must be 100 or less"),
    ("score_weights", {"forms_errors": "0.5"}, "forms_errors: Must be a number"),
    ("score_weights", {"forms_errors": True}, "Must be a number"),
    ("score_weights", {"forms_errors": None}, "Must be a number"),
    ("score_weights", {"forms_errors": [1]}, "Must be a number"),
    ("score_weights", {"forms_lost": 1}, "There is no issue forms_lost. Known: campaigns_no_sf"),
    ("score_weights", [1, 2], "Must be a JSON object"),
    ("score_weights", None, "Must be a JSON object"),
    ("grade_thresholds", grades(90, 90, 0), "each minimum must be lower than the one before: 90, 90, 0"),
    ("grade_thresholds", grades(80, 90, 0), "must be lower than the one before"),
    ("grade_thresholds", grades(90, 80), "the minimum of the last grade must be 0"),
    ("grade_thresholds", [], "Must not be empty"),
    ("grade_thresholds", grades(101, 0), "Must be 100 or less"),
    ("grade_thresholds", grades(9, -1), "Must be 0 or more"),
    ("grade_thresholds", grades("90", 0), "Must be a whole number"),
    ("grade_thresholds", grades(89.5, 0), "Must be a whole number"),
    ("grade_thresholds", grades(True, 0), "Must be a whole number"),
    ("grade_thresholds", [{"grade": "A", "minimum": 9}, {"grade": "a", "minimum": 0}], "A, a: given twice"),
    ("grade_thresholds", [{"grade": " ", "minimum": 0}], "Must not be empty"),
    ("grade_thresholds", [{"grade": "A+++", "minimum": 0}], "at most 3 characters"),
    ("grade_thresholds", [{"grade": "A", "minimum": 0, "colour": "green"}], "There is no such field"),
    ("issue_templates", template(title="{count} of {total}"), "braces are only allowed in {count}"),
    ("issue_templates", template(title="{count"), "braces"),
    ("issue_templates", template(title="two\nlines {count}"), "a single line"),
    ("issue_templates", template(title=" "), "Must not be empty"),
    ("issue_templates", template(title="x" * 201), "at most 200 characters"),
    ("issue_templates", template(title="a\0b"), "NUL"),
    ("issue_templates", template(description="\ud800"), "half of a surrogate pair"),
    ("issue_templates", template(description=5), "Must be text"),
    ("issue_templates", template(priority="urgent"), "Must be 'high', 'normal' or 'low'"),
    ("issue_templates", {"forms_errors": {"title": "Errors"}}, "forms_errors.description: This is required"),
    ("camp_dates", {"start": "2026-06-02", "end": "2026-06-01"}, "Camp ends (2026-06-01) before it starts"),
    ("camp_dates", {"start": "2026-06-02"}, "both the start and the end"),
    ("camp_dates", {"start": 86400, "end": 86400}, "Must be a date"),
    ("camp_dates", {"start": "June", "end": "July"}, "Must be a date"),
    ("camp_dates", "2026-06-01", "Must be a JSON object"),
    ("activity_lookback_days", 0, "Must be 1 or more"),
    ("activity_lookback_days", 367, "Must be 366 or less"),
    ("activity_lookback_days", "30", "Must be a whole number"),
    ("activity_lookback_days", 30.0, "Must be a whole number"),
    ("activity_lookback_days", True, "Must be a whole number"),
    ("activity_lookback_days", 10**400, "Must be 366 or less"),
    ("target_score", None, "Must be a whole number"),
    ("target_score", 101, "Must be 100 or less"),
    ("list_stale_months", 12, "very stale lists” (12 months) must be higher than “Age of stale lists” (12 months)"),
    ("list_stale_severe_months", 6, "very stale lists” (6 months) must be higher than “Age of stale lists” (6 months)"),
    ("list_stale_severe_months", 1, "very stale lists” (1 month) must be higher than “Age of stale lists” (6 months)"),
    ("list_stale_months", -1, "Must be 1 or more"),
    ("list_stale_severe_months", 241, "Must be 240 or less"),
    ("cleanup_tag_prefix", "", "Must not be empty"),
    ("cleanup_tag_prefix", "  ", "begin with a space"),
    ("cleanup_tag_prefix", "x" * 41, "at most 40 characters"),
    ("cleanup_tag_prefix", 7, "Must be text"),
    ("cleanup_actions", [], "Must not be empty"),
    ("cleanup_actions", ["Remove", "remove"], "Remove, remove: given twice"),
    ("cleanup_actions", ["Remove", 2], "Must be text"),
    ("cleanup_actions", "Remove", "Must be a list"),
]


@pytest.mark.parametrize(("key", "value", "message"), BAD)
def test_bad_values_are_named_and_change_nothing(browser: Browser, key: str, value: Any, message: str) -> None:
    answer = browser.ask("put", f"admin/config/{key}", {"value": value}, expect=422)
    assert message.lower() in answer["message"].lower()
    assert all(error["loc"][:2] == ["body", "value"] for error in answer["errors"])
    assert not ConfiguredValue.objects.exists()


def test_nan_infinity_and_deeply_nested_json_are_refused(browser: Browser) -> None:
    for number in ("NaN", "Infinity", "-Infinity"):
        body = '{"value": {"forms_errors": ' + number + "}}"
        assert browser.send("put", "admin/config/score_weights", body).status_code == 400
    browser.refused("put", "admin/config/score_weights", '{"value": {"forms_errors": 1e999}}')
    deep = "[" * 500 + "]" * 500
    browser.refused("put", "admin/config/score_weights", '{"value": ' + deep + "}")
    with pytest.raises(BadValue, match="it contains NaN"):
        change_value("score_weights", {"forms_errors": float("nan")}, by="a form of the admin")
    assert not ConfiguredValue.objects.exists()


def test_unknown_keys_and_wrong_bodies_are_refused(browser: Browser) -> None:
    for method, body in (("put", {"value": 1}), ("delete", None)):
        message = browser.refused(method, "admin/config/nothing", body)
        assert "There is no configuration 'nothing'. Known: score_weights, grade_thresholds" in message
    assert "value" in browser.refused("put", "admin/config/camp_dates", {})
    assert "by" in browser.refused("put", "admin/config/list_stale_months", {"value": 3, "by": "me"})


def test_a_reset_that_conflicts_with_another_value_is_refused(browser: Browser) -> None:
    browser.ask("put", "admin/config/list_stale_months", {"value": 2})
    browser.ask("put", "admin/config/list_stale_severe_months", {"value": 4})
    assert "very stale lists” (4 months) must be higher than “Age of stale lists” (6 months)" in browser.refused(
        "delete", "admin/config/list_stale_months"
    )
    browser.ask("delete", "admin/config/list_stale_severe_months")
    browser.ask("delete", "admin/config/list_stale_months")


def test_a_look_back_beyond_the_retention_of_activities_is_refused(browser: Browser, settings: Any) -> None:
    settings.PARDOT_ACTIVITY_RETENTION_DAYS = 60
    assert "kept for 60 days" in browser.refused("put", "admin/config/activity_lookback_days", {"value": 61})
    browser.ask("put", "admin/config/activity_lookback_days", {"value": 60})
    settings.PARDOT_ACTIVITY_RETENTION_DAYS = 50
    now = described(browser)["activity_lookback_days"]
    assert (now["value"], now["problem"]) == (
        30, "Activities are kept for 50 days (PARDOT_ACTIVITY_RETENTION_DAYS): 60 are too many"
    )  # fmt: skip


# -- effects of a change ----------------------------------------------------------------------------------------------


def stale(browser: Browser) -> tuple[Any, Any]:
    counts = browser.get("health-score")["issue_counts"]
    return counts["lists_stale"], counts["lists_stale_1y"]


def test_a_change_of_list_months_runs_the_audits_again(browser: Browser) -> None:
    for months in (1, 4, 8, 14):
        records.unchanged_list(months)
    records.mark_read("lists")
    run_audits()
    assert stale(browser) == (1, 1)
    browser.ask("put", "admin/config/list_stale_months", {"value": 3})
    assert stale(browser) == (2, 1)
    assert "stale" in List.objects.get(name="List of 4 months ago").flags
    browser.ask("put", "admin/config/list_stale_severe_months", {"value": 7})
    assert stale(browser) == (1, 2)
    browser.refused("put", "admin/config/list_stale_severe_months", {"value": 3})
    assert stale(browser) == (1, 2)
    browser.ask("delete", "admin/config/list_stale_severe_months")
    browser.ask("delete", "admin/config/list_stale_months")
    assert stale(browser) == (1, 1)


def test_weights_and_grades_apply_from_the_next_request_on(browser: Browser) -> None:
    records.form(campaign_id=None)
    records.mark_read("forms")
    run_audits()
    browser.ask("put", "admin/config/score_weights", {"value": {**dict.fromkeys(BY_KEY, 0), "forms_no_campaign": 40}})
    browser.ask("put", "admin/config/grade_thresholds", {"value": grades(61, 0)})
    assert (browser.get("health-score")["overall"], browser.get("health-score")["grade"]) == (60, "B")
    browser.ask("put", "admin/config/grade_thresholds", {"value": grades(60, 0)})
    assert browser.get("health-score")["grade"] == "A"


def test_changes_wait_for_each_other(transactional_db: None) -> None:
    """When two new values conflict, the second is checked after the first is stored."""

    def change_elsewhere() -> str:
        with closing(connection):
            try:
                change_value("list_stale_severe_months", 8, by="the second")
            except BadValue as error:
                return str(error)
        return "accepted"

    with ThreadPoolExecutor() as elsewhere:
        with transaction.atomic():
            change_value("list_stale_months", 9, by="the first")
            second = elsewhere.submit(change_elsewhere)
            _wait_until_the_second_change_waits()
        assert (
            second.result()
            == "“Age of very stale lists” (8 months) must be higher than “Age of stale lists” (9 months)"
        )


def _wait_until_the_second_change_waits() -> None:
    with connection.cursor() as cursor:
        waiting = False
        while not waiting:
            cursor.execute("SELECT count(*) > 0 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            waiting = cursor.fetchone()[0]


# -- stored values that this release does not accept ------------------------------------------------------------------


def store(key: str, value: Any) -> None:
    ConfiguredValue.objects.update_or_create(key=key, defaults={"value": value, "updated_by": "Ines"})


def test_a_stored_value_that_is_no_longer_valid_is_replaced_by_the_default(
    browser: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    store("grade_thresholds", [{"letter": "A"}])
    store("camp_dates", "last summer")
    store("activity_lookback_days", "some")
    store("gone_in_this_release", 5)
    with caplog.at_level(logging.ERROR):
        assert browser.get("health-score")["overall"] is None
        assert browser.get("health-score")["overall"] is None
    messages = [record.getMessage() for record in caplog.records if "grade_thresholds" in record.getMessage()]
    assert len(messages) == 1, "each process logs the problem once"
    now = described(browser)
    assert len(now) == len(KEYS)
    for key in ("grade_thresholds", "camp_dates", "activity_lookback_days"):
        assert now[key]["value"] == now[key]["default"]
        assert now[key]["problem"]
        assert now[key]["updated_by"] == "Ines"
    browser.ask("put", "admin/config/camp_dates", {"value": {}})
    browser.ask("delete", "admin/config/grade_thresholds")
    now = described(browser)
    assert (now["camp_dates"]["problem"], now["grade_thresholds"]["problem"]) == ("", "")


def test_valid_entries_of_a_partly_invalid_value_stay_in_effect(browser: Browser) -> None:
    store("score_weights", {"forms_errors": 3, "an_issue_of_old": 1, "tags_unused": "much"})
    now = described(browser)["score_weights"]
    assert (now["value"]["forms_errors"], now["value"]["tags_unused"]) == (3.0, 0.03)
    assert "tags_unused: Must be a number" in now["problem"]
    assert load_configuration().weights.keys() == now["default"].keys()


def test_stored_values_that_conflict_are_both_replaced_by_their_defaults(browser: Browser) -> None:
    store("list_stale_months", 9)
    store("list_stale_severe_months", 8)
    now = described(browser)
    assert (now["list_stale_months"]["value"], now["list_stale_severe_months"]["value"]) == (6, 12)
    assert now["list_stale_months"]["problem"]
