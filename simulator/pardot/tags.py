"""Generate tags and tagged objects.

Some tags are unused, rare, similar to others, badly named, or on prospects only.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from simulator.pardot import words
from simulator.pardot.assets import FIRST_ID, USERS, Content
from simulator.pardot.chance import pick
from simulator.pardot.objects import TAGGED_OBJECTS, TAGS
from simulator.pardot.plan import Plan
from simulator.pardot.prospects import FIRST_PROSPECT
from simulator.pardot.tables import Row, insert

Target = tuple[str, int, str | None]
"""The values objectType, objectId, objectName."""

_PREFIXES = ("Audience", "Event", "Subject", "Year", "Region", "Program", "Source", "Status")
_LOOK_ALIKES = (
    "Webinar: {}",
    "Webinar-{}",
    "webinar_{}",
    "Campaign: {}",
    "Campaign|{}",
    "Term/{}",
    "Term: {}",
)
_LONERS = ("vip", "do not use", "TEST", "imported", "newsletter", "🎒", "cleanup later", "old")


@dataclass(frozen=True)
class Tag:
    id: int
    name: str
    uses: int
    prospects_only: bool


def make_tags(connection: sqlite3.Connection, plan: Plan, content: Content, campaigns: Mapping[int, str]) -> None:
    """Insert the tags and the tagged objects."""
    rng = plan.chance("tags")
    tags = list(_tags(plan, rng))
    insert(connection, TAGS, (_tag_row(plan, rng, tag) for tag in tags))
    targets = _targets(content, campaigns)
    insert(connection, TAGGED_OBJECTS, _tagged(plan, rng, tags, targets))


def _tags(plan: Plan, rng: random.Random) -> Iterator[Tag]:
    for number, name in enumerate(_names(plan, rng)):
        luck = rng.random()
        # About 1 tag in 7 is unused, and 1 in 7 is used once. For 1 in 10, only prospects are drawn.
        uses = 0 if luck < 0.14 else 1 if luck < 0.28 else 2 + int(30 * rng.random() ** 2)
        yield Tag(FIRST_ID + number, name, uses, prospects_only=rng.random() < 0.1)


def _names(plan: Plan, rng: random.Random) -> list[str]:
    """Return different names, as many as planned."""
    count, names = plan.sizes.tags, dict.fromkeys(_LONERS)
    for pattern in _LOOK_ALIKES:
        names[pattern.format(pick(rng, words.SUBJECTS))] = None
    number = 0
    while len(names) < count:
        number += 1
        value = pick(rng, (*words.SUBJECTS, *words.OCCASIONS, *words.SEASONS))
        names[f"{pick(rng, _PREFIXES)}: {value}" + (f" {number}" if number > 120 else "")] = None
    return list(names)[:count]


def _tag_row(plan: Plan, rng: random.Random, tag: Tag) -> Row:
    created = 40 + 1_500 * rng.random()
    updated = created * rng.random()
    stamps = (plan.stamp(plan.ago(created)), plan.stamp(plan.ago(updated)))
    return (tag.id, tag.name, *stamps, pick(rng, USERS), pick(rng, USERS))


def _targets(content: Content, campaigns: Mapping[int, str]) -> list[Target]:
    """Return everything that can be tagged, except prospects."""
    kinds = (
        ("Form", content.forms),
        ("Landing Page", content.landing_pages),
        ("Email", content.list_emails),
        ("Custom URL", content.custom_redirects),
        ("List", content.lists),
    )
    targets: list[Target] = [(kind, asset.id, asset.name) for kind, assets in kinds for asset in assets]
    return [*targets, *(("Campaign", campaign_id, name) for campaign_id, name in campaigns.items())]


def _tagged(plan: Plan, rng: random.Random, tags: Sequence[Tag], targets: Sequence[Target]) -> Iterator[Row]:
    number = FIRST_ID
    for tag in tags:
        chosen = {
            _prospect(plan, rng) if tag.prospects_only or rng.random() < 0.2 else pick(rng, targets)
            for _ in range(tag.uses)
        }
        for kind, object_id, name in sorted(chosen, key=str):
            when = plan.stamp(plan.ago(30 * rng.random() + 1))
            yield (number, tag.id, kind, object_id, name, when, pick(rng, USERS))
            number += 1


def _prospect(plan: Plan, rng: random.Random) -> Target:
    index = int(rng.random() * plan.sizes.prospects)
    return ("Prospect", FIRST_PROSPECT + index, f"Prospect {index}")
