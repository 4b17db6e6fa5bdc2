"""Declare the issues, each with its area, flag, default weight and default texts.

Staff can change weights and texts (``pardot/configuration/values.py``). Keys and weights come from the specification
of the score.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from pardot.domain.areas import Area


class Priority(StrEnum):
    """The priority of an issue. It orders issues with equal impact."""

    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


@dataclass(frozen=True)
class Issue:
    """A kind of fault. Each asset of ``area`` with ``flag`` counts once, unless ``is_percentage``."""

    key: str
    area: Area
    flag: str
    """A flag of the area's audit. For a percentage, a figure in the area's ``AuditSummary``."""
    weight: Decimal
    """The points that the area loses for each occurrence."""
    title: str
    """The title, with the placeholder ``{count}``. The wording fits any count, even 0 or 1."""
    description: str
    """Advice on what to do."""
    priority: Priority = Priority.NORMAL
    is_percentage: bool = False


def _declare_issue(
    key: str, area: Area, flag: str, weight: str, title: str, description: str, **more: Priority | bool
) -> Issue:
    return Issue(key, area, flag, Decimal(weight), title, description, **more)  # type: ignore[arg-type]


ISSUES: tuple[Issue, ...] = (
    _declare_issue(
        "campaigns_no_sf",
        Area.CAMPAIGNS,
        "no_sf",
        "0.05",
        "Campaigns not linked to Salesforce: {count}",
        "Open the campaign in Pardot and link it to its Salesforce campaign. Until then reports lack its results.",
        priority=Priority.HIGH,
    ),
    _declare_issue(
        "campaigns_empty",
        Area.CAMPAIGNS,
        "empty",
        "0.03",
        "Campaigns without assets: {count}",
        "Add the campaign's forms, pages, emails or redirects, or delete the campaign if it is no longer needed.",
    ),
    _declare_issue(
        "campaigns_dormant",
        Area.CAMPAIGNS,
        "dormant",
        "0.01",
        "Campaigns without recent activity: {count}",
        "If the campaign is over, archive its assets and tag the campaign for clean-up.",
        priority=Priority.LOW,
    ),
    _declare_issue(
        "campaigns_no_members",
        Area.CAMPAIGNS,
        "no_members",
        "0.04",
        "Linked campaigns without members: {count}",
        "Add a completion action “Add to Salesforce campaign” to the campaign's forms, pages or emails.",
        priority=Priority.HIGH,
    ),
    _declare_issue(
        "campaigns_low_response",
        Area.CAMPAIGNS,
        "low_response",
        "0.02",
        "Campaigns with few responses: {count}",
        "Check which member statuses count as “Responded”, and that a completion action sets such a status.",
    ),
    _declare_issue(
        "campaigns_ghost",
        Area.CAMPAIGNS,
        "ghost",
        "0.03",
        "Campaigns with members but no assets: {count}",
        "Find out which forms or emails add the members, and choose this campaign in them.",
    ),
    _declare_issue(
        "forms_no_campaign",
        Area.FORMS,
        "no_campaign",
        "0.10",
        "Forms in no campaign: {count}",
        "Edit the form and choose its campaign, so that submissions count for this campaign.",
        priority=Priority.HIGH,
    ),
    _declare_issue(
        "forms_dormant",
        Area.FORMS,
        "dormant",
        "0.02",
        "Forms without recent submissions: {count}",
        "Check whether a page still shows the form. If not, delete or archive the form.",
    ),
    _declare_issue(
        "forms_errors",
        Area.FORMS,
        "errors",
        "0.15",
        "Forms submitted with errors: {count}",
        "Open the form's error report, and look at required fields, validation and the address of the thank-you page.",
        priority=Priority.HIGH,
    ),
    _declare_issue(
        "orphan_forms",
        Area.FORMS,
        "orphan",
        "0.10",
        "Forms in a deleted campaign: {count}",
        "Edit the form and choose another campaign.",
        priority=Priority.HIGH,
    ),
    _declare_issue(
        "lps_no_campaign",
        Area.LANDING_PAGES,
        "no_campaign",
        "0.10",
        "Landing pages in no campaign: {count}",
        "Edit the landing page and choose its campaign.",
        priority=Priority.HIGH,
    ),
    _declare_issue(
        "lps_dormant",
        Area.LANDING_PAGES,
        "dormant",
        "0.02",
        "Landing pages without recent views: {count}",
        "Check whether anything links to the page. If not, delete or archive the page.",
    ),
    _declare_issue(
        "orphan_lps",
        Area.LANDING_PAGES,
        "orphan",
        "0.10",
        "Landing pages in a deleted campaign: {count}",
        "Edit the landing page and choose another campaign.",
        priority=Priority.HIGH,
    ),
    _declare_issue(
        "lists_stale_1y",
        Area.LISTS,
        "stale_1y",
        "0.05",
        "Very stale lists: {count}",
        "Check whether a list email or an automation still uses the list. If not, delete or archive the list.",
        priority=Priority.HIGH,
    ),
    _declare_issue(
        "lists_stale",
        Area.LISTS,
        "stale",
        "0.02",
        "Stale lists: {count}",
        "Check whether the list is still needed, and refresh its members before the next list email.",
    ),
    _declare_issue(
        "lists_unnamed",
        Area.LISTS,
        "unnamed",
        "0.08",
        "Lists without a name: {count}",
        "Give the list a name that follows the naming convention.",
    ),
    _declare_issue(
        "emails_no_campaign",
        Area.LIST_EMAILS,
        "no_campaign",
        "0.05",
        "List emails in no campaign: {count}",
        "Edit the email and choose its campaign.",
    ),
    _declare_issue(
        "emails_no_subject",
        Area.LIST_EMAILS,
        "no_subject",
        "0.08",
        "List emails without a subject: {count}",
        "Write a subject before the email is sent.",
    ),
    _declare_issue(
        "orphan_emails",
        Area.LIST_EMAILS,
        "orphan",
        "0.05",
        "List emails in a deleted campaign: {count}",
        "Edit the email and choose another campaign.",
    ),
    _declare_issue(
        "redirects_no_campaign",
        Area.CUSTOM_REDIRECTS,
        "no_campaign",
        "0.03",
        "Custom redirects in no campaign: {count}",
        "Edit the redirect and choose its campaign.",
        priority=Priority.LOW,
    ),
    _declare_issue(
        "orphan_redirects",
        Area.CUSTOM_REDIRECTS,
        "orphan",
        "0.03",
        "Custom redirects in a deleted campaign: {count}",
        "Edit the redirect and choose another campaign.",
        priority=Priority.LOW,
    ),
    _declare_issue(
        "prospects_unlinked_pct",
        Area.PROSPECTS,
        "unlinked_pct",
        "0.30",
        "Prospects not linked to Salesforce: {count}%",
        "Look at the connector's sync errors, and assign the prospects so that they sync to a lead or contact.",
        priority=Priority.HIGH,
        is_percentage=True,
    ),
    _declare_issue(
        "tags_unused",
        Area.TAGS,
        "unused",
        "0.03",
        "Unused tags: {count}",
        "Delete the tag, or assign it to the assets for which it was made.",
        priority=Priority.LOW,
    ),
    _declare_issue(
        "tags_no_convention",
        Area.TAGS,
        "no_naming_convention",
        "0.02",
        "Tags outside the naming convention: {count}",
        "Rename the tag so that it begins with a prefix that other tags share, such as “Region: ”.",
        priority=Priority.LOW,
    ),
)
"""The issues in the order of the areas."""

BY_KEY: Mapping[str, Issue] = {issue.key: issue for issue in ISSUES}


def issue_of_flag(area: Area, flag: str) -> Issue | None:
    """Return the issue that counts ``flag``; ``None`` for flags that only inform."""
    return next((issue for issue in ISSUES if issue.area is area and issue.flag == flag), None)
