"""Search all types of assets at once, for the dashboard's palette."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import Case, IntegerField, Q, Value, When

from pardot.audits.run import AUDIT_OF
from pardot.domain.areas import Area
from pardot.models.audited import BY_NAME
from pardot.selectors.asset_search import fold_words, match_folded_words, match_id, match_parts
from pardot.selectors.assets import add_names, columns_of

_SHOWN = ("id", "name", "campaign_id", "folder_id")


def search_everywhere(text: str, *, each: int) -> list[dict[str, Any]]:
    """Return at most ``each`` matching assets of every type, one type after the other.

    At most three queries are made for each type, and at most three more for all types together.

    As in the dashboard's tables, every word of ``text`` must begin a word of the asset, its campaign, folder or tags.
    When no type has such an asset, the words may be anywhere inside the asset's own texts. Within a type, matches by id
    come first, then matches of the asset's own words.
    """
    variants = fold_words(text)
    rank = _rank(text, variants[0])
    return _search(lambda area: match_folded_words(area, variants) | match_id(text), rank, each) or _search(
        lambda area: match_parts(area, text), rank, each
    )


def _search(condition: Callable[[Area], Q], rank: Case, each: int) -> list[dict[str, Any]]:
    records = [row for area in AUDIT_OF for row in _search_area(area, condition(area), rank, each)]
    add_names(records)
    return records


def _search_area(area: Area, condition: Q, rank: Case, each: int) -> list[dict[str, Any]]:
    rows = AUDIT_OF[area].model._default_manager.filter(condition).annotate(rank=rank)
    columns = [name for name in _SHOWN if name in columns_of(area)]
    return [{"type": area, **row} for row in rows.order_by("rank", BY_NAME, "id").values(*columns)[:each]]


def _rank(text: str, words: Sequence[str]) -> Case:
    own = Q(pk__isnull=False)
    for word in words:
        own &= Q(search_words__contains=f" {word}")
    return Case(
        When(match_id(text), then=Value(0)), When(own, then=Value(1)), default=Value(2), output_field=IntegerField()
    )
