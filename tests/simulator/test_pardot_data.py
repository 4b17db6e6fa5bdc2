"""The simulated Pardot's data has faults for the audits to find, and is the same for the same seed."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from simulator.pardot.objects import OBJECTS
from simulator.store import Store

AS_OF = datetime(2026, 10, 1, tzinfo=UTC)
SCHOOLS = 200
RECENT = (AS_OF - timedelta(days=30)).isoformat()
CONTENT = ("forms", "landing_pages", "list_emails", "custom_redirects")
ATTACHED = " OR ".join(f"c.id IN (SELECT campaign_id FROM pardot_{table} WHERE campaign_id > 0)" for table in CONTENT)
MEMBERS = "SELECT CampaignId FROM CampaignMember WHERE IsDeleted = 0"


def digest(connection: sqlite3.Connection) -> str:
    content = hashlib.sha256()
    for pardot_object in OBJECTS.values():
        for row in connection.execute(f"SELECT * FROM {pardot_object.table} ORDER BY id"):
            content.update(repr(row).encode())
    return content.hexdigest()


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    store = Store.open(tmp_path_factory.mktemp("store"), schools=SCHOOLS, as_of=AS_OF)
    yield store.connection()
    store.close()


def count(connection: sqlite3.Connection, query: str) -> int:
    (number,) = connection.execute(f"SELECT count(*) FROM {query}").fetchone()
    return int(number)


def unused(table: str, column: str, kind: int) -> str:
    used = f"SELECT {column} FROM pardot_visitor_activities WHERE type = {kind} AND created_at >= '{RECENT}'"
    return f"pardot_{table} WHERE id NOT IN ({used} AND {column} IS NOT NULL)"


@pytest.mark.parametrize(
    ("query", "fewest", "most"),
    [
        ("pardot_campaigns", 60, 60),
        (f"pardot_campaigns c WHERE NOT ({ATTACHED})", 4, 16),
        ("pardot_campaigns WHERE salesforce_id IS NULL", 5, 30),
        (f"pardot_campaigns c WHERE NOT ({ATTACHED}) AND salesforce_id IN ({MEMBERS})", 1, 10),
        (f"pardot_campaigns WHERE salesforce_id NOT IN ({MEMBERS})", 1, 30),
        ("pardot_forms WHERE campaign_id IS NULL", 2, 16),
        ("pardot_forms WHERE campaign_id NOT IN (SELECT id FROM pardot_campaigns)", 1, 10),
        (unused("forms", "form_id", 4), 10, 45),
        (unused("landing_pages", "landing_page_id", 2), 8, 40),
        (unused("custom_redirects", "custom_redirect_id", 21), 10, 50),
        (f"pardot_visitor_activities WHERE type = 3 AND form_id > 0 AND created_at >= '{RECENT}'", 2, 40),
        ("pardot_landing_pages WHERE campaign_id IS NULL", 1, 15),
        ("pardot_list_emails WHERE coalesce(subject, '') = ''", 2, 20),
        ("pardot_lists WHERE trim(name) = ''", 1, 10),
        ("pardot_lists WHERE updated_at BETWEEN '2025-10-01' AND '2026-04-01'", 3, 20),
        ("pardot_lists WHERE updated_at < '2025-10-01'", 3, 20),
        ("pardot_tags WHERE id NOT IN (SELECT tag_id FROM pardot_tagged_objects)", 3, 20),
        ("pardot_tags WHERE name LIKE 'webinar_%'", 3, 12),
        ("pardot_prospects", 800, 800),
        ("pardot_prospects WHERE is_deleted", 5, 40),
        ("pardot_prospects WHERE email IS NULL", 2, 40),
        ("pardot_prospects WHERE opted_out", 20, 90),
        ("pardot_prospects WHERE coalesce(salesforce_lead_id, salesforce_contact_id) IS NULL", 100, 350),
        ("pardot_prospects WHERE length(coalesce(salesforce_lead_id, salesforce_contact_id)) % 3", 1, 20),
        ("pardot_prospects WHERE length(salesforce_contact_id) = 15", 10, 90),
        ("pardot_prospects WHERE adoption_json__c LIKE '{%'", 5, 45),
        ("pardot_prospects WHERE adoption_json__c = 'Blank'", 5, 60),
        (f"pardot_prospects WHERE last_activity_at >= '{RECENT}'", 100, 400),
        ("pardot_prospects WHERE score >= 100", 10, 90),
        ("pardot_visitor_activities", 4_000, 4_000),
        (f"pardot_visitor_activities WHERE created_at >= '{RECENT}'", 500, 1_200),
    ],
)
def test_the_numbers_of_rows_and_of_faults_are_in_their_ranges(
    connection: sqlite3.Connection, query: str, fewest: int, most: int
) -> None:
    assert fewest <= count(connection, query) <= most


def test_nearly_all_linked_prospects_are_contacts_or_leads_of_salesforce(connection: sqlite3.Connection) -> None:
    for sobject, column in (("Contact", "salesforce_contact_id"), ("Lead", "salesforce_lead_id")):
        good = f"pardot_prospects WHERE length({column}) = 18 AND {column} LIKE '00%'"
        linked = f"pardot_prospects p JOIN {sobject} s ON s.Id = p.{column}"
        assert count(connection, linked) > 0.9 * count(connection, good) > 80
        assert count(connection, f"{linked} WHERE s.Email IS NOT p.email") == 0
        assert count(connection, f"{linked} WHERE s.pi__url__c NOT LIKE '%/' || p.id") == 0


def test_some_prospects_refer_to_crm_records_that_do_not_exist(connection: sqlite3.Connection) -> None:
    missing = (
        "pardot_prospects WHERE length(salesforce_id) = 18 "
        "AND salesforce_id NOT IN (SELECT Id FROM Contact UNION SELECT Id FROM Lead)"
    )
    assert 1 <= count(connection, missing) <= 20


def test_few_contacts_and_leads_that_link_to_a_prospect_have_an_unknown_email(connection: sqlite3.Connection) -> None:
    for sobject in ("Contact", "Lead"):
        unknown = f"{sobject} WHERE pi__url__c IS NOT NULL AND IsDeleted = 0 AND Email NOT IN "
        assert count(connection, f"{unknown} (SELECT email FROM pardot_prospects WHERE email IS NOT NULL)") < 40


def test_some_form_handlers_have_the_same_ids_as_forms(connection: sqlite3.Connection) -> None:
    handlers = "pardot_visitor_activities WHERE form_handler_id IN (SELECT id FROM pardot_forms)"
    assert count(connection, f"{handlers} AND form_id IS NULL") > 10


def test_activities_are_created_in_the_order_of_their_ids_some_at_the_same_time(connection: sqlite3.Connection) -> None:
    stamps = [row[0] for row in connection.execute("SELECT created_at FROM pardot_visitor_activities ORDER BY id")]
    assert stamps == sorted(stamps)
    assert len(set(stamps)) < len(stamps)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", stamps[0])


def test_a_prospects_last_activity_is_not_older_than_its_activities(connection: sqlite3.Connection) -> None:
    wrong = (
        "pardot_prospects p JOIN (SELECT prospect_id, max(created_at) AS latest "
        "FROM pardot_visitor_activities GROUP BY prospect_id) a ON a.prospect_id = p.id "
        "WHERE a.latest > p.last_activity_at OR p.created_at > p.updated_at"
    )
    assert count(connection, wrong) == 0


def test_no_record_is_created_in_the_future(connection: sqlite3.Connection) -> None:
    for pardot_object in OBJECTS.values():
        later = f"{pardot_object.table} WHERE created_at > '{AS_OF.isoformat()}'"
        assert count(connection, later) == 0


def test_the_data_is_the_same_only_for_the_same_seed(connection: sqlite3.Connection, tmp_path: Path) -> None:
    digests = []
    for seed in (1, 2):
        store = Store.open(tmp_path / str(seed), schools=SCHOOLS, seed=seed, as_of=AS_OF)
        digests.append(digest(store.connection()))
        store.close()
    assert digests[0] == digest(connection) != digests[1]
