"""Make many assets and far more people, and inspect the SQL of an endpoint."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

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
    Prospect,
    ProspectEngagement,
    Tag,
    TaggedObject,
    VisitorActivity,
)
from sf.salesforce.ids import id_of_18
from tests.pardot.asset_api import audit_now, exempt

CONTENT: tuple[type[PardotRecord], ...] = (Form, LandingPage, ListEmail, CustomRedirect)


def tables(*of: type[models.Model]) -> set[str]:
    return {model._meta.db_table for model in of}


FILLED = tables(
    *CONTENT,
    Campaign,
    Folder,
    List,
    Tag,
    CampaignMember,
    TaggedObject,
    Prospect,
    ProspectEngagement,
    VisitorActivity,
    AssetActivityDay,
    Exemption,
)


def sf_id(prefix: str, number: int) -> str:
    return id_of_18(f"{prefix}Hs{number:010d}") or ""


IN_BRACES: Mapping[str, str] = {"type": "forms", "asset_id": "1", "prospect_id": "17", "sf_id": sf_id("701", 2)}
"""Values for the parameters in an endpoint's path, such as ``{asset_id}``."""


def bulk(model: Any, rows: Iterator[dict[str, Any]]) -> None:
    model._default_manager.bulk_create(model(**row) for row in rows)


def fill(campaigns: int) -> None:
    """Make this many campaigns and assets of each type, and 20 times as many rows about people."""
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
    bulk(Prospect, ({"id": n, "email": f"p{n}@camp.example", "score": n % 97, "campaign_id": n % 50} for n in people))
    bulk(ProspectEngagement, ({"prospect_id": n, "activity_count": 1, "last_activity": now} for n in people))
    bulk(
        VisitorActivity,
        (
            {
                "id": n,
                "type": 4,
                "form_id": n % campaigns,
                "prospect_id": n,
                "created_at": now - timedelta(hours=n % 900),
            }
            for n in people
        ),
    )
    exempt("forms", "orphan_forms", 9)
    exempt("campaigns", "campaigns_empty", 9)
    audit_now()
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(sorted(FILLED))}")


def empty_tables() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(sorted(FILLED))}")


def statements(client: Client, path: str) -> list[str]:
    """Return the SQL queries of one answer; ``path`` is relative to ``/api/v1/pardot/``."""
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(f"/api/v1/pardot/{path.format(**IN_BRACES)}")
    assert answer.status_code == 200, answer.content
    return [query["sql"] for query in captured.captured_queries if query["sql"].startswith(("SELECT", "WITH"))]


def tables_read_whole(queries: Iterable[str]) -> set[str]:
    """Return the tables that PostgreSQL would read as a whole, with or without an index."""
    return {
        node["Relation Name"]
        for statement in queries
        for node in _nodes(statement)
        if node["Node Type"] == "Seq Scan" or ("Index" in node["Node Type"] and not _NARROWS & node.keys())
        if "Relation Name" in node
    }


_NARROWS = {"Index Cond", "Recheck Cond"}


def _nodes(statement: str) -> Iterator[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}")
        [(plans,)] = cursor.fetchall()
    nodes = [plan["Plan"] for plan in (json.loads(plans) if isinstance(plans, str) else plans)]
    while nodes:
        node = nodes.pop()
        nodes += node.get("Plans", [])
        yield node
