"""Audit campaigns: each should have a Salesforce campaign, assets, members, responses and activity."""

from __future__ import annotations

from pardot.audits.asset_audit import AssetAudit, Figure, Flag, build_activity_join, build_blank_condition
from pardot.domain.areas import Area
from pardot.models import AssetKind, Campaign

_CONTENT = ("forms", "landing_pages", "list_emails", "custom_redirects")
_TABLES = {
    "form": "pardot_form",
    "landing_page": "pardot_landingpage",
    "list_email": "pardot_listemail",
    "custom_redirect": "pardot_customredirect",
}
_LINKED = f"NOT {build_blank_condition('a.salesforce_id')}"
_MEMBERS, _RESPONDED = "coalesce(m.members, 0)", "coalesce(m.responded, 0)"
_ASSETS = " + ".join(f"coalesce({name}s.count, 0)" for name in _TABLES)

_JOINS = "".join(
    f"""
    LEFT JOIN (SELECT campaign_id, count(*) AS count FROM {table} GROUP BY campaign_id) {name}s
        ON {name}s.campaign_id = a.id
    """  # noqa: S608 - our own tables
    for name, table in _TABLES.items()
)
# Pardot may send the short form of a Salesforce id, with 15 characters.
_MEMBERS_JOIN = """
    LEFT JOIN (
        SELECT left(id, 15) AS id, members, responded FROM pardot_campaignmembercount
    ) m ON m.id = left(a.salesforce_id, 15) COLLATE "C"
"""

AUDIT = AssetAudit(
    area=Area.CAMPAIGNS,
    model=Campaign,
    flags=(
        Flag("empty", f"{_ASSETS} = 0", needs=_CONTENT),
        Flag("no_sf", f"NOT ({_LINKED})"),
        Flag("dormant", "coalesce(activity.total, 0) = 0", needs_activity=True),
        Flag("no_members", f"{_LINKED} AND {_MEMBERS} = 0", needs=("campaign_member_counts",)),
        Flag(
            "low_response",
            f"{_MEMBERS} >= 10 AND {_RESPONDED} * 20 < {_MEMBERS}",
            needs=("campaign_member_counts",),
        ),
        Flag("ghost", f"{_MEMBERS} > 0 AND {_ASSETS} = 0", needs=("campaign_member_counts", *_CONTENT)),
    ),
    figures=(
        *(Figure(f"{name}_count", f"coalesce({name}s.count, 0)", without_data="0") for name in _TABLES),
        Figure("member_count", _MEMBERS, needs=("campaign_member_counts",)),
        Figure("responded_count", _RESPONDED, needs=("campaign_member_counts",)),
        Figure("activity_count", "coalesce(activity.total, 0)", needs_activity=True),
    ),
    joins=_JOINS + _MEMBERS_JOIN + build_activity_join(AssetKind.CAMPAIGNS, "campaign_id"),
    summary={
        "with_sf": f"count(*) FILTER (WHERE {_LINKED})",
        "missing_sf": f"count(*) FILTER (WHERE NOT ({_LINKED}))",
    },
)
