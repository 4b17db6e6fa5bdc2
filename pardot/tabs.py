"""The tabs of the dashboard, in their order."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Tab:
    """One tab. Its panels stand in ``templates/pardot/tabs/<slug>.html``."""

    slug: str
    """In the address: ``/pardot/?tab=<slug>``."""
    title: str
    icon: str
    lead: str
    """What the tab answers, in one sentence under its title."""
    command: str
    """What an operator runs when there is no data for it."""

    @property
    def template(self) -> str:
        return f"pardot/tabs/{self.slug}.html"


_SETUP = "python manage.py camp_sync"

TABS = (
    Tab("base-camp", "Base Camp", "tent", "How healthy the data is today, why, and what to do next.", _SETUP),
    Tab("campaign-map", "Campaign Map", "map", "Every campaign with what belongs to it and who reached it.", _SETUP),
    Tab("gear-locker", "Gear Locker", "pack", "Forms, pages, e-mails, redirects and lists: what is in good repair.",
        _SETUP),
    Tab("tags", "Tags", "tag", "How assets are named and sorted, and which tags nobody needs.", _SETUP),
    Tab("scout-report", "Scout Report", "binoculars", "Who is active now, and which records do not fit together.",
        f"{_SETUP} --scout"),
    Tab("full-survey", "Full Survey", "compass", "What has lost its campaign, its prospect or its Salesforce record.",
        f"{_SETUP} --survey"),
)  # fmt: skip


def chosen_tab(slug: str) -> Tab:
    """The tab of the address; Base Camp for none, and for one that there is not."""
    return next((tab for tab in TABS if tab.slug == slug), TABS[0])
