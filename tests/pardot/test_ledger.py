"""The ledger of issues: since when each asset has an issue, as the endpoints report it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from pardot.audits.ledger import KEPT_FOR
from pardot.models import Campaign, EntityState, Finding, Form, List, ListEmail, Tag
from pardot.pipeline.after_change import change_value
from tests.pardot.asset_api import Ask, ask, cookies, exempt, names, super_user, user
from tests.pardot.audit_factories import READ, SUCCESS, audit, make, make_activities, mark_read

__all__ = ["ask", "cookies", "super_user", "user"]

pytestmark = pytest.mark.django_db


def noon(day: int) -> datetime:
    return datetime(2026, 6, day, 12, tzinfo=UTC)


@pytest.fixture
def sync(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return ``sync(day, *unread)``.

    ``sync`` sets the clock to noon on this day of June. It marks the entities in ``READ`` except ``unread`` as read,
    and runs the audits.
    """

    def sync_on(day: int, *unread: str) -> None:
        monkeypatch.setattr(timezone, "now", lambda: noon(day))
        mark_read(*(name for name in READ if name not in unread), until=noon(day) - timedelta(hours=1))
        audit(noon(day))

    return sync_on


def since(ask: Ask, path: str = "assets/forms", **query: Any) -> dict[str, Any]:
    answer = ask(path, **query)
    return {row["name"]: row["since"] for row in answer.get("records", answer.get("campaigns", answer.get("tags")))}


def make_lost_form(name: str) -> int:
    """Make a form that is in no campaign but has a submission."""
    form = make(Form, name=name)
    make_activities(SUCCESS, noon(1) - timedelta(days=1), form_id=form)
    return form


def test_a_finding_has_the_day_on_which_it_was_first_seen(ask: Ask, sync: Any) -> None:
    old = make_lost_form("Old")
    sync(1)
    make_lost_form("New")
    sync(3)
    assert since(ask) == {"Old": {"no_campaign": "2026-06-01"}, "New": {"no_campaign": "2026-06-03"}}
    Form.objects.filter(pk=old).update(campaign_id=9)  # no such campaign: an orphan
    sync(4)
    assert since(ask)["Old"] == {"orphan": "2026-06-04"}


@pytest.mark.parametrize(
    ("path", "model", "values", "flag"),
    [
        ("assets/lists", List, {"name": " "}, "unnamed"),
        ("assets/list_emails", ListEmail, {"subject": ""}, "no_subject"),
        ("campaigns", Campaign, {}, "no_sf"),
        ("tags", Tag, {}, "unused"),
    ],
)
def test_campaigns_tags_lists_and_emails_say_since_when_they_have_an_issue(
    ask: Ask, sync: Any, path: str, model: Any, values: dict[str, Any], flag: str
) -> None:
    make(model, **{"name": "Lonely", "created_at": noon(1), "updated_at": noon(1), **values})
    sync(2)
    (days,) = since(ask, path).values()
    assert days[flag] == "2026-06-02"
    assert len(since(ask, path, new_since="2026-06-01", flag=flag)) == 1
    assert since(ask, path, new_since="2026-06-02") == {}


def test_assets_are_filtered_by_issues_new_or_fixed_since_a_day(ask: Ask, sync: Any) -> None:
    old, fixed, deleted = make_lost_form("Old"), make_lost_form("Fixed"), make_lost_form("Gone")
    sync(1)
    Form.objects.filter(pk=fixed).update(campaign_id=make(Campaign, name="Spring"))
    Form.objects.filter(pk=deleted).delete()
    make_lost_form("New")
    sync(4)
    assert names(ask("assets/forms", new_since="2026-06-01")) == ["New"]
    assert names(ask("assets/forms", new_since="2026-06-03", flag="no_campaign")) == ["New"]
    assert names(ask("assets/forms", new_since="2026-05-31", sort="-since")) == ["New", "Old"]
    assert names(ask("assets/forms", new_since="2026-05-31", sort="since")) == ["Old", "New"]
    assert names(ask("assets/forms", fixed_since="2026-06-01")) == ["Fixed"]
    assert names(ask("assets/forms", fixed_since="2026-06-01", flag="no_campaign")) == ["Fixed"]
    assert names(ask("assets/forms", fixed_since="2026-06-01", flag="dormant")) == []
    assert names(ask("assets/forms", fixed_since="2026-06-04")) == []
    assert Finding.objects.get(asset_id=deleted).fixed_on == date(2026, 6, 4)
    assert Finding.objects.get(asset_id=old).fixed_on is None
    for bad in ({"new_since": "Friday"}, {"fixed_since": "2026-06-01", "flag": "purple"}):
        ask("assets/forms", status=422, **bad)


def test_an_issue_that_comes_back_is_new_again(ask: Ask, sync: Any) -> None:
    form = make_lost_form("Contact")
    sync(1)
    Form.objects.filter(pk=form).update(campaign_id=make(Campaign, name="Spring"))
    sync(2)
    Form.objects.filter(pk=form).update(campaign_id=None)
    sync(5)
    assert since(ask) == {"Contact": {"no_campaign": "2026-06-05"}}


def test_after_the_clock_was_set_back_an_issue_that_comes_back_has_one_open_finding(ask: Ask, sync: Any) -> None:
    form, campaign = make_lost_form("Contact"), make(Campaign, name="Spring")

    def sync_with(campaign_id: int | None, day: int) -> None:
        Form.objects.filter(pk=form).update(campaign_id=campaign_id)
        sync(day)

    for day in (2, 4, 6):
        sync_with(None, day)
        sync_with(campaign, day + 1)
    sync_with(None, 3)
    assert since(ask) == {"Contact": {"no_campaign": "2026-06-06"}}
    sync_with(campaign, 4)
    sync_with(None, 4)
    assert since(ask) == {"Contact": {"no_campaign": "2026-06-06"}}
    assert Finding.objects.filter(issue="forms_no_campaign").count() == 3


def test_an_issue_that_an_audit_could_not_check_keeps_its_findings(ask: Ask, sync: Any) -> None:
    make(Form, name="Idle", campaign_id=make(Campaign, name="Spring"))
    sync(1)
    assert since(ask) == {"Idle": {"dormant": "2026-06-01"}}
    EntityState.objects.filter(name="activities").delete()
    sync(3, "activities")
    assert since(ask) == {"Idle": {}}, "no data about activity"
    sync(4)
    assert since(ask) == {"Idle": {"dormant": "2026-06-01"}}
    EntityState.objects.filter(name="campaigns").delete()
    sync(5, "campaigns")
    sync(6)
    assert since(ask, "campaigns")["Spring"]["no_sf"] == "2026-06-01"


def test_the_findings_of_a_deleted_asset_are_closed_even_without_data_about_activity(sync: Any) -> None:
    form = make(Form, name="Idle", campaign_id=make(Campaign, name="Spring"))
    sync(1)
    EntityState.objects.filter(name="activities").delete()
    Form.objects.filter(pk=form).delete()
    sync(3, "activities")
    assert Finding.objects.get(issue="forms_dormant").fixed_on == date(2026, 6, 3)


def test_an_exemption_hides_a_finding_and_does_not_end_it(ask: Ask, sync: Any) -> None:
    form = make_lost_form("Partner")
    sync(1)
    exempt("forms", "forms_no_campaign", form, until=date(2026, 6, 3))
    sync(2)
    assert names(ask("assets/forms", new_since="2026-05-31")) == []
    assert since(ask) == {"Partner": {"no_campaign": "2026-06-01"}}
    sync(4)
    assert names(ask("assets/forms", new_since="2026-05-31")) == ["Partner"]
    assert names(ask("assets/forms", new_since="2026-06-01")) == [], "the issue is not new, only no longer exempt"


def test_a_setting_that_is_changed_and_changed_back_makes_nothing_new(ask: Ask, sync: Any) -> None:
    make(List, name="Teachers", updated_at=noon(1) - timedelta(days=300))
    sync(1)
    sync(5)
    change_value("list_stale_months", 11, by="test")
    assert "stale" not in since(ask, "assets/lists")["Teachers"]
    change_value("list_stale_months", 6, by="test")
    assert since(ask, "assets/lists")["Teachers"]["stale"] == "2026-06-01"


def test_issues_older_than_the_ledger_have_no_day_and_are_not_new(ask: Ask, sync: Any) -> None:
    make_lost_form("Old")
    sync(1)
    Finding.objects.all().delete()  # as in an upgraded installation
    sync(2)
    make_lost_form("New")
    sync(3)
    assert since(ask) == {"Old": {"no_campaign": None}, "New": {"no_campaign": "2026-06-03"}}
    assert names(ask("assets/forms", new_since="2026-01-01")) == ["New"]
    assert names(ask("assets/forms", sort="since")) == ["Old", "New"]


def test_findings_are_kept_for_400_days_after_they_were_fixed(sync: Any) -> None:
    ended = noon(30).date() - KEPT_FOR
    for days in (0, 1):
        Finding.objects.create(
            asset_type="forms", asset_id=days, issue="forms_dormant", fixed_on=ended - timedelta(days=days)
        )
    sync(30)
    assert list(Finding.objects.values_list("asset_id", flat=True)) == [0]
