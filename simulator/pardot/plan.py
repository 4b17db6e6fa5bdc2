"""The sizes of the generated data, and the values that all parts of the generation share."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime

from simulator.pardot.chance import DAY, Stamps, chance, seconds_of

SCHOOLS = 200
"""The number of schools for which the defaults of ``Sizes`` were chosen."""


@dataclass(frozen=True)
class Sizes:
    """The number of rows of each kind. The defaults are for 200 schools."""

    campaigns: int = 60
    lists: int = 60
    forms: int = 80
    landing_pages: int = 70
    list_emails: int = 120
    custom_redirects: int = 90
    folders: int = 40
    tags: int = 70
    prospects: int = 800
    activities: int = 4_000

    @classmethod
    def of(
        cls,
        schools: int,
        *,
        assets: int | None = None,
        prospects: int | None = None,
        activities: int | None = None,
    ) -> Sizes:
        """Return the sizes for this many schools. A given number replaces the computed number.

        Prospects and activities grow with the number of schools, assets with its fourth root. ``assets`` is the wanted
        number of all campaigns, lists, forms, landing pages, emails, redirects, folders and tags together. The number
        of each kind is rounded and has a minimum.
        """
        usual = cls()
        growth = (schools / SCHOOLS) ** 0.25 if assets is None else assets / usual.assets
        return cls(
            campaigns=max(12, round(usual.campaigns * growth)),
            lists=max(12, round(usual.lists * growth)),
            forms=max(12, round(usual.forms * growth)),
            landing_pages=max(12, round(usual.landing_pages * growth)),
            list_emails=max(12, round(usual.list_emails * growth)),
            custom_redirects=max(12, round(usual.custom_redirects * growth)),
            folders=max(8, round(usual.folders * growth)),
            tags=max(24, round(usual.tags * growth)),
            prospects=max(1, 4 * schools if prospects is None else prospects),
            activities=max(0, 20 * schools if activities is None else activities),
        )

    @property
    def assets(self) -> int:
        content = self.forms + self.landing_pages + self.list_emails + self.custom_redirects
        return self.campaigns + self.lists + content + self.folders + self.tags


@dataclass(frozen=True)
class Plan:
    """The inputs of one generation of data."""

    seed: int
    schools: int
    now: int
    """The time at which the generated data ends, in seconds since 1970."""
    sizes: Sizes
    stamp: Stamps = field(default_factory=Stamps)

    @classmethod
    def of(cls, *, schools: int, seed: int, as_of: datetime, sizes: Sizes | None = None) -> Plan:
        return cls(seed, schools, seconds_of(as_of), sizes or Sizes.of(schools))

    def chance(self, part: str) -> random.Random:
        """Return a random generator for one part, so that no other part affects its random numbers."""
        return chance("pardot", part, self.seed, self.schools)

    def ago(self, days: float) -> int:
        """Return the time this many days before ``now``, in seconds since 1970."""
        return self.now - int(days * DAY)
