"""Resolve the assets that a bulk request is about: given by ids, or by the filters of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pardot.catalog.asset_names import load_asset_names
from pardot.domain.areas import Area
from pardot.selectors.rows import Rows

MOST_CHOSEN = 2000
"""The largest number of assets per request."""


class BadChoice(ValueError):
    """The choice is invalid. ``field`` says where, the message says why."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def load_chosen_by_id(area: Area, ids: Sequence[int]) -> Mapping[int, str]:
    """Return the assets' names by id, in the order of ``ids``. Raises ``BadChoice``."""
    _check_number("ids", len(ids))
    names = load_asset_names((area, asset_id) for asset_id in ids)
    unknown = [asset_id for asset_id in ids if (area, asset_id) not in names]
    if unknown:
        raise BadChoice(
            "ids",
            f"There is no asset {unknown[0]} among the {area.label.lower()} that were synced. Load the table again",
        )
    return {asset_id: names[area, asset_id] for asset_id in ids}


def load_chosen_by_filters(area: Area, rows: Rows, expected: int) -> Mapping[int, str]:
    """Return the names of ``rows`` by id.

    Raises ``BadChoice`` when there are no rows, more than ``MOST_CHOSEN``, or not as many as ``expected``.
    """
    ids = list(rows.order_by("pk").values_list("pk", flat=True)[: MOST_CHOSEN + 1])
    _check_number("matching", max(len(ids), expected))
    if len(ids) != expected:
        raise BadChoice(
            "matching",
            f"{len(ids):,} {area.label.lower()} match now, not {expected:,}. Load the table again, then choose",
        )
    return load_chosen_by_id(area, ids)


def _check_number(field: str, number: int) -> None:
    if number == 0:
        raise BadChoice(field, "Nothing is chosen")
    if number > MOST_CHOSEN:
        raise BadChoice(
            field, f"At most {MOST_CHOSEN:,} assets can be chosen at once. Choose fewer, by a filter or a search"
        )
