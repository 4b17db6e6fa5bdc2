"""Compute the audits' flags and counts a second time: naively, with loops over all rows instead of SQL."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pardot.models import (
    Campaign,
    CampaignMemberCount,
    CustomRedirect,
    EntityState,
    Form,
    LandingPage,
    List,
    ListEmail,
    Tag,
    TaggedObject,
    VisitorActivity,
)

CONTENT = ("forms", "landing_pages", "list_emails", "custom_redirects")
NEEDS_ACTIVITY = {"dormant", "errors"}
NEEDS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("campaigns", "empty"): CONTENT,
    ("campaigns", "no_members"): ("campaign_member_counts",),
    ("campaigns", "low_response"): ("campaign_member_counts",),
    ("campaigns", "ghost"): ("campaign_member_counts", *CONTENT),
    **{(area, "orphan"): ("campaigns",) for area in CONTENT},
    **{("tags", flag): ("tagged_objects",) for flag in ("unused", "low_usage", "prospect_only")},
}
FLAGS: Mapping[str, tuple[str, ...]] = {
    "campaigns": ("empty", "no_sf", "dormant", "no_members", "low_response", "ghost"),
    "forms": ("no_campaign", "dormant", "errors", "orphan"),
    "landing_pages": ("no_campaign", "dormant", "orphan"),
    "lists": ("unnamed", "stale", "stale_1y"),
    "list_emails": ("no_campaign", "no_subject", "orphan"),
    "custom_redirects": ("no_campaign", "dormant", "orphan"),
    "tags": ("unused", "low_usage", "duplicate_prefix", "prospect_only", "no_naming_convention"),
}


@dataclass
class World:
    """The time of the audit, and the rows that the audits read.

    Activities outside the look-back are left out.
    """

    now: datetime
    look_back_days: int = 30

    def __post_init__(self) -> None:
        self.campaigns = list(Campaign.objects.all())
        self.content: dict[str, list[Any]] = {
            "forms": list(Form.objects.all()),
            "landing_pages": list(LandingPage.objects.all()),
            "list_emails": list(ListEmail.objects.all()),
            "custom_redirects": list(CustomRedirect.objects.all()),
        }
        self.lists, self.tags = list(List.objects.all()), list(Tag.objects.all())
        self.tagged = list(TaggedObject.objects.all())
        self.states = {state.name: state for state in EntityState.objects.all()}
        self.members = list(CampaignMemberCount.objects.all())
        self.activities = [row for row in VisitorActivity.objects.all() if self._is_recent(row.created_at)]

    @property
    def has_activity(self) -> bool:
        state = self.states.get("activities")
        if state is None or self.now - state.complete_until > timedelta(days=8):
            return False
        since = state.complete_until - timedelta(days=self.look_back_days)
        return state.complete_since is None or state.complete_since <= since

    def _is_recent(self, moment: datetime | None) -> bool:
        if moment is None or not self.has_activity:
            return False
        until = self.states["activities"].complete_until
        return until - timedelta(days=self.look_back_days) < moment <= until

    def has_data(self, area: str, flag: str) -> bool:
        needed = {area, *NEEDS.get((area, flag), ())}
        return needed <= self.states.keys() and (flag not in NEEDS_ACTIVITY or self.has_activity)

    def count_activities(self, column: str, record: int, *kinds: int) -> int:
        rows = [row for row in self.activities if getattr(row, column) == record]
        return len([row for row in rows if not kinds or row.type in kinds])


FlagsByArea = dict[str, dict[int, set[str]]]


def naive_flags(world: World) -> FlagsByArea:
    """Return the flags by area and id."""
    flags_by_area: FlagsByArea = {
        "campaigns": {row.pk: set(_campaign(world, row)) for row in world.campaigns},
        "lists": {row.pk: set(_list(world, row)) for row in world.lists},
        "tags": {row.pk: set(_tag(world, row)) for row in world.tags},
    }
    flags_of: Mapping[str, Callable[[World, Any], Iterable[str]]] = {
        "forms": _form, "landing_pages": _page, "list_emails": _email, "custom_redirects": _redirect,
    }  # fmt: skip
    for area in CONTENT:
        flags_by_area[area] = {
            row.pk: {*flags_of[area](world, row), *_place(world, row)} for row in world.content[area]
        }
    return {
        area: {pk: {flag for flag in flags if world.has_data(area, flag)} for pk, flags in rows.items()}
        for area, rows in flags_by_area.items()
    }


def naive_counts(world: World, flags_by_area: FlagsByArea) -> dict[str, dict[str, int | None]]:
    """Return the count by area and flag; ``None`` without data."""
    return {
        area: {
            flag: sum(flag in flags for flags in flags_by_area[area].values()) if world.has_data(area, flag) else None
            for flag in flags_of_area
        }
        for area, flags_of_area in FLAGS.items()
    }


def _is_blank(text: str | None) -> bool:
    return text is None or not text.strip()


def _campaign(world: World, row: Campaign) -> Iterable[str]:
    assets = sum(asset.campaign_id == row.pk for area in CONTENT for asset in world.content[area])
    linked = not _is_blank(row.salesforce_id)
    counted = [count for count in world.members if linked and count.id[:15] == (row.salesforce_id or "")[:15]]
    members, responded = sum(count.members for count in counted), sum(count.responded for count in counted)
    if assets == 0:
        yield "empty"
    if not linked:
        yield "no_sf"
    if world.count_activities("campaign_id", row.pk) == 0:
        yield "dormant"
    if linked and members == 0:
        yield "no_members"
    if members >= 10 and responded / members < 0.05:
        yield "low_response"
    if members > 0 and assets == 0:
        yield "ghost"


def _place(world: World, row: Any) -> Iterable[str]:
    if not row.campaign_id:
        yield "no_campaign"
    elif row.campaign_id not in {campaign.pk for campaign in world.campaigns}:
        yield "orphan"


def _form(world: World, row: Form) -> Iterable[str]:
    if world.count_activities("form_id", row.pk, 4) == 0:
        yield "dormant"
    if world.count_activities("form_id", row.pk, 3) > 0:
        yield "errors"


def _page(world: World, row: LandingPage) -> Iterable[str]:
    if world.count_activities("landing_page_id", row.pk, 2) == 0:
        yield "dormant"


def _redirect(world: World, row: CustomRedirect) -> Iterable[str]:
    if world.count_activities("custom_redirect_id", row.pk, 1, 21) == 0:
        yield "dormant"


def _email(world: World, row: ListEmail) -> Iterable[str]:
    if _is_blank(row.subject):
        yield "no_subject"


def _months_before(moment: datetime, months: int) -> datetime:
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))


def _list(world: World, row: List) -> Iterable[str]:
    if _is_blank(row.name):
        yield "unnamed"
    changed = row.updated_at or row.created_at
    if changed is not None and changed < _months_before(world.now, 12):
        yield "stale_1y"
    elif changed is not None and changed <= _months_before(world.now, 6):
        yield "stale"


def _prefix(name: str | None) -> tuple[str, str] | None:
    """Return the prefix in lower case without surrounding spaces, and its separator."""
    for place, character in enumerate(name or ""):
        if character in ":-_|/":
            prefix = (name or "")[:place].strip().lower()
            return (prefix, character) if prefix else None
    return None


def _tag(world: World, row: Tag) -> Iterable[str]:
    objects = [tagged for tagged in world.tagged if tagged.tag_id == row.pk]
    usage = max(row.object_count or 0, len(objects))
    if usage == 0:
        yield "unused"
    if usage == 1:
        yield "low_usage"
    if objects and all((tagged.object_type or "").lower() == "prospect" for tagged in objects):
        yield "prospect_only"
    prefix = _prefix(row.name)
    alike = [_prefix(tag.name) for tag in world.tags]
    shared = [other for other in alike if prefix is not None and other is not None and other[0] == prefix[0]]
    if len(shared) < 2:
        yield "no_naming_convention"
    if len(Counter(separator for _, separator in shared)) > 1:
        yield "duplicate_prefix"
