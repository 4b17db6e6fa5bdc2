"""What the endpoints about assets ask PostgreSQL: as many statements for ten assets as for hundreds, no raw activities,
and no scan of what grows with people."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pardot.models import (
    AssetActivityDay,
    Campaign,
    CampaignMember,
    CustomRedirect,
    Exemption,
    Folder,
    Form,
    LandingPage,
    List,
    ListEmail,
    PardotRecord,
    Tag,
    TaggedObject,
    VisitorActivity,
)
from sf.salesforce.ids import id_of_18
from tests.pardot.asset_api import audit_now, cookies, exempt, super_user, user

__all__ = ["cookies", "super_user", "user"]

pytestmark = pytest.mark.django_db

PATHS = (
    "assets",
    "asset-health",
    "assets/campaigns?issues=true",
    "assets/forms?sort=-campaign_name&q=form",
    "assets/forms?flag=orphan&exempt=true",
    "assets/landing_pages?sort=-activity_count",
    "assets/lists?sort=name",
    "assets/list_emails?issues=false",
    "assets/custom_redirects?campaign_id=3",
    "assets/list_emails?linked=false&tagged=true",
    "assets/tags?flag=unused",
    "gear-summary",
    "campaigns?sort=-asset_count",
    "campaigns?issues=true&has_assets=true&max_age_days=400",
    "campaigns/{sf_id}/members",
    "tags?sort=-usage",
)
MOST_STATEMENTS = 24
CONTENT: tuple[type[PardotRecord], ...] = (Form, LandingPage, ListEmail, CustomRedirect)


def tables(*of: type[models.Model]) -> set[str]:
    return {model._meta.db_table for model in of}


FILLED = tables(
    *CONTENT, Campaign, Folder, List, Tag, CampaignMember, TaggedObject, VisitorActivity, AssetActivityDay, Exemption
)


def sf_id(prefix: str, number: int) -> str:
    return id_of_18(f"{prefix}Hs{number:010d}") or ""


def bulk(model: Any, rows: Iterator[dict[str, Any]]) -> None:
    model._default_manager.bulk_create(model(**row) for row in rows)


def fill(campaigns: int) -> None:
    """So many campaigns with some of everything each, and far more of what grows with people."""
    now, numbers = timezone.now(), range(1, campaigns + 1)
    bulk(Campaign, ({"id": n, "name": f"C {n}", "salesforce_id": sf_id("701", n), "folder_id": n} for n in numbers))
    bulk(Folder, ({"id": n, "name": f"Folder {n}"} for n in numbers))
    for model in CONTENT:
        rows = ({"id": n, "name": f"form {n}", "campaign_id": n if n % 9 else 10**6} for n in numbers)
        bulk(model, rows)
    bulk(List, ({"id": n, "name": f"List {n}", "updated_at": now} for n in numbers))
    bulk(Tag, ({"id": n, "name": f"Tag: {n}", "object_count": n % 3} for n in numbers))
    people = range(1, campaigns * 20 + 1)
    bulk(
        CampaignMember,
        (
            {"id": sf_id("00v", n), "campaign_id": sf_id("701", n % campaigns + 1), "system_modstamp": now}
            for n in people
        ),
    )
    bulk(TaggedObject, ({"id": n, "tag_id": n, "object_type": "Prospect", "object_id": n} for n in people))
    bulk(
        VisitorActivity,
        ({"id": n, "type": 4, "form_id": n % campaigns, "created_at": now - timedelta(hours=n % 900)} for n in people),
    )
    exempt("forms", "orphan_forms", 9)
    exempt("campaigns", "campaigns_empty", 9)
    audit_now()
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(sorted(FILLED))}")


def forget() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(sorted(FILLED))}")


def statements(client: Client, path: str) -> list[str]:
    """What was asked for one answer."""
    with CaptureQueriesContext(
        connection,
    ) as captured:
        answer = client.get(f"/api/v1/pardot/{path.format(sf_id=sf_id('701', 2))}")
    assert answer.status_code == 200, answer.content
    return [query["sql"] for query in captured.captured_queries if query["sql"].startswith(("SELECT", "WITH"))]


def scanned(statement: str) -> Iterator[str]:
    """The tables that PostgreSQL would read from one end to the other."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}")
        [(plans,)] = cursor.fetchall()
    nodes = [plan["Plan"] for plan in (json.loads(plans) if isinstance(plans, str) else plans)]
    while nodes:
        node = nodes.pop()
        nodes += node.get("Plans", [])
        if node["Node Type"] == "Seq Scan":
            yield node["Relation Name"]


def test_the_number_of_statements_does_not_grow_and_none_reads_what_is_large(super_user: Client) -> None:
    fill(12)
    few = {path: len(statements(super_user, path)) for path in PATHS}
    forget()
    fill(120)
    large = tables(CampaignMember, TaggedObject, VisitorActivity, AssetActivityDay)
    many = {}
    for path in PATHS:
        asked = statements(super_user, path)
        many[path] = len(asked)
        assert not any("pardot_visitoractivity" in statement for statement in asked), path
        read = {table for statement in asked for table in scanned(statement)}
        assert not read & large, path
    assert many == few
    assert max(many.values()) <= MOST_STATEMENTS
