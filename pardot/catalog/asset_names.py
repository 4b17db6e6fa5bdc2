"""Look up names of assets, and Salesforce ids of campaigns, by type and id.

The type of an asset is its area.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pardot.domain.areas import Area
from pardot.models import (
    Campaign,
    CustomRedirect,
    Form,
    LandingPage,
    List,
    ListEmail,
    PardotRecord,
    Prospect,
    Tag,
)

MODELS: Mapping[Area, type[PardotRecord]] = {
    Area.CAMPAIGNS: Campaign,
    Area.FORMS: Form,
    Area.LANDING_PAGES: LandingPage,
    Area.LISTS: List,
    Area.LIST_EMAILS: ListEmail,
    Area.CUSTOM_REDIRECTS: CustomRedirect,
    Area.PROSPECTS: Prospect,
    Area.TAGS: Tag,
}

Asset = tuple[Area, int]


class UnknownAsset(LookupError):
    """No copied asset of this type has this id; the message says so."""


def find_asset_name(asset_type: Area, asset_id: int) -> str:
    """Return the asset's name (a prospect's email address), or its type and id when it has no name.

    Raises ``UnknownAsset`` when the asset is not copied.
    """
    names = load_asset_names([(asset_type, asset_id)])
    if not names:
        raise UnknownAsset(f"There is no asset {asset_id} among the {asset_type.label.lower()} that were synced.")
    return names[asset_type, asset_id]


def load_asset_names(assets: Iterable[Asset]) -> dict[Asset, str]:
    """Return the names of the copied assets among these; one query per type."""
    ids_by_type: dict[Area, set[int]] = {}
    for asset_type, asset_id in assets:
        ids_by_type.setdefault(Area(asset_type), set()).add(asset_id)
    return {
        (asset_type, record.id): str(record)
        for asset_type, ids in ids_by_type.items()
        for record in MODELS[asset_type]._default_manager.filter(pk__in=ids).only(_choose_name_column(asset_type))
    }


def load_campaign_salesforce_ids(assets: Iterable[Asset]) -> dict[Asset, str]:
    """Return the Salesforce ids of the linked campaigns among these assets; at most one query."""
    campaigns = {asset_id for asset_type, asset_id in assets if asset_type is Area.CAMPAIGNS}
    if not campaigns:
        return {}
    rows = Campaign.objects.filter(pk__in=campaigns).values_list("pk", "salesforce_id")
    return {(Area.CAMPAIGNS, campaign): sf_id for campaign, sf_id in rows if (sf_id or "").strip()}


def _choose_name_column(asset_type: Area) -> str:
    """Return the column that ``__str__`` reads besides ``id``.

    Other columns can be long, so they are not loaded.
    """
    return "email" if asset_type is Area.PROSPECTS else "name"
