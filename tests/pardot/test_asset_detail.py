"""``assets/{type}/{asset_id}``: one asset with its issues, tags, tasks and exemptions."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pardot.domain.areas import Area
from pardot.domain.days import get_today
from pardot.models import Campaign, Finding, Form, ListEmail, Tag, TaggedObject, Task
from pardot.v1.asset_detail import AssetDetail
from tests.pardot.asset_api import Ask, ask, assert_documented, audit_now, cookies, exempt, super_user, user
from tests.pardot.audit_factories import make

__all__ = ["ask", "cookies", "super_user", "user"]

pytestmark = pytest.mark.django_db


def days_ago(days: int) -> str:
    return (get_today() - timedelta(days=days)).isoformat()


@pytest.fixture
def form() -> int:
    """Make a form with issues, a tag, an exemption and two tasks, and return the form's id."""
    make(Form, id=7, name="Contact us")
    make(Form, id=8, name="Another")
    make(Tag, id=3, name="Spring")
    make(TaggedObject, id=1, tag_id=3, object_type="form", object_id=7)
    audit_now()
    Finding.objects.filter(issue="forms_no_campaign").update(first_seen=days_ago(9))
    fixed = {"first_seen": days_ago(30), "fixed_on": days_ago(20)}
    Finding.objects.create(asset_type=Area.FORMS, asset_id=7, issue="forms_errors", **fixed)
    exempt("forms", "forms_dormant", 7, until=days_ago(1))
    for asset, status in ((7, "done"), (7, "open"), (8, "open")):
        Task.objects.create(title=f"{status} {asset}", asset_type="forms", asset_id=asset, status=status)
    return 7


def test_an_asset_has_current_and_past_issues_tags_tasks_and_exemptions(ask: Ask, form: int) -> None:
    detail = ask(f"assets/forms/{form}")
    assert detail["record"]["name"] == "Contact us"
    assert detail["record"]["since"]["no_campaign"] == days_ago(9)
    by_flag = {each["flag"]: each for each in detail["issues"]}
    assert (by_flag["no_campaign"]["days"], by_flag["no_campaign"]["fixed_on"]) == (9, None)
    assert detail["issues"][-1] == {
        "issue": "forms_errors",
        "flag": "errors",
        "first_seen": days_ago(30),
        "fixed_on": days_ago(20),
        "days": 10,
    }
    assert detail["tags"] == [{"id": 3, "name": "Spring"}]
    assert [task["title"] for task in detail["tasks"]] == ["open 7", "done 7"]
    assert [each["in_force"] for each in detail["exemptions"]] == [False]
    assert detail["summary"]["issues"]["no_campaign"] == "forms_no_campaign"
    assert_documented(AssetDetail, detail)


def test_an_issue_first_seen_before_findings_were_recorded_has_no_age(ask: Ask, form: int) -> None:
    Finding.objects.filter(issue="forms_no_campaign").update(first_seen=None)
    issues = ask(f"assets/forms/{form}")["issues"]
    assert [each["days"] for each in issues if each["flag"] == "no_campaign"] == [None]


def test_campaigns_and_list_emails_have_details_and_unknown_assets_or_types_give_404(ask: Ask) -> None:
    make(Campaign, id=1, name="Fall")
    make(ListEmail, id=2, name="Hello", campaign_id=1)
    audit_now()
    assert ask("assets/campaigns/1")["record"]["name"] == "Fall"
    assert ask("assets/list_emails/2")["record"]["campaign_name"] == "Fall"
    assert "no asset with the id 3 among lists" in ask("assets/lists/3", status=404)["message"]
    assert "Audited types: " in ask("assets/prospects/3", status=404)["message"]
