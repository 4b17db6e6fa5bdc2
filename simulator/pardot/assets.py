"""Generate content and lists. Some rows have the faults that SFAPI's audits look for."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from simulator.pardot import words
from simulator.pardot.chance import pick
from simulator.pardot.objects import (
    CUSTOM_REDIRECTS,
    FORMS,
    LANDING_PAGES,
    LIST_EMAILS,
    LISTS,
    PardotObject,
)
from simulator.pardot.plan import Plan
from simulator.pardot.tables import Row, insert

FIRST_ID = 1_001
"""The first id of every kind of asset. As in Pardot, a form and a page may have the same id."""
USERS = (11, 12, 13, 14, 15)
"""The ids of the invented Pardot users who created and changed the records."""

Use = Literal["active", "dormant", "never"]


@dataclass(frozen=True)
class Asset:
    """The values of an asset that several generators need."""

    id: int
    name: str
    campaign_id: int | None
    use: Use = "never"
    """``active`` assets can have activities in the last 30 days, ``dormant`` assets only older ones.

    ``never`` assets and all lists have none.
    """


@dataclass
class Content:
    """The content that visitors can act upon, and the lists."""

    forms: list[Asset] = field(default_factory=list)
    landing_pages: list[Asset] = field(default_factory=list)
    list_emails: list[Asset] = field(default_factory=list)
    custom_redirects: list[Asset] = field(default_factory=list)
    lists: list[Asset] = field(default_factory=list)


@dataclass
class Maker:
    """Draws random values for the fields that all kinds of content have."""

    plan: Plan
    rng: random.Random
    campaign_ids: Sequence[int]
    """The ids of campaigns with content.

    The first assets take these campaigns in order, one each. A later asset takes a random campaign of these. For some
    assets, ``campaign_id`` returns ``None`` or the id of a missing campaign instead.
    """
    folder_ids: Sequence[int]
    asset_count: int = 0

    def name(self, kind: str) -> str:
        occasion, subject = pick(self.rng, words.OCCASIONS), pick(self.rng, words.SUBJECTS)
        plain = f"{self.year()} {occasion} - {subject} {kind}".strip()
        return pick(self.rng, words.CURIOUS).format(plain) if self.rng.random() < 0.05 else plain

    def year(self) -> str:
        return self.plan.stamp(self.plan.ago(self.rng.random() * 1_500))[:4]

    def campaign_id(self) -> int | None:
        """Return a campaign's id: ``None`` for 1 asset in 12, the id of a missing campaign for 1 in 30."""
        self.asset_count += 1
        luck = self.rng.random()
        if luck < 0.08:
            return None
        if luck < 0.115:
            return 900_000 + int(self.rng.random() * 1_000)
        if self.asset_count <= len(self.campaign_ids):
            return self.campaign_ids[self.asset_count - 1]
        return pick(self.rng, self.campaign_ids)

    def folder_id(self) -> int | None:
        return None if self.rng.random() < 0.04 else pick(self.rng, self.folder_ids)

    def use(self) -> Use:
        luck = self.rng.random()
        return "active" if luck < 0.7 else "dormant" if luck < 0.9 else "never"

    def stamps(self) -> tuple[str, str, int, int]:
        """Return createdAt, updatedAt, createdById, updatedById."""
        created = 30 + self.rng.random() * 1_700
        updated = created * self.rng.random() ** 2
        stamp, ago = self.plan.stamp, self.plan.ago
        return stamp(ago(created)), stamp(ago(updated)), pick(self.rng, USERS), pick(self.rng, USERS)

    def recycled(self) -> int:
        return int(self.rng.random() < 0.02)


def make_content(
    connection: sqlite3.Connection, plan: Plan, campaigns: Sequence[int], folders: Sequence[int]
) -> Content:
    """Insert the campaigns' content and the lists, and return all of these assets."""
    maker = Maker(plan, plan.chance("content"), campaigns, folders)
    sizes, content = plan.sizes, Content()
    kinds: tuple[tuple[PardotObject, int, list[Asset], Callable[[Maker, Asset], Row]], ...] = (
        (FORMS, sizes.forms, content.forms, _form),
        (LANDING_PAGES, sizes.landing_pages, content.landing_pages, _landing_page),
        (LIST_EMAILS, sizes.list_emails, content.list_emails, _list_email),
        (CUSTOM_REDIRECTS, sizes.custom_redirects, content.custom_redirects, _custom_redirect),
        (LISTS, sizes.lists, content.lists, _list),
    )
    for pardot_object, count, assets, row in kinds:
        assets.extend(_assets(maker, pardot_object, count))
        insert(connection, pardot_object, (row(maker, asset) for asset in assets))
    return content


_KIND_NAMES = {"forms": "Form", "landing-pages": "Page", "list-emails": "Email", "lists": "List"}


def _assets(maker: Maker, pardot_object: PardotObject, count: int) -> Iterator[Asset]:
    asset_id = FIRST_ID
    kind = _KIND_NAMES.get(pardot_object.path, "Link")
    for _ in range(count):
        yield Asset(asset_id, maker.name(kind), maker.campaign_id(), maker.use())
        asset_id += 1 + int(maker.rng.random() * 2)


def _form(maker: Maker, asset: Asset) -> Row:
    url = f"https://go.camp.example/l/100001/f/{asset.id}"
    code = f'<iframe src="{url}" width="100%" height="500" type="text/html" frameborder="0"></iframe>'
    crm_id = f"a2F0x{asset.id:010}AAA" if maker.rng.random() < 0.5 else None
    place = (asset.campaign_id, maker.folder_id(), 1, 3)
    return (asset.id, asset.name, *place, code, url, crm_id, maker.recycled(), *maker.stamps())


def _landing_page(maker: Maker, asset: Asset) -> Row:
    form_id = FIRST_ID + int(maker.rng.random() * maker.plan.sizes.forms) if maker.rng.random() < 0.5 else None
    url = f"https://go.camp.example/l/100001/{asset.id}"
    title = asset.name.strip() or None
    return (
        *(asset.id, asset.name, asset.campaign_id, maker.folder_id(), form_id),
        *(url, title, None, f"p{asset.id}", 0, maker.recycled()),
        *maker.stamps(),
    )


def _list_email(maker: Maker, asset: Asset) -> Row:
    rng = maker.rng
    subject = (
        pick(rng, ("", None))
        if rng.random() < 0.06
        else f"{pick(rng, words.SUBJECTS)}: it's time, {{{{Recipient.FirstName}}}}"
    )
    is_sent = int(asset.use != "never" or rng.random() < 0.3)
    created, updated, *users = maker.stamps()
    return (
        *(asset.id, asset.name, asset.campaign_id, subject, maker.folder_id(), 500 + asset.id % 40),
        *(is_sent, 0, 0, updated if is_sent else None, maker.recycled(), created, updated, *users),
    )


def _custom_redirect(maker: Maker, asset: Asset) -> Row:
    subject = pick(maker.rng, words.SUBJECTS).lower().replace(" ", "-").replace(".", "")
    url, destination = (
        f"https://go.camp.example/l/100001/r/{asset.id}",
        f"https://books.example/details/{subject}",
    )
    place = (maker.folder_id(), 1)
    return (
        *(asset.id, asset.name, asset.campaign_id, url, destination, *place, maker.recycled()),
        *maker.stamps(),
    )


def _list(maker: Maker, asset: Asset) -> Row:
    """Return a list's row.

    Of the lists, 1 in 17 has a blank name, 1 in 7 is unchanged for 6 to 12 months, 1 in 6 for longer.
    """
    rng, plan = maker.rng, maker.plan
    luck = rng.random()
    name = "" if luck < 0.04 else "   " if luck < 0.06 else asset.name
    age = rng.random()
    unchanged = rng.random() * 170
    if age < 0.15:
        unchanged = 190 + rng.random() * 160
    elif age < 0.31:
        unchanged = 370 + rng.random() * 900
    created = plan.stamp(plan.ago(unchanged + rng.random() * 600))
    kind = (int(rng.random() < 0.4), int(rng.random() < 0.2))
    place = (maker.folder_id(), None, maker.recycled())
    stamps = (created, plan.stamp(plan.ago(unchanged)), pick(rng, USERS), pick(rng, USERS))
    return (asset.id, name, asset.name.strip(), None, *kind, *place, *stamps)
