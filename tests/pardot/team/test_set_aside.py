"""A retry in the admin stores Pardot records that were set aside, and audits them or rolls them up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.db.models import Sum
from django.test import Client

from api.models import User
from pardot.catalog.entities import ACTIVITIES, FORMS
from pardot.models import AssetActivityDay, AuditSummary, Form, ProspectEngagement, VisitorActivity
from sf.models import RefusedRecord
from tests.pardot.remote import Pardot, assert_equal, camp_sync

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "/admin/sf/refusedrecord/"


@contextmanager
def forbidden(table: str, record: int) -> Iterator[None]:
    """Make PostgreSQL refuse a record until the ``with`` block ends."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT forbidden CHECK (id <> {record})")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT forbidden")


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("admin"))
    return client


def retry(admin: Client) -> str:
    chosen = list(RefusedRecord.objects.values_list("pk", flat=True))
    return admin.post(LIST, {"action": "retry", "_selected_action": chosen}, follow=True).text


def test_a_retried_form_is_stored_and_audited(pardot: Pardot, admin: Client) -> None:
    record = pardot.add("forms", name="With no campaign", campaignId=None)
    with forbidden("pardot_form", record):
        camp_sync("--entities", "forms")
        before = AuditSummary.objects.get(area="forms").items
        assert f'<td class="field-record_id">{record}</td>' in admin.get(LIST).text
        assert "Forms: 0 stored, 1 still set aside" in retry(admin)
    assert "Forms: 1 stored, 0 still set aside" in retry(admin)
    assert not RefusedRecord.objects.exists()
    assert "no_campaign" in Form.objects.get(id=record).flags
    assert AuditSummary.objects.get(area="forms").items == before + 1
    assert_equal(pardot, FORMS)


def test_a_retried_activity_is_stored_and_rolled_up(pardot: Pardot, admin: Client) -> None:
    record = max(row["id"] for row in pardot.rows("visitor-activities") if row["prospectId"] and row["formId"])
    with forbidden("pardot_visitoractivity", record):
        camp_sync("--entities", "activities")
    of_prospects, of_assets = _activities_of_prospects(), _activities_of_assets()
    assert "Activities: 1 stored, 0 still set aside" in retry(admin)
    activity = VisitorActivity.objects.get(id=record)
    assets = [activity.campaign_id, activity.form_id, activity.form_handler_id, activity.landing_page_id,
              activity.custom_redirect_id, activity.email_id, activity.list_email_id]  # fmt: skip
    assert _activities_of_assets() == of_assets + len([asset for asset in assets if asset])
    assert _activities_of_prospects() == of_prospects + 1
    assert_equal(pardot, ACTIVITIES)


def _activities_of_assets() -> int:
    return AssetActivityDay.objects.aggregate(all=Sum("count"))["all"] or 0


def _activities_of_prospects() -> int:
    return ProspectEngagement.objects.aggregate(all=Sum("activity_count"))["all"] or 0
