"""Read the members of a Salesforce campaign."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pardot.catalog.complete_reads import complete_reads
from pardot.catalog.entities import CAMPAIGN_MEMBER_COUNTS, CAMPAIGN_MEMBERS
from pardot.models import Campaign, CampaignMember, CampaignMemberCount, SalesforceCampaign
from sf.models import Contact

SHOWN = ("id", "lead_id", "contact_id", "status", "has_responded", "created_date", "first_responded_date")


@dataclass(frozen=True)
class MemberPage:
    """One page of the members of a campaign."""

    campaigns: list[dict[str, Any]]
    """The Pardot campaigns that are linked to the Salesforce campaign."""
    counts: dict[str, int] | None
    """The numbers of members, responses, leads and contacts, counted by Salesforce; ``None``: no data."""
    members: list[dict[str, Any]] | None
    """The members in the order of their ids; ``None``: members were never read completely."""
    following: str | None
    """The id after which the next page begins; ``None``: there is no next page."""


def load_member_page(sf_id: str, *, after: str, limit: int) -> MemberPage | None:
    """Return the page after id ``after``; ``None`` when neither Pardot nor Salesforce has the campaign.

    ``sf_id`` has 18 characters. An index leads to each page, so the last page costs no more than the first.
    """
    campaigns = Campaign.objects.filter(salesforce_id__in=[sf_id, sf_id[:15]]).order_by("pk")
    linked = [{"id": campaign.id, "name": campaign.name} for campaign in campaigns.only("id", "name")]
    count = CampaignMemberCount.objects.filter(pk=sf_id).first()
    if not linked and count is None and not _is_in_salesforce(sf_id):
        return None
    read = complete_reads()
    members = _load_members(sf_id, after, limit + 1) if CAMPAIGN_MEMBERS.name in read else None
    shown = members[:limit] if members is not None else None
    return MemberPage(
        campaigns=linked,
        counts=_build_counts(count) if CAMPAIGN_MEMBER_COUNTS.name in read else None,
        members=shown,
        following=shown[-1]["id"] if shown and members and len(members) > limit else None,
    )


def _build_counts(count: CampaignMemberCount | None) -> dict[str, int]:
    """Return the counts; without ``count``, all are zero.

    Salesforce returns no counts for a campaign without members.
    """
    return {name: getattr(count, name, 0) for name in ("members", "responded", "leads", "contacts")}


def _is_in_salesforce(sf_id: str) -> bool:
    return SalesforceCampaign.objects.filter(pk=sf_id).exists()


def _load_members(sf_id: str, after: str, limit: int) -> list[dict[str, Any]]:
    rows = CampaignMember.objects.filter(campaign_id=sf_id, pk__gt=after)
    members = list(rows.order_by("campaign_id", "pk").values(*SHOWN)[:limit])
    contacts = {row["contact_id"] for row in members if row["contact_id"]}
    names = dict(Contact.objects.filter(pk__in=contacts).values_list("pk", "full_name"))
    return [{**row, "name": names.get(row["contact_id"])} for row in members]
