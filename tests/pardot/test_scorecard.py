"""The score follows from audits, exemptions and the team's weights. An area without data has no score."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pardot.configuration.values import reset_value, set_value
from pardot.domain.areas import Area
from pardot.models import Form
from pardot.scoring.scorecard import load_current_scorecard
from tests.pardot.score_factories import (
    NOW,
    TODAY,
    campaign,
    exempt,
    finish_sync,
    form,
    mailing_list,
    mark_read,
    member,
    prospect,
    read_everything,
    weigh,
)

pytestmark = pytest.mark.django_db


def test_a_small_data_set_has_the_scores_worked_out_by_hand() -> None:
    """Three areas lose points.

    - Of 4 forms, 2 have no campaign (.20), 1 is in an unknown campaign (.10), 4 have no submissions (.08).
      Score: 99.62, so 100.
    - All 30 lists have no name (2.40), and are very stale (1.50). Score: 96.1, so 96.
    - Of 3 prospects, 1 is not linked: 33.3% × .30 = 9.99. Score: 90.01, so 90.
    """
    known = campaign()
    form(), form(), form(campaign_id=987_654), form(campaign_id=known)
    for _ in range(30):
        mailing_list(months_old=14, name=" ")
    prospect(), prospect(), prospect(linked=False)
    read_everything()
    finish_sync()
    weigh(forms_no_campaign=0.1, orphan_forms=0.1, forms_dormant=0.02, lists_unnamed=0.08, lists_stale_1y=0.05,
          prospects_unlinked_pct=0.3)  # fmt: skip
    card = load_current_scorecard(NOW)
    scores = {area: card.grading.areas[area].score for area in (Area.FORMS, Area.LISTS, Area.PROSPECTS, Area.TAGS)}
    assert scores == {Area.FORMS: 100, Area.LISTS: 96, Area.PROSPECTS: 90, Area.TAGS: 100}
    expected = {
        "campaigns_dormant": 1, "campaigns_no_members": 1, "campaigns_empty": 0, "campaigns_no_sf": 0,
        "forms_no_campaign": 2, "orphan_forms": 1, "forms_dormant": 4, "forms_errors": 0,
        "lists_unnamed": 30, "lists_stale_1y": 30, "lists_stale": 0,
        "prospects_unlinked_pct": pytest.approx(33.3, abs=0.05), "tags_unused": 0,
    }  # fmt: skip
    assert {key: float(card.issues[key].count or 0) for key in expected} == expected


def test_all_scores_are_null_without_any_read() -> None:
    form(), mailing_list(months_old=14)
    finish_sync()
    card = load_current_scorecard(NOW)
    assert (card.overall, card.grade) == (None, None)
    assert {issue.count for issue in card.issues.values()} == {None}
    assert {area.score for area in card.grading.areas.values()} == {None}


def test_an_area_without_assets_scores_100_once_it_was_read() -> None:
    mark_read("forms", "campaigns")
    finish_sync()
    card = load_current_scorecard(NOW)
    assert card.grading.areas[Area.FORMS].score == 100
    assert card.grading.areas[Area.LISTS].score is None
    assert (card.overall, card.grade) == (100, "A")


def test_an_issue_whose_inputs_were_not_read_is_null_and_other_issues_grade_its_area() -> None:
    form()
    mark_read("forms")
    finish_sync()
    weigh(forms_no_campaign=10)
    issues = load_current_scorecard(NOW).issues
    assert issues["forms_no_campaign"].count == 1
    assert issues["orphan_forms"].count is None, "campaigns were not read"
    assert issues["forms_dormant"].count is None, "activities were not read"
    assert load_current_scorecard(NOW).grading.areas[Area.FORMS].score == 90


def test_issues_about_activity_are_null_after_8_days_without_a_read_of_activities() -> None:
    form()
    read_everything()
    finish_sync()
    assert load_current_scorecard(NOW + timedelta(days=8)).issues["forms_dormant"].count == 1
    later = load_current_scorecard(NOW + timedelta(days=8, seconds=1))
    assert later.issues["forms_dormant"].count is None
    assert later.issues["forms_no_campaign"].count == 1


def test_prospects_have_no_score_before_a_complete_read() -> None:
    prospect(linked=False)
    mark_read("forms")
    finish_sync()
    assert load_current_scorecard(NOW).grading.areas[Area.PROSPECTS].score is None
    mark_read("prospects")
    finish_sync()
    assert load_current_scorecard(NOW).grading.areas[Area.PROSPECTS].score == 70


def test_exempt_assets_are_not_counted_until_their_exemption_ends() -> None:
    shown, hidden = form(), form()
    mark_read("forms")
    finish_sync()
    exempt(hidden, until=TODAY)
    issue = load_current_scorecard(NOW).issues["forms_no_campaign"]
    assert (issue.count, issue.exempt) == (1, 1)
    tomorrow = load_current_scorecard(NOW + timedelta(days=1)).issues["forms_no_campaign"]
    assert (tomorrow.count, tomorrow.exempt) == (2, 0)
    exempt(shown)
    assert load_current_scorecard(NOW + timedelta(days=999)).issues["forms_no_campaign"].count == 1
    assert Form.objects.filter(flags__contains=["no_campaign"]).count() == 2, "exempt assets stay listed"
    assert load_current_scorecard(NOW).grading.areas[Area.FORMS].items == 2, "exempt assets stay in their area"


def test_an_exemption_of_an_asset_without_the_issue_changes_no_count() -> None:
    fine, faulty = form(campaign_id=campaign()), form()
    mark_read("forms", "campaigns")
    finish_sync()
    exempt(fine)
    exempt(fine, issue="lists_unnamed")
    exempt(faulty, area="lists")
    exempt(999_999)
    issue = load_current_scorecard(NOW).issues["forms_no_campaign"]
    assert (issue.count, issue.exempt) == (1, 0)


def test_an_exemption_lifts_the_score() -> None:
    weigh(forms_no_campaign=0.1)
    forms = [form() for _ in range(10)]
    mark_read("forms")
    finish_sync()
    assert load_current_scorecard(NOW).overall == 99
    for asset in forms[:6]:
        exempt(asset)
    assert load_current_scorecard(NOW).overall == 100


def test_changed_weights_and_grades_count_at_once() -> None:
    form(), form()
    mark_read("forms")
    finish_sync()
    assert (load_current_scorecard(NOW).overall, load_current_scorecard(NOW).grade) == (100, "A")
    weigh(forms_no_campaign=15.5)
    assert (load_current_scorecard(NOW).overall, load_current_scorecard(NOW).grade) == (69, "D")
    set_value("grade_thresholds", [{"grade": "OK", "minimum": 65}, {"grade": "-", "minimum": 0}], by="test")
    assert load_current_scorecard(NOW).grade == "OK"
    reset_value("score_weights")
    assert load_current_scorecard(NOW).overall == 100


def test_people_are_scored_by_their_areas() -> None:
    for _ in range(10):
        form()
    mailing_list()
    mark_read("forms", "lists")
    member("Ada Example", "forms", "tags", order=2)
    member("Ben Example", "lists", "forms", "forms", order=1)
    member("Cy Example", "tags", order=3)
    finish_sync()
    weigh(forms_no_campaign=2)
    people = {person.name: person for person in load_current_scorecard(NOW).people}
    assert list(people) == ["Ben Example", "Ada Example", "Cy Example"]
    assert (people["Ada Example"].score, people["Ada Example"].grade) == (80, "B")
    # (80 × ln 11 + 100 × ln 2) ÷ (ln 11 + ln 2) = 84.48: an area that is listed twice counts once
    assert people["Ben Example"].score == 84
    assert (people["Cy Example"].score, people["Cy Example"].grade) == (None, None)
    assert load_current_scorecard(NOW).owners(Area.FORMS) == ["Ben Example", "Ada Example"]
