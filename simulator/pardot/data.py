"""Generate the data of the simulated Pardot, linked to the Salesforce records that exist already."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from simulator.pardot import tables
from simulator.pardot.activities import make_activities
from simulator.pardot.assets import make_content
from simulator.pardot.campaigns import make_campaigns, make_folders
from simulator.pardot.plan import Plan, Sizes
from simulator.pardot.prospects import make_prospects
from simulator.pardot.tags import make_tags


def create(connection: sqlite3.Connection) -> None:
    """Create the empty Pardot tables."""
    tables.create_tables(connection)


def generate(
    connection: sqlite3.Connection, *, schools: int, seed: int, as_of: datetime, sizes: Sizes | None = None
) -> None:
    """Fill the tables. Equal arguments and Salesforce records give equal data.

    This reads the existing Contacts, Leads, Campaigns and CampaignMembers. It writes the URL of a prospect into the
    ``pi__url__c`` of the prospect's Contact or Lead, and clears it in most other Contacts and Leads; a few keep
    the URL of a deleted prospect. 80,000 prospects and 400,000 activities, the data for 20,000 schools, take about five
    seconds.
    """
    plan = Plan.of(schools=schools, seed=seed, as_of=as_of, sizes=sizes)
    alone = not connection.in_transaction
    if alone:
        connection.execute("BEGIN")
    folders = make_folders(connection, plan)
    campaigns = make_campaigns(connection, plan, folders, campaign_links(connection))
    content = make_content(connection, plan, campaigns.with_content, folders)
    last_activity = make_activities(connection, plan, content)
    make_prospects(connection, plan, [*campaigns.names], last_activity)
    make_tags(connection, plan, content, campaigns.names)
    tables.create_indexes(connection)
    if alone:
        connection.execute("COMMIT")


def campaign_links(connection: sqlite3.Connection) -> list[str]:
    """Return the ids of Salesforce's campaigns, in the order in which Pardot's campaigns use them.

    Four campaigns with members are followed by one without, until there are no more of one kind.
    """
    peopled_ids = {row[0] for row in connection.execute("SELECT DISTINCT CampaignId FROM CampaignMember")}
    every = [row[0] for row in connection.execute("SELECT Id FROM Campaign WHERE IsDeleted = 0 ORDER BY Id")]
    peopled = [campaign_id for campaign_id in every if campaign_id in peopled_ids]
    lonely = [campaign_id for campaign_id in every if campaign_id not in peopled_ids]
    order: list[str] = []
    while peopled or lonely:
        order += peopled[:4] + lonely[:1]
        del peopled[:4], lonely[:1]
    return order
