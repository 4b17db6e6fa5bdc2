"""Generate visitor activities of 390 days in the order of their ids.

The last 30 days have more activities per day than the days before.
"""

from __future__ import annotations

import random
import sqlite3
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from simulator.pardot.assets import Asset, Content
from simulator.pardot.chance import DAY
from simulator.pardot.objects import VISITOR_ACTIVITIES
from simulator.pardot.plan import Plan
from simulator.pardot.prospects import FIRST_PROSPECT, prospects_at
from simulator.pardot.tables import Row, insert

FIRST_ACTIVITY = 500_000_001
DAYS = 390
RECENT_DAYS = 30
_BURST = 12
"""The first 12 of every 50 activities share a second, like the sends of one email."""

_ANONYMOUS = 0.04
"""The share of activities by visitors who are not prospects."""

Tail = tuple[int, str, int | None, int | None, int | None, int | None, int | None, int | None, int | None, str]
"""The columns of an activity that follow its visitor and precede its times.

Type and its name, ids of campaign, form, handler, page, redirect, email and list email, details.
"""

# A program must tell activities apart by these numbers. Their names are for people, and can change.
CLICK, VIEW, ERROR, SUCCESS, SENT, OPEN = 1, 2, 3, 4, 6, 11
UNSUBSCRIBE_PAGE, BOUNCED, SPAM, RESUBSCRIBED, VISIT, CUSTOM_CLICK = 12, 13, 14, 16, 20, 21
NAMES = {
    CLICK: "Click",
    VIEW: "View",
    ERROR: "Error",
    SUCCESS: "Success",
    SENT: "Sent",
    OPEN: "Open",
    UNSUBSCRIBE_PAGE: "Unsubscribe Page",
    BOUNCED: "Bounced",
    SPAM: "Spam Complaint",
    RESUBSCRIBED: "Resubscribed",
    VISIT: "Visit",
    CUSTOM_CLICK: "Custom URL Click",
}


def _form(kind: int, asset: Asset) -> Tail:
    return (kind, NAMES[kind], asset.campaign_id, asset.id, None, None, None, None, None, asset.name)


def _handler(kind: int, asset: Asset) -> Tail:
    return (kind, NAMES[kind], asset.campaign_id, None, asset.id, None, None, None, None, asset.name)


def _page(kind: int, asset: Asset) -> Tail:
    return (kind, NAMES[kind], asset.campaign_id, None, None, asset.id, None, None, None, asset.name)


def _redirect(kind: int, asset: Asset) -> Tail:
    return (kind, NAMES[kind], asset.campaign_id, None, None, None, asset.id, None, None, asset.name)


def _email(kind: int, asset: Asset) -> Tail:
    return (kind, NAMES[kind], asset.campaign_id, None, None, None, None, None, asset.id, asset.name)


def _one_to_one(kind: int, asset: Asset) -> Tail:
    return (kind, NAMES[kind], None, None, None, None, None, asset.id, None, f"Re: {asset.name}")


_VISIT: Tail = (VISIT, NAMES[VISIT], None, None, None, None, None, None, None, "camp.example")


@dataclass
class Season:
    """The possible activities during a span of time."""

    mixture: list[list[Tail]] = field(default_factory=list)
    """The choices for a random activity. Each kind of activity has as many entries as its share in 1,000."""
    certain: list[Tail] = field(default_factory=list)
    """Activities that happen at least once, unless the season has too few activities."""


def make_activities(connection: sqlite3.Connection, plan: Plan, content: Content) -> array[int]:
    """Insert activities; return the time of each prospect's last activity in seconds since 1970, or 0."""
    history = _History(plan, content)
    insert(connection, VISITOR_ACTIVITIES, history.rows())
    return history.last


class _History:
    """Draws the activities day by day."""

    def __init__(self, plan: Plan, content: Content) -> None:
        self.last = array("q", bytes(8 * plan.sizes.prospects))
        self._plan = plan
        self._rng = plan.chance("activities")
        self._earlier, self._lately = _seasons(plan, content)
        self._counts = _counts(plan)
        places = sum(self._counts[DAYS - RECENT_DAYS :])
        self._certain = _spread(self._lately.certain, places)

    def rows(self) -> Iterator[Row]:
        number = FIRST_ACTIVITY
        for day, count in enumerate(self._counts):
            yield from self._one_day(day, count, number)
            number += count

    def _one_day(self, day: int, count: int, number: int) -> Iterator[Row]:
        """Yield the activities of a day. This is the hot loop: hundreds of thousands of rows per second."""
        recent = day >= DAYS - RECENT_DAYS
        mixture = (self._lately if recent else self._earlier).mixture
        chance, stamp, last, kinds = self._rng.random, self._plan.stamp, self.last, len(mixture)
        start = self._plan.now - (DAYS - day) * DAY + 17
        known = prospects_at(self._plan, start)
        pace = (DAY - 60) / max(count, 1)
        for position in range(count):
            tails = mixture[int(chance() * kinds)]
            luck = chance()
            # Squared, so that a quarter of the assets have half of the activities.
            tail = tails[int(luck * luck * len(tails))]
            if recent:
                tail = next(self._certain, None) or tail
            beat = position % 50
            moment = start + int((position - beat if beat < _BURST else position) * pace)
            luck = chance()
            prospect: int | None = None
            visitor = 7_000_000 + int(luck * 10_000_000)
            if luck > _ANONYMOUS:
                # Only every third prospect has activities. Newer prospects have more of them than older prospects.
                index = int((1 - luck * luck) * known) // 3 * 3
                last[index] = moment
                prospect, visitor = FIRST_PROSPECT + index, 7_500_000 + index
            when = stamp(moment)
            yield (number + position, prospect, visitor, *tail, when, when)


def _counts(plan: Plan) -> list[int]:
    """Return each day's number of activities, oldest first. Weekends have fewer, the last 30 days more."""
    weights = []
    for day in range(DAYS):
        weekday = (plan.now // DAY - (DAYS - day) + 3) % 7
        weights.append((0.35 if weekday >= 5 else 1.0) * (2.6 if day >= DAYS - RECENT_DAYS else 1.0))
    total, counts, weight_so_far, count_so_far = sum(weights), [], 0.0, 0
    for weight in weights:
        weight_so_far += weight
        counts.append(round(plan.sizes.activities * weight_so_far / total) - count_so_far)
        count_so_far += counts[-1]
    return counts


def _spread(tails: Sequence[Tail], places: int) -> Iterator[Tail | None]:
    """Yield a value for each of the ``places``: the tails at even distances, ``None`` elsewhere."""
    step = max(1, places // max(1, len(tails)))
    waiting = iter(tails)
    for place in range(places):
        yield next(waiting, None) if place % step == 0 else None


def _seasons(plan: Plan, content: Content) -> tuple[Season, Season]:
    """Return the season before the last 30 days, and the season of the last 30 days."""
    rng = plan.chance("seasons")
    # Form handlers have the same ids as forms, so that a program that mixes them up is noticed.
    handlers = [Asset(form.id, f"{form.name} handler", form.campaign_id, "active") for form in content.forms[::3]]
    earlier = Season(_mixture(rng, content, handlers, ("active", "dormant")))
    lately = Season(_mixture(rng, content, handlers, ("active",)), _certain(rng, content))
    return earlier, lately


def _mixture(
    rng: random.Random, content: Content, handlers: Sequence[Asset], uses: tuple[str, ...]
) -> list[list[Tail]]:
    forms = _shuffled(rng, content.forms, uses)
    pages = _shuffled(rng, content.landing_pages, uses)
    emails = _shuffled(rng, content.list_emails, uses)
    redirects = _shuffled(rng, content.custom_redirects, uses)
    shares: list[tuple[int, list[Tail]]] = [
        (320, [_email(SENT, email) for email in emails]),
        (20, [_one_to_one(SENT, email) for email in emails]),
        (210, [_email(OPEN, email) for email in emails]),
        (80, [_email(CLICK, email) for email in emails]),
        (12, [_email(BOUNCED, email) for email in emails]),
        (3, [_email(SPAM, email) for email in emails]),
        (6, [_email(UNSUBSCRIBE_PAGE, email) for email in emails]),
        (2, [_email(RESUBSCRIBED, email) for email in emails]),
        (90, [_page(VIEW, page) for page in pages]),
        (8, [_page(SUCCESS, page) for page in pages]),
        (55, [_form(VIEW, form) for form in forms]),
        (48, [_form(SUCCESS, form) for form in forms]),
        (6, [_form(ERROR, form) for form in forms[::15]]),
        (14, [_handler(SUCCESS, handler) for handler in handlers]),
        (2, [_handler(ERROR, handler) for handler in handlers]),
        (60, [_redirect(CUSTOM_CLICK, redirect) for redirect in redirects]),
        (64, [_VISIT]),
    ]
    return [tails for share, tails in shares if tails for _ in range(share)]


def _certain(rng: random.Random, content: Content) -> list[Tail]:
    """Return an activity of every active form, landing page and redirect, and errors of some forms."""
    active = ("active",)
    forms = _shuffled(rng, content.forms, active)
    tails = [
        *(_form(SUCCESS, form) for form in forms),
        *(_form(ERROR, form) for form in forms[::12]),
        *(_page(VIEW, page) for page in _shuffled(rng, content.landing_pages, active)),
        *(_redirect(CUSTOM_CLICK, link) for link in _shuffled(rng, content.custom_redirects, active)),
    ]
    rng.shuffle(tails)
    return tails


def _shuffled(rng: random.Random, assets: Sequence[Asset], uses: tuple[str, ...]) -> list[Asset]:
    used = [asset for asset in assets if asset.use in uses]
    rng.shuffle(used)
    return used
