"""The tabs of the dashboard, in display order."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Tab:
    """One tab. Its panels are in ``templates/pardot/tabs/<slug>.html``."""

    slug: str
    """The name in the URL: ``/pardot/?tab=<slug>``."""
    title: str
    icon: str
    lead: str
    """The sentence under the title. It names the question that the tab answers."""
    command: str
    """The command to run when the tab has no data."""
    first: tuple[str, ...] = ()
    """Panels whose modules the page preloads, because they are visible without scrolling."""

    @property
    def template(self) -> str:
        return f"pardot/tabs/{self.slug}.html"


_SETUP = "python manage.py camp_sync"

TABS = (
    Tab("base-camp", "Base Camp", "tent", "How healthy the data is today, why, and what to do next.", _SETUP,
        ("score", "changes", "next-steps", "why")),
    Tab("campaign-map", "Campaign Map", "map", "Every campaign, with its assets, members and activity.", _SETUP),
    Tab("gear-locker", "Gear Locker", "pack", "Which forms, pages, emails, redirects and lists are in good repair.",
        _SETUP),
    Tab("tags", "Tags", "tag", "How assets are named and tagged, and which tags nobody needs.", _SETUP),
    Tab("scout-report", "Scout Report", "binoculars", "Who is active now, and which records do not fit together.",
        f"{_SETUP} --scout"),
    Tab("full-survey", "Full Survey", "compass",
        "Assets in deleted campaigns, and people whom only Pardot or only Salesforce knows.",
        f"{_SETUP} --survey"),
)  # fmt: skip


_EVERYWHERE = ("camp-trail", "freshness", "freshness-banner", "badges", "strip-actions")


def list_first_modules(tab: Tab) -> tuple[str, ...]:
    """Return the modules that ``tab`` runs first. The modules that they import are not in the list."""
    return ("js/dashboard.js", *(f"js/panels/{panel}.js" for panel in (*_EVERYWHERE, *tab.first)))


def choose_tab(slug: str) -> Tab:
    """Return the tab with this slug; Base Camp for an empty or unknown slug."""
    return next((tab for tab in TABS if tab.slug == slug), TABS[0])
