"""Name the fields whose values Salesforce has refused, and the values that their picklists allow."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from api.protection.bulkhead import Neighbor, place
from sf.live.picklists import Picklists, fetch_picklists, read_picklists
from sf.salesforce.errors import SalesforceError
from sf.salesforce.refusals import PICKLIST_CODES
from sf.sync.best_effort import best_effort

logger = logging.getLogger(__name__)


def make_field_errors(
    sobject: str, refused: Mapping[str, str], *, code: str, message: str, source: str, until: float
) -> list[dict[str, Any]]:
    """Return the entries of the error response's list ``errors``, one for each refused field.

    ``refused`` maps Salesforce's field names to the API's. An entry contains ``allowed`` when a picklist refused the
    value, and the picklist's values are known or can be read before ``time.monotonic()`` reaches ``until``. The caller
    must not hold a ``place`` for Salesforce, because this function takes a place.
    """
    allowed = _find_allowed_values(sobject, refused, source, until) if code in PICKLIST_CODES else {}
    return [
        {"loc": ["body", name], "message": message, **({"allowed": allowed[field]} if field in allowed else {})}
        for field, name in refused.items()
    ]


def _find_allowed_values(sobject: str, fields: Iterable[str], source: str, until: float) -> Picklists:
    picklists: Picklists | None = None
    with best_effort("list of the values that a picklist allows"):
        picklists = fetch_picklists(sobject)
        if picklists is None:
            picklists = _read_in_a_place(sobject, source, until)
    return {field: picklists[field] for field in fields if field in picklists} if picklists else {}


def _read_in_a_place(sobject: str, source: str, until: float) -> Picklists:
    with place(Neighbor.SALESFORCE) as free:
        try:
            return read_picklists(sobject, source=source, until=until) if free else {}
        except SalesforceError as error:
            logger.warning("the response lists no allowed values, because the picklists cannot be read: %s", error)
            return {}
