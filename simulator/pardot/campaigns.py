"""Generate campaigns and folders. Most campaigns are linked to campaigns of the simulated Salesforce."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field

from simulator.pardot import words
from simulator.pardot.assets import FIRST_ID, USERS
from simulator.pardot.chance import pick
from simulator.pardot.objects import CAMPAIGNS, FOLDERS
from simulator.pardot.plan import Plan
from simulator.pardot.tables import Row, insert

_EMPTY_SHARE = 0.15
_UNLINKED_SHARE = 0.18


@dataclass
class Campaigns:
    """The ids and names of the generated campaigns."""

    with_content: list[int] = field(default_factory=list)
    empty: list[int] = field(default_factory=list)
    """The ids of campaigns without content in Pardot. Some of these have members in Salesforce."""
    names: dict[int, str] = field(default_factory=dict)


def make_campaigns(
    connection: sqlite3.Connection, plan: Plan, folder_ids: list[int], salesforce_ids: list[str]
) -> Campaigns:
    """Insert campaigns. Each id in ``salesforce_ids`` is used at most once, in the order of the list."""
    rng = plan.chance("campaigns")
    campaigns, free = Campaigns(), iter(salesforce_ids)
    rows = []
    for number in range(plan.sizes.campaigns):
        campaign_id = FIRST_ID + number
        ids = campaigns.empty if rng.random() < _EMPTY_SHARE else campaigns.with_content
        ids.append(campaign_id)
        salesforce_id = None if rng.random() < _UNLINKED_SHARE else next(free, None)
        rows.append(_campaign(plan, rng, campaign_id, salesforce_id, pick(rng, folder_ids)))
        campaigns.names[campaign_id] = rows[-1][1]
    insert(connection, CAMPAIGNS, rows)
    return campaigns


def _campaign(plan: Plan, rng: random.Random, campaign_id: int, salesforce_id: str | None, folder_id: int) -> Row:
    created = plan.ago(30 + 1_500 * rng.random())
    updated = created + int((plan.now - created) * rng.random())
    season, occasion = pick(rng, words.SEASONS), pick(rng, words.OCCASIONS)
    name = f"{plan.stamp(created)[:4]} {season} {occasion}: {pick(rng, words.SUBJECTS)}"
    if rng.random() < 0.06:
        name = pick(rng, words.CURIOUS).format(name)
    cost = int(rng.random() * 40) * 50 if rng.random() < 0.3 else 0
    stamps = (plan.stamp(created), plan.stamp(updated), pick(rng, USERS), pick(rng, USERS))
    return (campaign_id, name, cost, salesforce_id, folder_id, None, 0, *stamps)


_ROOTS = ("Uncategorized", "Marketing Assets", "Higher Ed", "K-12", "Events & Webinars", "Archive")


def make_folders(connection: sqlite3.Connection, plan: Plan) -> list[int]:
    """Insert nested folders; return their ids."""
    rows = list(_folders(plan, plan.chance("folders")))
    insert(connection, FOLDERS, rows)
    return [row[0] for row in rows]


def _folders(plan: Plan, rng: random.Random) -> Iterator[Row]:
    paths: list[str] = []
    for number in range(plan.sizes.folders):
        if number < len(_ROOTS):
            parent, path = None, _ROOTS[number]
        else:
            parent = int(rng.random() * number)
            path = f"{paths[parent]}/{pick(rng, words.SEASONS)} {number}"
        paths.append(path)
        created = plan.stamp(plan.ago(1_900 - number % 900))
        parent_id = None if parent is None else FIRST_ID + parent
        name = path.rsplit("/", 1)[-1]
        yield (
            FIRST_ID + number,
            name,
            parent_id,
            path,
            0,
            created,
            created,
            pick(rng, USERS),
            pick(rng, USERS),
        )
